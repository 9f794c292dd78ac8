"""A file is data from elsewhere: what is broken or hostile is refused, by name."""

import json
import stat
import subprocess
import sys
import zipfile

import h5py
import numpy as np
import pytest

import pellucid
from pellucid import layers
from pellucid.errors import ArgumentError, DataError, ShapeError, UnknownNameError
from pellucid.saving import archive as archives
from pellucid.saving import load_model


def small(name="small"):
    return pellucid.Sequential(
        [pellucid.Input((3,), name="x"), layers.Dense(2, name="only")], name=name
    )


@pytest.fixture
def file(tmp_path):
    small().save(tmp_path / "a.keras")
    return tmp_path / "a.keras"


def parts(file):
    with zipfile.ZipFile(file) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def packed_again(file, changed, method=zipfile.ZIP_STORED):
    """The file with other contents; a name may be a whole ``ZipInfo``."""
    contents = {**parts(file), **changed}
    with zipfile.ZipFile(file, "w", method) as packed:
        for name, content in contents.items():
            if content is not None:
                packed.writestr(name, content, method)


def refused(file, kind=DataError):
    with pytest.raises(kind) as caught:
        load_model(file)
    return str(caught.value).replace(str(file), "FILE")


def with_config(file, change):
    config = json.loads(parts(file)["config.json"])
    change(config)
    packed_again(file, {"config.json": json.dumps(config)})


def test_the_archive_is_one_that_everybody_opens(file):
    with zipfile.ZipFile(file) as packed:
        assert packed.testzip() is None
        assert packed.namelist() == ["model.weights.h5", "metadata.json", "config.json"]
        (tmp := file.parent / "w.h5").write_bytes(packed.read("model.weights.h5"))
    with h5py.File(tmp) as weights:
        assert weights["layers/dense/vars/0"].shape == (3, 2)


def test_a_packed_archive_loads_too(file):
    x = np.ones((2, 3), "f")
    wanted = load_model(file)(x)
    packed_again(file, {}, zipfile.ZIP_DEFLATED)
    np.testing.assert_array_equal(load_model(file)(x), wanted)


@pytest.mark.parametrize("name", ["../out", "/out", "assets/../../out", "C:/out", "assets\\out"])
def test_a_name_that_leads_out_of_the_archive_is_refused(file, name):
    info = zipfile.ZipInfo("x")
    info.filename = name
    packed_again(file, {info: b"1"})
    assert refused(file) == (
        "FILE is not safe to open.\n"
        f"  given:    {name!r}: a name that leads out of the archive\n"
        "  expected: plain files with names of their own, hardly packed"
    )


def test_a_symbolic_link_is_refused(file):
    info = zipfile.ZipInfo("assets/link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    packed_again(file, {info: b"/etc/passwd"})
    assert "given:    'assets/link': a symbolic link\n" in refused(file)


def test_a_description_may_not_be_packed_as_tightly_as_weights(file):
    lists = b'{"a": [' + b"[]," * 1_000_000 + b"[]]}"  # 60 times as large as objects
    packed_again(file, {"config.json": lists}, zipfile.ZIP_DEFLATED)
    assert refused(file).startswith(
        f"FILE is not safe to open.\n  given:    'config.json': {len(lists)} bytes, packed into "
    )


def test_a_zip_bomb_is_refused_before_it_is_unpacked(file):
    packed_again(file, {"config.json": b" " * 40_000_000}, zipfile.ZIP_DEFLATED)
    assert refused(file).startswith(
        "FILE is not safe to open.\n  given:    'config.json': 40000000 bytes, packed into "
    )


def test_a_name_that_is_there_twice_is_refused(file):
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(file, "a") as packed:
        packed.writestr("config.json", "{}")
    assert "'config.json': a name that is there twice" in refused(file)


@pytest.mark.parametrize("cut", [10, 700, 5_000])
def test_a_file_that_was_cut_short_is_refused(file, cut):
    file.write_bytes(file.read_bytes()[:-cut])
    assert refused(file).startswith("FILE is not a whole zip archive.\n")


def test_a_part_that_is_missing_is_named(file):
    packed_again(file, {"model.weights.h5": None})
    assert refused(file) == (
        "FILE lacks a part.\n"
        "  given:    metadata.json, config.json\n"
        "  expected: also model.weights.h5\n"
        "  to mend:  take an earlier copy"
    )


@pytest.mark.parametrize(
    ("config", "given"),
    [
        (b"{", "JSONDecodeError: Expecting property name"),
        (b"\xff", "UnicodeDecodeError: "),
        (b"[]", "TypeError: it describes a list"),
        (b"[" * 100_000, "RecursionError: "),
        (b'{"class_name": "Sequential", "config": {"layers": 3}}', "TypeError: 'int' object"),
        (b'{"class_name": "Sequential", "config": {}}', "KeyError: 'layers'"),
    ],
)
def test_a_description_that_is_none_is_refused(file, config, given):
    packed_again(file, {"config.json": config})
    text = refused(file)
    assert text.startswith(f"FILE, config.json cannot be understood.\n  given:    {given}")


def test_an_unknown_class_is_refused_by_name(file):
    def change(config):
        config["config"]["layers"][1] |= {"class_name": "Popen", "module": "subprocess"}

    with_config(file, change)
    text = refused(file, UnknownNameError)
    assert text.startswith("FILE, config.json: Unknown class 'Popen'.\n  given:    'Popen'\n")


def test_code_needs_permission_at_each_call(tmp_path):
    file = tmp_path / "a.keras"
    model = pellucid.Sequential([pellucid.Input((3,)), layers.Lambda(lambda x: 3 * x)])
    model.save(file)
    x = np.ones((1, 3), "f")
    assert load_model(file, safe_mode=False)(x).tolist() == [[3.0, 3.0, 3.0]]
    assert refused(file, ArgumentError) == (
        "FILE, config.json: This configuration of a Lambda holds code, which could do anything.\n"
        "  given:    code, and safe_mode=True\n"
        "  expected: a function made with def and registered: @register_serializable()\n"
        "  to mend:  pass safe_mode=False, if you trust where it comes from"
    )


MEL = layers.MelSpectrogram(fft_length=16, sequence_stride=8, num_mel_bins=4)
LARGE = {
    "a table of shares": (layers.Resizing(2, 2), (4, 4, 1), {"height": 10**8}),
    "an axis of an image": (
        layers.Resizing(2, 2, interpolation="nearest"),
        (4, 4, 1),
        {"width": 10**8},
    ),
    "a table of windows": (layers.AdaptiveMaxPooling1D(2), (4, 1), {"output_size": [10**8]}),
    "tiles": (
        layers.ContrastLimitedAdaptiveHistogramEqualization(),
        (8, 8, 1),
        {"tile_grid_size": [10**8, 8]},
    ),
    "rows of classes": (layers.CategoryEncoding(4), (1,), {"num_tokens": 10**13}),
    "a transform": (MEL, (64,), {"fft_length": 2**26}),
    "pieces of a signal": (MEL, (64,), {"fft_length": 2**23}),
    "a table of bands": (MEL, (64,), {"num_mel_bins": 10**8}),
}


@pytest.mark.parametrize("what", LARGE)
def test_a_layer_that_would_fill_the_memory_is_refused(tmp_path, what):
    layer, shape, large = LARGE[what]
    file = tmp_path / "a.keras"
    pellucid.Sequential([pellucid.Input(shape), layer]).save(file)
    with_config(file, lambda config: config["config"]["layers"][1]["config"].update(large))
    text = refused(file)
    assert text.startswith("FILE, config.json: A small file describes something large.\n")
    assert f"given:    {what} of " in text


def test_a_lookup_of_countless_unknown_terms_is_refused(tmp_path):
    file = tmp_path / "a.keras"
    words = pellucid.Input((1,), dtype="int64")
    pellucid.Sequential([words, layers.IntegerLookup(vocabulary=[1])]).save(file)

    def change(config):
        config["config"]["layers"][-1]["config"]["num_oov_indices"] = 10**12

    with_config(file, change)
    assert "given:    indices of unknown terms of 1000000000000 numbers" in refused(file)


@pytest.mark.parametrize(
    ("metric", "argument", "what"),
    [
        (pellucid.metrics.AUC(num_thresholds=3), "num_thresholds", "thresholds"),
        (pellucid.metrics.MeanIoU(2), "num_classes", "a table of classes"),
    ],
)
def test_a_metric_that_would_fill_the_memory_is_refused(tmp_path, metric, argument, what):
    file = tmp_path / "a.keras"
    model = small()
    model.compile("sgd", "mse", metrics=[metric])
    model.save(file)

    def change(config):
        config["compile_config"]["metrics"][0]["config"][argument] = 10**9

    with_config(file, change)
    assert f"given:    {what} of " in refused(file)


def test_models_that_double_with_each_nesting_are_refused(tmp_path):
    x = pellucid.Input((1,))
    model = pellucid.Model(x, layers.Dense(1)(x))
    for _ in range(14):
        x = pellucid.Input((1,))
        model = pellucid.Model(x, model(model(x)))
    model.save(tmp_path / "a.keras")
    assert "the graph of one more layer" in refused(tmp_path / "a.keras")


def test_a_description_of_more_weights_than_the_file_holds_is_refused(file):
    def change(config):
        config["config"]["layers"][1]["config"]["units"] = 10**12

    with_config(file, change)
    text = refused(file)
    assert "More weights are described than the file holds.\n" in text
    assert "given:    a weight of shape (3, 1000000000000), 12000000000000 bytes\n" in text


def with_weights(file, change):
    """The archive with its file of weights changed."""
    inner = file.parent / "inner.h5"
    inner.write_bytes(parts(file)["model.weights.h5"])
    with h5py.File(inner, "r+") as weights:
        change(weights)
    packed_again(file, {"model.weights.h5": inner.read_bytes()})


def kernel_as(make):
    def change(weights):
        del weights["layers/dense/vars/0"]
        make(weights["layers/dense/vars"])

    return change


def test_weights_that_are_missing_are_named(file):
    with_weights(file, kernel_as(lambda group: None))
    assert refused(file) == (
        "FILE, model.weights.h5 does not fit Dense 'only'.\n"
        "  given:    1 arrays in 'layers/dense'\n"
        "  expected: 2 arrays: kernel, bias"
    )


def test_weights_of_another_shape_are_named(file):
    with_weights(file, kernel_as(lambda group: group.create_dataset("0", data=np.ones((2, 3)))))
    assert refused(file, ShapeError) == (
        "FILE, model.weights.h5 does not fit Dense 'only'.\n"
        "  given:    layers/dense/vars/0 of shape (2, 3)\n"
        "  expected: shape (3, 2)"
    )


def external(group):
    group.create_dataset("0", (3, 2), "f", external=[("/etc/hostname", 0, 24)])


def virtual(group):
    layout = h5py.VirtualLayout((3, 2), "f")
    layout[:] = h5py.VirtualSource("/tmp/other.h5", "x", (3, 2))
    group.create_virtual_dataset("0", layout)


def linked(group):
    group["0"] = h5py.ExternalLink("/tmp/other.h5", "x")


@pytest.mark.parametrize("make", [external, virtual, linked])
def test_weights_in_other_files_are_not_read(file, make):
    with_weights(file, kernel_as(make))
    assert "refers to something outside of what it holds.\n" in refused(file)


def wide(file, make):
    """An archive whose model has 40 MB of weights, for which ``make`` makes the array."""
    pellucid.Sequential([pellucid.Input((1,)), layers.Dense(10_000_000, use_bias=False)]).save(file)
    with_weights(file, kernel_as(make))


@pytest.mark.parametrize("options", [{}, {"chunks": (1, 1_000_000), "compression": "gzip"}])
def test_numbers_that_are_packed_beyond_measure_are_refused(tmp_path, monkeypatch, options):
    monkeypatch.setattr(archives, "FREE", 1 << 30)  # so that it comes to the second check

    def make(group):
        data = {} if not options else {"data": np.zeros((1, 10_000_000), "f")}
        group.create_dataset("0", (1, 10_000_000), "f", **data, **options)

    wide(tmp_path / "a.keras", make)
    text = refused(tmp_path / "a.keras")
    assert text.startswith("FILE, model.weights.h5 is not safe to open.\n  given:    layers/dense")
    assert "/vars/0: 40000000 bytes, packed into " in text


def test_nothing_is_left_of_a_save_that_fails_and_the_old_file_stays(file, monkeypatch):
    before = file.read_bytes()
    for place in ("write_parts", "enclose"):
        with monkeypatch.context() as patched:

            def full(*args, **options):
                raise OSError(28, "No space left on device")

            patched.setattr(archives, place, full)
            with pytest.raises(OSError, match="No space"):
                small().save(file)
        assert file.read_bytes() == before
        assert [p.name for p in file.parent.iterdir()] == ["a.keras"]


def test_a_disk_that_is_full_leaves_the_old_file(tmp_path):
    file = tmp_path / "a.keras"
    program = f"""
import resource, pellucid
from pellucid import layers
small = pellucid.Sequential([pellucid.Input((3,)), layers.Dense(2)])
large = pellucid.Sequential([pellucid.Input((1000,)), layers.Dense(1000)])
small.save({str(file)!r})
before = open({str(file)!r}, "rb").read()
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
try:
    large.save({str(file)!r})
except OSError as error:
    print(type(error).__name__, open({str(file)!r}, "rb").read() == before)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "OSError True\n"), done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["a.keras"]


def test_a_file_that_must_stay_stays(file):
    with pytest.raises(ArgumentError, match="is there already"):
        small().save(file, overwrite=False)


@pytest.mark.parametrize("name", ["a", "a.h5", "a.zip"])
def test_a_name_that_says_something_else_is_refused(tmp_path, name):
    with pytest.raises(ArgumentError) as caught:
        small().save(tmp_path / name)
    assert str(caught.value) == (
        "The name of a file with a whole model says what it is.\n"
        f"  given:    {str(tmp_path / name)!r}\n"
        "  expected: a name that ends in '.keras'"
    )


def test_a_vocabulary_that_the_file_cannot_hold_is_refused(tmp_path):
    lookup = layers.IntegerLookup()
    lookup.adapt([1, 2, 3])
    file = tmp_path / "a.keras"
    pellucid.Sequential([pellucid.Input((1,), dtype="int32"), lookup]).save(file)
    with zipfile.ZipFile(file) as packed:
        config = packed.read("config.json").decode()
    assert '"vocabulary_size": 4' in config
    many = config.replace('"vocabulary_size": 4', '"vocabulary_size": 1000000000')
    packed_again(file, {"config.json": many})
    with pytest.raises(DataError, match="A larger vocabulary is described than the file holds"):
        pellucid.models.load_model(file)
