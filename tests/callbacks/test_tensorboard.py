"""What TensorBoard itself reads of a training."""

import inspect
import io
import sys

import keras
import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing import (
    data_provider,
    event_accumulator,
    plugin_event_multiplexer,
)
from tensorboard.context import RequestContext
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups

import pellucid
from pellucid import Input, Sequential, callbacks, layers, optimizers
from pellucid.callbacks import Callback, TensorBoard
from pellucid.engines import xla_profile
from pellucid.errors import ArgumentError, UnknownNameError

X = np.random.default_rng(0).normal(size=(20, 4))
Y = X[:, 0]


@pytest.fixture(autouse=True)
def reference_engine():
    with pellucid.engine("numpy"):
        yield


class Remember(Callback):
    def __init__(self):
        super().__init__()
        self.batches, self.weights = [], []

    def on_train_batch_end(self, batch, logs=None):
        self.batches.append(logs["loss"])

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append(self.model.get_weights())


def trained(folder, epochs=3, optimizer="adam", **settings):
    model = Sequential(
        [Input((4,)), layers.Dense(3, "relu", name="hidden"), layers.Dense(1)], name="net"
    )
    model.compile(optimizer, "mse", metrics=["mae"])
    seen = Remember()
    watching = [TensorBoard(folder, **settings), seen]
    history = model.fit(
        X, Y, validation_split=0.2, epochs=epochs, batch_size=4, callbacks=watching, verbose=0
    )
    return model, history.history, seen


def read(folder):
    accumulator = event_accumulator.EventAccumulator(str(folder), {"images": 0, "histograms": 0})
    return accumulator.Reload()


def scalars(accumulator, tag):
    return [(event.step, event.value) for event in accumulator.Scalars(tag)]


def test_the_results_of_epochs_are_scalars_under_the_names_of_keras(tmp_path):
    _, history, _ = trained(tmp_path)
    train, validation = read(tmp_path / "train"), read(tmp_path / "validation")
    assert sorted(train.Tags()["scalars"]) == ["epoch_learning_rate", "epoch_loss", "epoch_mae"]
    assert sorted(validation.Tags()["scalars"]) == [
        "epoch_loss",
        "epoch_mae",
        "evaluation_loss_vs_iterations",
        "evaluation_mae_vs_iterations",
    ]
    for accumulator, start in ((train, ""), (validation, "val_")):
        for name in ("loss", "mae"):
            expected = list(enumerate(np.float32(history[start + name]).tolist()))
            assert scalars(accumulator, f"epoch_{name}") == expected
    assert [step for step, _ in scalars(validation, "evaluation_loss_vs_iterations")] == [4, 8, 12]
    assert scalars(train, "epoch_learning_rate")[0][1] == pytest.approx(0.001)


@pytest.mark.parametrize(("frequency", "steps"), [("batch", [*range(1, 13)]), (5, [5, 10])])
def test_the_results_of_batches_are_scalars_where_asked_for(tmp_path, frequency, steps):
    _, _, seen = trained(tmp_path, update_freq=frequency, write_steps_per_second=True)
    train = read(tmp_path / "train")
    assert scalars(train, "batch_loss") == [(n, np.float32(seen.batches[n - 1])) for n in steps]
    assert [step for step, _ in scalars(train, "batch_steps_per_second")] == steps
    assert all(speed > 0 for _, speed in scalars(train, "epoch_steps_per_second"))


def test_an_epoch_is_one_piece_where_no_batches_are_asked_for():
    assert not TensorBoard("logs").wants_batches("train")
    assert TensorBoard("logs", update_freq=10).wants_batches("train")
    assert not TensorBoard("logs", update_freq=10).wants_batches("test")


def test_weights_are_histograms(tmp_path):
    _, _, seen = trained(tmp_path, histogram_freq=2)
    train = read(tmp_path / "train")
    assert train.Tags()["histograms"] == [
        "net/hidden/kernel/histogram",
        "net/hidden/bias/histogram",
        "net/dense/kernel/histogram",
        "net/dense/bias/histogram",
    ]
    events = train.Histograms("net/hidden/kernel/histogram")
    assert [event.step for event in events] == [0, 2]
    kernel = seen.weights[2][0]
    last = events[1].histogram_value
    assert (last.min, last.max, last.num) == (kernel.min(), kernel.max(), 12)
    assert last.sum == pytest.approx(kernel.sum(dtype=float), rel=1e-5)
    assert sum(last.bucket) == 12


def test_weights_are_images_from_black_to_white(tmp_path):
    _, _, seen = trained(tmp_path, epochs=1, histogram_freq=1, write_images=True)
    train = read(tmp_path / "train")
    assert train.Tags()["images"] == [
        "net/hidden/kernel/image",
        "net/hidden/bias/image",
        "net/dense/kernel/image",
        "net/dense/bias/image",
    ]
    (event,) = train.Images("net/hidden/kernel/image")
    pixels = np.asarray(Image.open(io.BytesIO(event.encoded_image_string)))
    kernel = seen.weights[0][0].T
    expected = np.round((kernel - kernel.min()) / np.ptp(kernel) * 255)
    np.testing.assert_array_equal(pixels, np.stack([expected] * 3, axis=-1))


def test_weights_that_ran_away_do_not_end_a_training(tmp_path):
    with np.errstate(all="ignore"):
        trained(tmp_path, optimizer=optimizers.SGD(1e30), histogram_freq=1, write_images=True)
    assert read(tmp_path / "train").Tags()["scalars"]


def test_the_graph_is_that_of_the_model(tmp_path):
    model, _, _ = trained(tmp_path, epochs=1)
    graph = read(tmp_path / "train").Graph()
    nodes = {node.name: node for node in graph.node}
    assert len(nodes) == len(pellucid.Graph(model.outputs))
    hidden = nodes["net/hidden/relu"]
    assert hidden.op == "relu"
    (before,) = hidden.input
    assert before in nodes
    shape = hidden.attr["_output_shapes"].list.shape[0]
    assert [d.size for d in shape.dim] == [-1, 3]
    for node in graph.node:
        assert set(node.input) <= set(nodes)


def test_without_write_graph_there_is_none(tmp_path):
    trained(tmp_path, epochs=1, write_graph=False)
    assert not read(tmp_path / "train").Tags()["graph"]


def test_settings_can_be_compared_in_the_table_of_tensorboard(tmp_path):
    losses = {}
    for units in (2, 8):
        settings = {"units": units, "optimizer": "adam", "shuffled": True, "sizes": (3, 1)}
        _, history, _ = trained(tmp_path / f"run_{units}", hparams=settings)
        losses[units] = history["val_loss"][-1]
    groups = {g.hparams["units"].number_value: g for g in session_groups(tmp_path)}
    assert set(groups) == {2.0, 8.0}
    for units, group in groups.items():
        assert group.hparams["optimizer"].string_value == "adam"
        assert group.hparams["shuffled"].bool_value is True
        assert group.hparams["sizes"].string_value == "(3, 1)"
        values = {(m.name.group, m.name.tag): m.value for m in group.metric_values}
        assert values["validation", "epoch_loss"] == np.float32(losses[units])
        assert ("train", "epoch_mae") in values
        assert group.sessions[0].status == api_pb2.STATUS_SUCCESS


def session_groups(folder):
    """What TensorBoard's table of settings is made from."""
    multiplexer = plugin_event_multiplexer.EventMultiplexer()
    multiplexer.AddRunsFromDirectory(str(folder))
    multiplexer.Reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, str(folder))
    context = backend_context.Context(base_plugin.TBContext(data_provider=provider))
    asked = RequestContext()
    runs = context.hparams_metadata(asked, "")
    found = context.experiment_from_metadata(asked, "", True, runs, None)
    request = api_pb2.ListSessionGroupsRequest(
        slice_size=10,
        allowed_statuses=[api_pb2.STATUS_SUCCESS],
        col_params=[api_pb2.ColParams(metric=m.name) for m in found.metric_infos],
    )
    return list_session_groups.Handler(asked, context, "", request).run().session_groups


def test_an_evaluation_alone_is_written_and_the_file_closed(tmp_path):
    model, _, _ = trained(tmp_path / "a")
    watching = TensorBoard(tmp_path / "b")
    loss = model.evaluate(X, Y, callbacks=[watching], verbose=0)[0]
    found = scalars(read(tmp_path / "b" / "validation"), "evaluation_loss_vs_iterations")
    assert found == [(12, np.float32(loss))]


def test_the_rate_of_a_schedule_is_what_it_gives(tmp_path):
    falling = optimizers.schedules.PolynomialDecay(1.0, 8, 0.0)
    trained(tmp_path, epochs=2, optimizer=optimizers.SGD(falling))
    assert scalars(read(tmp_path / "train"), "epoch_learning_rate") == [(0, 0.5), (1, 0.0)]


def test_two_trainings_in_one_folder_have_two_files(tmp_path):
    trained(tmp_path, epochs=1)
    trained(tmp_path, epochs=1)
    assert len(list((tmp_path / "train").iterdir())) == 2


def test_the_rates_of_several_optimizers_have_their_names(tmp_path):
    first, second = optimizers.SGD(0.5, name="fast"), optimizers.SGD(0.25, name="slow")
    several = optimizers.MultiOptimizer(optimizers.OptimizerMap(first, {"net/hidden/.*": second}))
    trained(tmp_path, epochs=1, optimizer=several)
    train = read(tmp_path / "train")
    assert scalars(train, "epoch_learning_rate_fast") == [(0, 0.5)]
    assert scalars(train, "epoch_learning_rate_slow") == [(0, 0.25)]


def test_steps_of_accumulated_gradients_are_counted(tmp_path):
    adding = optimizers.SGD(0.1, gradient_accumulation_steps=2)
    trained(tmp_path, epochs=1, optimizer=adding)
    validation = read(tmp_path / "validation")
    assert [step for step, _ in scalars(validation, "evaluation_loss_vs_iterations")] == [2]


class Subclass(pellucid.Model):
    def __init__(self):
        super().__init__(name="own")
        self.hidden = layers.Dense(3, "relu", name="hidden")
        self.out = layers.Dense(1, name="out")

    def call(self, x):
        return self.out(self.hidden(x))


def test_the_graph_of_a_subclass_is_the_one_that_is_trained(tmp_path):
    model = Subclass()
    model.compile("sgd", "mse")
    for run in "ab":  # in the second one there is nothing left to build
        model.fit(X, Y, callbacks=[TensorBoard(tmp_path / run)], verbose=0)
        nodes = {node.name: node for node in read(tmp_path / run / "train").Graph().node}
        assert {nodes[name].op for name in nodes if "/hidden/" in name} >= {"matmul", "relu"}
        assert all(set(node.input) <= set(nodes) for node in nodes.values())


def words(folder, **settings):
    """A training of a model with an embedding, and one in a model inside of it."""
    inner = Sequential([layers.Embedding(5, 2, name="inner_words"), layers.Flatten()], name="inner")
    whole, part = Input((4,), dtype="int32"), Input((1,), dtype="int32")
    x = layers.Flatten()(layers.Embedding(7, 3, name="words")(whole))
    both = layers.Concatenate()([x, inner(part)])
    model = pellucid.Model([whole, part], layers.Dense(1)(both), name="net")
    model.compile("adam", "mse")
    ids = np.arange(20).reshape(5, 4) % 7
    watching = TensorBoard(folder, embeddings_freq=1, **settings)
    model.fit([ids, ids[:, :1] % 5], np.ones(5), epochs=2, callbacks=[watching], verbose=0)
    return model


def projected(folder):
    """What TensorBoard's projector serves: vectors and names of points, by embedding."""
    from tensorboard.plugins.projector.projector_plugin import ProjectorPlugin
    from werkzeug.test import Client

    multiplexer = plugin_event_multiplexer.EventMultiplexer()
    multiplexer.AddRunsFromDirectory(str(folder))
    multiplexer.Reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, str(folder))
    context = base_plugin.TBContext(
        logdir=str(folder), data_provider=provider, multiplexer=multiplexer
    )
    apps = ProjectorPlugin(context).get_plugin_apps()
    found = {}
    for one in Client(apps["/info"]).get("/?run=train").json["embeddings"]:
        query = f"/?run=train&name={one['tensorName']}"
        vectors = np.frombuffer(Client(apps["/tensor"]).get(query).data, np.float32)
        names = Client(apps["/metadata"]).get(query).text.split() if "metadataPath" in one else None
        found[one["tensorName"]] = vectors.reshape(one["tensorShape"]), names
    return found


def test_embeddings_are_points_in_the_projector(tmp_path):
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "names.tsv").write_text("\n".join("abcdefg"))
    model = words(tmp_path, embeddings_metadata={"words": "names.tsv"})
    found = projected(tmp_path)
    assert set(found) == {"words/embeddings", "inner/inner_words/embeddings"}
    vectors, names = found["words/embeddings"]
    np.testing.assert_allclose(vectors, model.get_layer("words").embeddings.numpy(), rtol=1e-6)
    assert names == list("abcdefg")
    assert found["inner/inner_words/embeddings"][1] is None


@pytest.mark.parametrize("place", ["logs/names.tsv", "logs/train/deep/names.tsv", "own/names.tsv"])
@pytest.mark.parametrize("absolute", [False, True], ids=["relative", "absolute"])
def test_names_of_points_are_found_where_they_lie(tmp_path, monkeypatch, place, absolute):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / place
    file.parent.mkdir(parents=True)
    file.write_text("\n".join("abcdefg"))
    near = place.removeprefix("logs/").removeprefix("train/")  # by the nearest folder that we know
    words("logs", embeddings_metadata={"words": str(file) if absolute else near})
    assert projected(tmp_path / "logs")["words/embeddings"][1] == list("abcdefg")


def test_names_for_what_is_no_embedding_are_refused_before_training(tmp_path):
    with pytest.raises(UnknownNameError) as caught:
        words(tmp_path, embeddings_metadata={"wrods": "names.tsv"})
    assert str(caught.value).startswith(
        "Unknown embedding of the model 'wrods'; did you mean 'words'?"
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("batches", "which"), [(2, [2]), ((3, 6), [3, 4, 5, 6]), (0, [])])
def test_batches_are_profiled_up_to_the_last_and_then_training_is_fast_again(
    tmp_path, monkeypatch, batches, which
):
    heard = []

    class Telling(Callback):
        def on_train_batch_begin(self, batch, logs=None):
            heard.append(len(written) == 1)

        def wants_batches(self, what):
            return False  # it listens where another one asks

    written = []
    monkeypatch.setattr(xla_profile, "start_profile", written.append)
    monkeypatch.setattr(xla_profile, "stop_profile", written.clear)
    model = Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    watching = TensorBoard(tmp_path, profile_batch=batches)
    model.fit(X, Y, batch_size=5, epochs=4, callbacks=[watching, Telling()], verbose=0)
    assert [n for n, profiled in enumerate(heard, start=1) if profiled] == which
    assert len(heard) < 16
    assert not written


def test_a_profile_is_a_file_that_the_page_of_profiles_finds(tmp_path):
    trained(tmp_path, epochs=1, profile_batch=(2, 3))
    names = [path.name for path in tmp_path.glob("plugins/profile/*/*")]
    assert any(name.endswith(".xplane.pb") for name in names)


def test_the_arguments_are_those_of_keras_in_their_order():
    ours, theirs = (
        list(inspect.signature(one.__init__).parameters.values())
        for one in (TensorBoard, keras.callbacks.TensorBoard)
    )
    places = [p for p in ours if p.kind is not p.KEYWORD_ONLY]
    assert [(p.name, p.default) for p in places] == [(p.name, p.default) for p in theirs]


@pytest.mark.parametrize(
    ("settings", "given"),
    [
        ({"embeddings_freq": -1}, "embeddings_freq=-1"),
        ({"profile_batch": -1}, "profile_batch=-1"),
        ({"profile_batch": (5, 2)}, "profile_batch=(5, 2)"),
        ({"profile_batch": True}, "profile_batch=True"),
        ({"update_freq": 0}, "update_freq=0"),
        ({"update_freq": "step"}, "update_freq='step'"),
        ({"histogram_freq": -1}, "histogram_freq=-1"),
    ],
)
def test_frequencies_that_cannot_be_are_refused(settings, given):
    with pytest.raises(ArgumentError) as caught:
        callbacks.TensorBoard(**settings)
    assert caught.value.given == given


def test_without_the_package_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    monkeypatch.delitem(sys.modules, "pellucid.callbacks.tensorboard_events")
    monkeypatch.delattr(pellucid.callbacks, "tensorboard_events")
    with pytest.raises(ArgumentError) as caught:
        TensorBoard("logs")
    assert str(caught.value) == (
        "Files for TensorBoard are written by the package tensorboardX.\n"
        "  given:    a Python without it\n"
        "  expected: tensorboardX 2.6 or later\n"
        '  to mend:  pip install "pellucid[tensorboard]"'
    )
