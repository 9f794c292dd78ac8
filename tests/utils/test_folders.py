"""Images, texts and sounds in folders as data sets."""

import tracemalloc

import numpy as np
import pytest
from scipy.io import wavfile

from pellucid import Sequential, layers, ops, utils
from pellucid.errors import ArgumentError, DataError
from pellucid.utils.image_folder import bordered, cropped, resized

dataset_utils = pytest.importorskip("keras.src.utils.dataset_utils")


@pytest.fixture
def texts(tmp_path):
    """Ten texts of three classes, one of them in a folder further down."""
    for number in range(10):
        folder = tmp_path / "abc"[number % 3] / ("deep" if number == 4 else "")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.TXT").write_text(f"text {number}")
    (tmp_path / "a" / "notes.md").write_text("none of them")
    (tmp_path / ".hidden").mkdir()
    return tmp_path


@pytest.fixture
def images(tmp_path, rng):
    """Images of several sizes and modes, of two classes."""
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for number, shape in enumerate([(5, 8, 3), (9, 4, 3), (6, 6, 1), (7, 7, 4)]):
            pixels = rng.integers(0, 256, shape).astype(np.float32)
            utils.save_img(tmp_path / name / f"{number}.png", pixels, scale=False)
    return tmp_path


def texts_of(folder, **options):
    return utils.text_dataset_from_directory(folder, verbose=False, **options)


def images_of(folder, **options):
    return utils.image_dataset_from_directory(folder, verbose=False, **options)


# -- which files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [None, 0, 7])
@pytest.mark.parametrize("subset", [None, "training", "validation"])
def test_files_labels_and_parts_are_those_of_keras(texts, seed, subset):
    shuffle, share = seed is not None, None if subset is None else 0.35
    paths, labels, names = dataset_utils.index_directory(
        str(texts), "inferred", (".txt",), None, shuffle, seed, verbose=False
    )
    if subset is not None:
        paths, labels = dataset_utils.get_training_or_validation_split(paths, labels, share, subset)
    data = texts_of(texts, shuffle=shuffle, seed=seed, validation_split=share, subset=subset)
    assert data.file_paths == list(paths)
    assert data.class_names == names == ["a", "b", "c"]
    label_of = {
        f"text {path.split('/')[-1][0]}": label for path, label in zip(paths, labels, strict=True)
    }
    rows = [(x, int(y)) for x, y in data.unbatch()]
    assert dict(rows) == label_of
    assert len(rows) == len(paths) == len(data.unbatch())


def test_parts_of_one_call_and_of_two_are_the_same(texts):
    options = {"validation_split": 0.3, "seed": 1}
    train, validation = texts_of(texts, subset="both", **options)
    assert train.file_paths == texts_of(texts, subset="training", **options).file_paths
    assert validation.file_paths == texts_of(texts, subset="validation", **options).file_paths
    assert not set(train.file_paths) & set(validation.file_paths)
    first, second = ([x.tolist() for x, _ in train] for _ in range(2))
    assert first != second
    first, second = ([x.tolist() for x, _ in validation] for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("mode", "dtype", "encoded"),
    [
        ("int", "int32", [0, 0, 1]),
        ("binary", "float32", [[0], [0], [1]]),
        ("categorical", "float32", [[1, 0], [1, 0], [0, 1]]),
    ],
)
def test_labels_come_in_the_form_that_a_loss_takes(tmp_path, mode, dtype, encoded):
    for name in ("no/1", "no/2", "yes/3"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.txt").write_text(name)
    ((x, y),) = texts_of(tmp_path, label_mode=mode, shuffle=False)
    assert x.tolist() == ["no/1", "no/2", "yes/3"]
    assert (y.dtype, y.tolist()) == (dtype, encoded)


def test_labels_may_be_listed_left_out_and_put_in_an_order(texts):
    listed = texts_of(texts, labels=list(range(10)), shuffle=False)
    assert [int(y) for _, y in listed.unbatch()] == list(range(10))
    assert listed.class_names == [str(n) for n in range(10)]
    for options in ({"labels": None}, {"label_mode": None}):
        plain = texts_of(texts, **options)
        assert sorted(plain.unbatch()) == [f"text {n}" for n in range(10)]
        assert plain.class_names is None
    turned = texts_of(texts, class_names=["c", "a"], shuffle=False)
    assert turned.class_names == ["c", "a"]
    assert [int(y) for _, y in turned.unbatch()] == [0] * 3 + [1] * 4


def test_links_to_folders_are_followed_where_it_is_asked_for(texts, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "far.txt").write_text("far")
    (texts / "a" / "link").symlink_to(elsewhere)
    assert len(texts_of(texts).file_paths) == 10
    assert len(texts_of(texts, follow_links=True).file_paths) == 11


def test_what_was_found_is_told(texts, capsys, caplog):
    options = {"validation_split": 0.3, "subset": "both", "seed": 0}
    utils.text_dataset_from_directory(texts, **options)
    told = [
        "Found 10 files belonging to 3 classes.",
        "Using 7 files for training.",
        "Using 3 files for validation.",
    ]
    assert capsys.readouterr().out.splitlines() == told
    utils.disable_interactive_logging()
    try:
        with caplog.at_level("INFO", "pellucid"):
            utils.text_dataset_from_directory(texts, **options)
    finally:
        utils.enable_interactive_logging()
    assert (capsys.readouterr().out, caplog.messages) == ("", told)


# -- images ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic", "lanczos3"])
@pytest.mark.parametrize("size", [(4, 6), (11, 5), (7, 8)])
def test_images_are_resized_as_our_operation_does(rng, interpolation, size):
    x = rng.uniform(0, 255, (7, 8, 3)).astype(np.float32)
    wanted = ops.image.resize(x, size, interpolation)
    np.testing.assert_allclose(resized(x, *size, interpolation), wanted, rtol=1e-5, atol=1e-3)
    wide = ops.image.resize(x, size, "nearest", crop_to_aspect_ratio=True)
    np.testing.assert_array_equal(resized(cropped(x, *size), *size, "nearest"), wide)
    whole = ops.image.resize(x, size, "nearest", pad_to_aspect_ratio=True)
    np.testing.assert_array_equal(resized(bordered(x, *size), *size, "nearest"), whole)


@pytest.mark.parametrize(
    ("mode", "options"), [("grayscale", {}), ("rgba", {}), ("rgb", {"crop_to_aspect_ratio": True})]
)
def test_images_are_those_of_keras(images, mode, options):
    keras = pytest.importorskip("keras")
    data = images_of(images, color_mode=mode, image_size=(6, 4), shuffle=False, **options)
    ((x, y),) = data
    assert (x.shape, x.dtype) == ((8, 6, 4, {"grayscale": 1, "rgb": 3, "rgba": 4}[mode]), "float32")
    assert y.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    for image, path in zip(x, data.file_paths, strict=True):
        pixels = keras.utils.img_to_array(keras.utils.load_img(path, mode))
        wanted = keras.ops.image.resize(pixels, (6, 4), **options)
        np.testing.assert_allclose(image, wanted, rtol=1e-4, atol=1e-3)


def test_channels_lie_where_they_are_asked_for(images):
    ((last, _),) = images_of(images, image_size=5, shuffle=False)
    ((first, _),) = images_of(images, image_size=5, shuffle=False, data_format="channels_first")
    np.testing.assert_array_equal(first, last.transpose(0, 3, 1, 2))


def test_single_images_are_those_of_their_batch(images):
    ((batch, _),) = images_of(images, image_size=(3, 3), shuffle=False)
    rows = [x for x, _ in images_of(images, image_size=(3, 3), shuffle=False, batch_size=None)]
    np.testing.assert_array_equal(np.stack(rows), batch)


def test_a_model_learns_from_files(tmp_path, rng):
    for name, level in (("dark", 60), ("light", 190)):
        (tmp_path / name).mkdir()
        for number in range(8):
            pixels = rng.normal(level, 20, (6, 6, 3)).clip(0, 255)
            utils.save_img(tmp_path / name / f"{number}.png", pixels, scale=False)
    train, test = images_of(
        tmp_path,
        image_size=(4, 4),
        batch_size=4,
        label_mode="binary",
        validation_split=0.25,
        subset="both",
        seed=0,
    )
    utils.set_random_seed(0)
    model = Sequential([layers.Rescaling(1 / 128, -1), layers.Flatten(), layers.Dense(1)])
    model.compile("adam", "hinge", metrics=["accuracy"])
    history = model.fit(train, validation_data=test, epochs=10, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    assert model.evaluate(test, verbose=0, return_dict=True)["loss"] == history["val_loss"][-1]
    assert model.predict(test.map(lambda x, y: x), verbose=0).shape == (4, 1)


def test_no_more_than_a_batch_lies_in_memory(tmp_path):
    (tmp_path / "one").mkdir()
    pixels = np.zeros((8, 8, 3))
    for number in range(40):
        utils.save_img(tmp_path / "one" / f"{number}.png", pixels, scale=False)
    size = 200 * 200 * 3 * 4  # bytes of an image
    data = images_of(tmp_path, image_size=(200, 200), batch_size=2)
    next(iter(data))  # what is imported, and the weights that are kept, are there now
    tracemalloc.start()
    for _ in data.prefetch(1):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * size  # of 40 images; a batch takes several times its size while it is made


# -- sounds ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "float32"])
def test_sounds_lie_between_minus_one_and_one(tmp_path, dtype):
    wave = np.array([[0.0, 0.5], [-1.0, 0.25], [-0.5, 0.0]])
    scale = {"uint8": 128, "int16": 2**15, "int32": 2**31}.get(dtype, 1)
    samples = (wave * scale + (128 if dtype == "uint8" else 0)).astype(dtype)
    wavfile.write(tmp_path / "a.wav", 8000, samples)
    (x,) = utils.audio_dataset_from_directory(tmp_path, labels=None, verbose=False)
    assert (x.shape, x.dtype) == ((1, 3, 2), "float32")
    np.testing.assert_array_equal(x[0], wave)


def test_sounds_are_filled_up_or_cut_to_one_length(tmp_path):
    for number, length in enumerate((2, 4, 3)):
        samples = np.full(length, 2**14, np.int16)
        wavfile.write(tmp_path / f"{number}.wav", 8000, samples)
    options = {"labels": None, "shuffle": False, "verbose": False, "batch_size": 2}
    first, second = utils.audio_dataset_from_directory(tmp_path, **options)
    assert first[..., 0].tolist() == [[0.5, 0.5, 0, 0], [0.5] * 4]
    assert second.shape == (1, 3, 1)
    first, _ = utils.audio_dataset_from_directory(tmp_path, output_sequence_length=3, **options)
    assert first[..., 0].tolist() == [[0.5, 0.5, 0], [0.5] * 3]


def test_a_tone_keeps_its_pitch_at_another_rate(tmp_path):
    tone = np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)
    wavfile.write(tmp_path / "a.wav", 16000, tone.astype(np.float32))
    (x,) = utils.audio_dataset_from_directory(
        tmp_path, labels=None, sampling_rate=6000, verbose=False
    )
    wanted = np.sin(2 * np.pi * 440 * np.arange(6000) / 6000)
    assert x.shape == (1, 6000, 1)
    np.testing.assert_allclose(x[0, 100:-100, 0], wanted[100:-100], atol=0.01)


# -- texts -----------------------------------------------------------------------------------------


def test_texts_are_read_as_they_are_and_up_to_a_length(tmp_path):
    text = "Erdős\r\nund Rényi\n"
    (tmp_path / "a.txt").write_bytes(text.encode())
    assert list(texts_of(tmp_path, labels=None, batch_size=None)) == [text]
    assert list(texts_of(tmp_path, labels=None, batch_size=None, max_length=4)) == ["Erdő"]


def test_texts_become_numbers_on_their_way_to_a_model(texts):
    data = texts_of(texts, shuffle=False)
    vectorize = layers.TextVectorization(output_sequence_length=2)
    vectorize.adapt(data.map(lambda x, y: x))
    assert vectorize.vocabulary_size() == 2 + 11  # padding, unknown; "text" and ten numbers
    ((x, _),) = data.map(lambda x, y: (vectorize(x), y))
    assert x.shape == (10, 2)


# -- what cannot be --------------------------------------------------------------------------------


def fails(error, message, make):
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == message


def test_arguments_that_contradict_each_other_are_errors(texts):
    fails(
        ArgumentError,
        "Without a seed, two calls mix the files differently, and their parts overlap.\n"
        "  given:    validation_split and shuffle=True, seed=None\n"
        "  expected: the same seed in both calls\n"
        "  to mend:  seed=0, or subset='both'",
        lambda: texts_of(texts, validation_split=0.2, subset="training"),
    )
    fails(
        ArgumentError,
        "A split needs its share and the part that is wanted.\n"
        "  given:    validation_split=0.2, subset=None\n"
        "  expected: both or neither\n"
        "  to mend:  subset='both' returns both parts",
        lambda: texts_of(texts, validation_split=0.2),
    )
    fails(
        ArgumentError,
        "'validation_split' is the share of the files that is kept for validation.\n"
        "  given:    validation_split=20\n"
        "  expected: a number between 0 and 1",
        lambda: texts_of(texts, validation_split=20, subset="both"),
    )
    fails(
        ArgumentError,
        "Only labels that come from the folders can be given in an order of their names.\n"
        "  given:    class_names=['a'], labels=None, label_mode='int'\n"
        "  expected: labels='inferred', or no class_names",
        lambda: texts_of(texts, labels=None, class_names=["a"]),
    )
    fails(
        ArgumentError,
        "Labels come from the folders, or are listed.\n"
        "  given:    labels='infered'\n"
        "  expected: 'inferred', None, or a list with a number for each file",
        lambda: texts_of(texts, labels="infered"),
    )
    fails(
        ArgumentError,
        "Images need a height and a width.\n"
        "  given:    image_size=(3,)\n"
        "  expected: two whole numbers of at least 1",
        lambda: images_of(texts, image_size=(3,)),
    )


def test_folders_that_do_not_fit_are_errors(texts):
    fails(
        DataError,
        f"There is no such folder.\n  given:    '{texts}/d'\n  expected: a folder with files",
        lambda: texts_of(texts / "d"),
    )
    fails(
        DataError,
        f"There is no file to read in {texts}.\n"
        "  given:    10 of .txt, 1 of .md\n"
        "  expected: folders of classes, with files whose names end in .wav",
        lambda: utils.audio_dataset_from_directory(texts),
    )
    fails(
        DataError,
        "Each class needs a folder of its name.\n"
        "  given:    class_names with 'd'\n"
        "  expected: some of 'a', 'b', 'c'",
        lambda: texts_of(texts, class_names=["a", "d"]),
    )
    fails(
        DataError,
        "Each file needs a label.\n"
        f"  given:    2 labels, 10 files in {texts}\n"
        "  expected: as many labels as files, in the order of their paths",
        lambda: texts_of(texts, labels=[0, 1]),
    )
    fails(
        DataError,
        "label_mode='binary' is for two classes.\n"
        f"  given:    3 classes in {texts}\n"
        "  expected: two\n"
        "  to mend:  label_mode='int' or 'categorical'",
        lambda: texts_of(texts, label_mode="binary"),
    )
    fails(
        DataError,
        "There are too few files to be split so.\n"
        "  given:    10 files, validation_split=0.05\n"
        "  expected: files on both sides",
        lambda: texts_of(texts, validation_split=0.05, subset="both"),
    )


def test_broken_files_are_named(tmp_path):
    for name in ("a.png", "a.wav", "a.txt"):
        (tmp_path / name).write_bytes(b"\xff\xfe no such thing")
    fails(
        DataError,
        f"{tmp_path}/a.txt is not in UTF-8.\n"
        "  given:    byte 0xff in place 0\n"
        "  expected: a text in UTF-8",
        lambda: list(texts_of(tmp_path, labels=None)),
    )
    fails(
        DataError,
        f"{tmp_path}/a.png cannot be read as an image.\n"
        f"  given:    cannot identify image file '{tmp_path}/a.png'\n"
        "  expected: a whole file in a format that Pillow reads",
        lambda: list(images_of(tmp_path, labels=None)),
    )
    with pytest.raises(DataError, match=f"{tmp_path}/a.wav cannot be read as a sound") as error:
        list(utils.audio_dataset_from_directory(tmp_path, labels=None, verbose=False))
    assert error.value.mend == "other formats, such as MP3, are turned into WAV by ffmpeg"


def test_sounds_of_other_channels_make_no_batch(tmp_path):
    wavfile.write(tmp_path / "a.wav", 8000, np.zeros(3, np.int16))
    wavfile.write(tmp_path / "b.wav", 8000, np.zeros((3, 2), np.int16))
    data = utils.audio_dataset_from_directory(tmp_path, labels=None, shuffle=False, verbose=False)
    fails(
        DataError,
        "The sounds of a batch have different numbers of channels.\n"
        f"  given:    1 in {tmp_path}/a.wav, 2 in {tmp_path}/b.wav\n"
        "  expected: as many in each",
        lambda: list(data),
    )
