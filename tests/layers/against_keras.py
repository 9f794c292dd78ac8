"""What a table of layers is compared with: Keras, in one compiled program for the whole table.

In each row a table has a layer and the shape of its input, or the input itself, or a list of them.
Each layer is made anew, in ours and in Keras, with the same weights; then outputs, the weights
after one step of gradient descent, shapes, gradients and configurations are compared.
"""

import functools
from dataclasses import dataclass, field

import jax
import keras
import numpy as np
import optree

from pellucid import (
    Input,
    Model,
    Updates,
    engine,
    gradients,
    losses,
    ops,
    optimizers,
    placeholder,
)
from pellucid.engines.function import Function
from pellucid.graph.dtypes import is_float
from pellucid.graph.spec import same_shape
from pellucid.graph.tensor import as_tensor
from pellucid.testing import check_gradient

LEARNING_RATE = 0.1
DTYPES = {"float64": 1e-12, "float32": 1e-5, "float16": 2e-2, "bfloat16": 1e-1}


@dataclass
class Table:
    """Rows by name: a layer, and its input, or only the shape of it, or a list of either.

    With ``training`` the layers are told that they are in training.
    """

    rows: dict = field(default_factory=dict)
    training: bool = False

    def ours(self, name, dtype="float32"):
        """The layer of a row, built, with weights that are not 0, and an input for it."""
        layer, given = self.rows[name]
        config = {**layer.get_config(), "dtype": dtype, "name": "it"}
        if "layer" in config:  # inside of a wrapper
            config["layer"]["config"] |= {"dtype": dtype, "name": "inside"}
        layer = type(layer).from_config(config)
        rng = np.random.default_rng(len(name))

        def made(shape):
            drawn = isinstance(shape, tuple)
            return rng.uniform(-2, 2, size=shape).astype("float32") if drawn else shape

        x = [made(g) for g in given] if isinstance(given, list) else made(given)
        layer(like(x, dtype))
        layer.set_weights([weight(rng, v) for v in layer.weights])
        return layer, x

    @functools.cached_property
    def keras(self):
        """For each row Keras's layer, its output, and its weights after a step."""
        made = {}
        told = {"training": True} if self.training else {}  # not all of Keras's take it
        for name in self.rows:
            ours, x = self.ours(name)
            theirs = getattr(keras.layers, type(ours).__name__).from_config(ours.get_config())
            build_with_zeros(theirs, shapes(x))
            theirs.set_weights(ours.get_weights())
            made[name] = theirs, x

        def step(values, name):
            theirs, x = made[name]
            trained, others = values

            def loss(trained):
                y, others_after, extra = theirs.stateless_call(
                    trained, others, x, return_losses=True, **told
                )
                return keras.ops.mean(y**2) + sum(extra), (y, others_after)

            slopes, (y, others) = jax.grad(loss, has_aux=True)(trained)
            trained = [w - LEARNING_RATE * g for w, g in zip(trained, slopes, strict=True)]
            after = dict(zip(map(id, theirs.trainable_variables), trained, strict=True))
            after |= dict(zip(map(id, theirs.non_trainable_variables), others, strict=True))
            return y, [after[id(v)] for v in theirs.weights]

        weights = {
            name: (
                [v.value for v in layer.trainable_variables],
                [v.value for v in layer.non_trainable_variables],
            )
            for name, (layer, _) in made.items()
        }
        together = jax.jit(lambda weights: {n: step(weights[n], n) for n in weights})
        # The program runs once, so that time spent on making it fast is lost.
        options = {"xla_backend_optimization_level": 0}
        results = together.lower(weights).compile(compiler_options=options)(weights)
        return {n: (made[n][0], *jax.tree.map(np.asarray, results[n])) for n in made}

    @functools.cached_property
    def engines(self):
        """For each dtype and row the output by both engines; in float32 the gradients too."""
        return {dtype: self._engines(dtype) for dtype in DTYPES}

    def _engines(self, dtype):
        inputs, outputs, arrays = [], {}, []
        for name in self.rows:
            layer, x = self.ours(name, dtype)
            tensor = like(x, "float32")
            y = layer(tensor, training=self.training)
            tensors = tensor if isinstance(tensor, list) else [tensor]
            wanted = [v for v in (*tensors, *layer.weights) if is_float(v.dtype)]
            slopes = gradients(ops.sum(y * y), wanted) if dtype == "float32" else []
            inputs += tensors
            arrays += x if isinstance(x, list) else [x]
            outputs[name] = y, *slopes
        found = {}
        for kind in ("numpy", "xla"):
            with engine(kind):
                found[kind] = Function(inputs, outputs)(*arrays)
        return {name: (outputs[name], found["numpy"][name], found["xla"][name]) for name in outputs}

    # -- what is true of each row ----------------------------------------------------------------

    def check_outputs(self, name):
        layer, x = self.ours(name)
        theirs, expected, _ = self.keras[name]
        with engine("numpy"):
            y = layer(x, training=self.training)
        assert str(y.dtype) == str(expected.dtype) == "float32"
        np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)
        described = [(v.name, v.shape) for v in theirs.weights]
        assert [(v.name, v.shape) for v in layer.weights] == described

    def check_config(self, name):
        layer, _ = self.ours(name)
        theirs = self.keras[name][0]
        config, wanted = layer.get_config(), theirs.get_config()
        assert {k: bare(v) for k, v in config.items()} == {k: bare(wanted[k]) for k in config}
        assert not [k for k, v in wanted.items() if k not in config and v is not None]
        assert type(layer).from_config(wanted).get_config() == config

    def check_shape(self, name):
        """The inferred shape with an open batch, and with open space where the layer allows it."""
        layer, x = self.ours(name)
        actual = self.keras[name][1].shape
        symbolic = layer(like(x, "float32", rows=None))
        assert symbolic.shape == (None, *actual[1:])
        assert layer.compute_output_shape(shapes(x)) == actual

    def check_training_step(self, name):
        layer, x = self.ours(name)
        expected = self.keras[name][2]
        inputs = optree.tree_map(lambda x: Input(batch_shape=x.shape, dtype=str(x.dtype)), x)
        model = Model(inputs, layer(inputs))
        model.compile(optimizers.SGD(LEARNING_RATE), losses.MeanSquaredError())
        with engine("numpy"):
            model.train_on_batch(x, np.zeros(self.keras[name][1].shape, np.float32))
        for v, w in zip(layer.weights, expected, strict=True):
            np.testing.assert_allclose(v.numpy(), w, rtol=1e-5, atol=1e-6, err_msg=v.name)

    def check_gradients(self, name):
        layer, x = self.ours(name, "float64")
        x = optree.tree_map(lambda x: x.astype("float64") if x.dtype.kind == "f" else x, x)
        if isinstance(x, list):
            check_gradient(lambda *x: layer(list(x), training=self.training), *x)
        else:
            check_gradient(lambda x: layer(x, training=self.training), x)
        if layer.weights:
            wanted = [v.numpy() for v in layer.weights]
            check_gradient(lambda *values: replaced(layer, values, x, self.training), *wanted)

    def check_engines(self, name, dtype):
        symbolic, ours, theirs = self.engines[dtype][name]
        for tensor, a, b in zip(symbolic, ours, theirs, strict=True):
            kind = tensor.dtype
            assert str(a.dtype) == str(b.dtype) == kind
            assert same_shape(tensor.shape, a.shape)
            assert a.shape == b.shape
            a, b = a.astype("float64"), b.astype("float64")
            scale = max(1.0, np.abs(a).max())
            np.testing.assert_allclose(b, a, rtol=DTYPES[dtype], atol=DTYPES[dtype] * scale)
        assert symbolic[0].dtype == dtype


def layers_of_keras(rows, **told):
    """For each row, of a layer and an array, Keras's layer and output: all in one program."""
    made = {}
    for name, (ours, x) in rows.items():
        theirs = getattr(keras.layers, type(ours).__name__).from_config(ours.get_config())
        theirs.build(x.shape)
        made[name] = theirs, x

    def outputs():
        with keras.StatelessScope():  # seeds must not keep what is known in the program alone
            return {name: theirs(x, **told) for name, (theirs, x) in made.items()}

    options = {"xla_backend_optimization_level": 0}  # it runs once
    results = jax.jit(outputs).lower().compile(compiler_options=options)()
    return {name: (made[name][0], np.asarray(y)) for name, y in results.items()}


def build_with_zeros(layer, shape):
    """Build a layer of Keras without its initializers: each shape takes JAX half a second."""
    initializers = {k: v for k, v in vars(layer).items() if k.endswith("_initializer")}
    vars(layer).update(dict.fromkeys(initializers, keras.initializers.Zeros()))
    layer.build(shape)
    vars(layer).update(initializers)


def like(x, dtype, rows=0):
    """Placeholders for arrays: real numbers in a dtype; with another number of rows, if given."""
    return optree.tree_map(
        lambda x: placeholder(
            x.shape if rows == 0 else (rows, *x.shape[1:]),
            dtype if x.dtype.kind == "f" else x.dtype,
        ),
        x,
    )


def shapes(x):
    return [one.shape for one in x] if isinstance(x, list) else x.shape


def weight(rng, variable):
    """A value for a weight: a variance is above 0."""
    low = 0.5 if "variance" in variable.name else -1
    return rng.uniform(low, low + 2, size=variable.shape)


def replaced(layer, values, x, training=False):
    """The layer's output with tensors in the place of its weights."""
    with Updates() as updates:
        for variable, value in zip(layer.weights, values, strict=True):
            updates.assign(variable, value)
        return layer(optree.tree_map(as_tensor, x), training=training)


def bare(value):
    """A value of a configuration without what Keras adds to it."""
    if isinstance(value, dict) and value.get("class_name") == "DTypePolicy":
        return value["config"]["name"]
    if isinstance(value, dict) and "class_name" in value:
        return value["class_name"], value["config"]
    return tuple(map(bare, value)) if isinstance(value, list | tuple) else value
