"""What a model is: a layer that can be trained, saved, looked at and cut out of the graph."""

import json
from collections.abc import Mapping
from os import PathLike, fspath
from typing import Any, Self

import optree

from pellucid.engines.trace import Trace
from pellucid.errors import ArgumentError, unknown_name
from pellucid.export import export
from pellucid.graph.scope import layer_name
from pellucid.graph.spec import same_shape
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import placeholder
from pellucid.layers.calls import context
from pellucid.layers.inputs import is_optional
from pellucid.layers.layer import Layer
from pellucid.models.configuration import connected, graph_config
from pellucid.models.consulting import expert
from pellucid.models.cut import Cut, fitted, wrong_shape
from pellucid.models.data import Dataset
from pellucid.models.looking import trace_model
from pellucid.models.summary import summary_table
from pellucid.models.trainer import Trainer
from pellucid.models.verifying import Verification, verify_model
from pellucid.saving.archive import save_model
from pellucid.saving.atomic import refuse_to_replace
from pellucid.saving.safetensors import load_safetensors, save_safetensors
from pellucid.saving.weights_h5 import load_weights, save_weights
from pellucid.serialization import serialize

__all__ = ["Model"]


class Model(Trainer):
    """Layers put together: a functional model between tensors, or a subclass with a ``call``.

    Args:
        inputs: What goes in: a symbolic tensor from ``Input``, or a list or dict of them; or any
            tensors of another model, to cut a part out of it.
        outputs: What comes out: tensors made of the inputs, in any structure.
        name: Shown in summaries and errors.
        trainable: Whether training changes its weights.
        dtype: As for every layer.

    Raises:
        GraphError: If the outputs need something that is not among the inputs.

    Examples:
        >>> x = Input((4,), name="x")
        >>> hidden = layers.Dense(3, "relu", name="hidden")(x)
        >>> model = Model(x, {"sum": ops.sum(hidden, axis=1), "hidden": hidden})
        >>> sorted(model.predict(np.ones((2, 4))))
        ['hidden', 'sum']
    """

    def __init__(
        self,
        inputs: Any = None,
        outputs: Any = None,
        name: str | None = None,
        trainable: bool = True,
        dtype: Any = None,
    ) -> None:
        self._cut = None if inputs is None else Cut(inputs, outputs)
        if self._cut is not None and name is None and type(self) is Model:
            name = layer_name("functional")
        # Its layers know their dtypes themselves.
        super().__init__(name=name, trainable=trainable, dtype=dtype, autocast=False)

    def __post_init__(self) -> None:
        vars(self).setdefault("_cut", None)
        super().__post_init__()
        if self._cut is not None:
            self.outputs = self._cut.flat_outputs
            self.built = True

    def call(self, inputs: Any) -> Any:
        if self._cut is None:
            return super().call(inputs)
        pairs = zip(self._arranged(inputs), self.inputs, strict=True)
        return self._cut([None if x is None else fitted(x, t) for x, t in pairs])

    def _arranged(self, inputs: Any) -> list[Any]:
        """What the model is given, one for each of its inputs: by name, or in their order.

        Raises:
            ArgumentError: If there are more or fewer, a name is missing, or one is ``None`` that
                is not optional.
        """
        given = self._in_order(inputs)
        for x, wanted in zip(given, self.inputs, strict=True):
            if x is None and not is_optional(wanted):
                raise ArgumentError(
                    f"{self.label} needs its input '{wanted.name}'.",
                    given=f"None for '{wanted.name}'",
                    expected=str(wanted.spec),
                    mend=f"Input(..., name='{wanted.name}', optional=True), if it can do without",
                )
        return given

    def _in_order(self, inputs: Any) -> list[Any]:
        names = self.input_names
        if isinstance(inputs, dict) and len(names) == len(self.inputs):
            missing = [name for name in names if name not in inputs]
            if not missing:
                return [inputs[name] for name in names]
            raise ArgumentError(
                f"{self.label} misses an input.",
                given=f"a dict with {', '.join(map(repr, inputs))}",
                expected=f"also {', '.join(map(repr, missing))}",
            )
        given = optree.tree_leaves(inputs, none_is_leaf=True)
        if len(given) != len(names):
            raise ArgumentError(
                f"{self.label} takes another number of inputs.",
                given=f"{len(given)}",
                expected=f"{len(names)}: {', '.join(names)}",
            )
        return given

    def _taken(self, data: Dataset) -> Dataset:
        missing = [name for name in self.input_names if name not in data.columns]
        if data.columns and len(self.inputs) > 1 and missing:
            raise ArgumentError(
                f"{self.label} misses an input.",
                given=f"a table with {', '.join(map(repr, data.columns))}",
                expected=f"also {', '.join(map(repr, missing))}",
            )
        return data.by_column(self.input_names) if len(self.inputs) > 1 else data

    def _check_rows(self, data: Dataset) -> None:
        """Raise unless the data are of the shapes that the model takes."""
        if self._cut is None:
            return
        for array, wanted in zip(self._arranged(data.x), self.inputs, strict=True):
            if array is None:
                continue
            shape, full = array.shape[1:], wanted.shape[1:]
            bare = full[:-1] if full[-1:] == (1,) else full
            if not any(same_shape(s, shape) for s in (full, bare, (*full, 1))):
                raise wrong_shape(self.label, f"{data.part}x of shape {array.shape}", wanted)

    @property
    def class_name_in_files(self) -> str:
        """The name of its class in files: Keras has one of its own for models that are graphs."""
        graph = type(self) is Model and self._cut is not None
        return "Functional" if graph else type(self).__name__

    @property
    def cut(self) -> Cut | None:
        """The part of the graph that a functional model is; ``None`` for any other model."""
        return self._cut

    @property
    def inputs(self) -> list[Tensor]:
        """The tensors that the model is fed, if they are known before it sees data."""
        return [] if self._cut is None else self._cut.flat_inputs

    @property
    def input(self) -> Any:
        """What goes in, in the structure that was given."""
        return super().input if self._cut is None else self._cut.inputs

    @property
    def output(self) -> Any:
        """What comes out, in the structure that was given."""
        return super().output if self._cut is None else self._cut.outputs

    @property
    def input_shape(self) -> Any:
        """The shape of :attr:`input`; of several the shapes in their structure."""
        return optree.tree_map(lambda x: x.shape, self.input)

    @property
    def output_shape(self) -> Any:
        """The shape of :attr:`output`; of several the shapes in their structure."""
        return optree.tree_map(lambda y: y.shape, self.output)

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs, or their keys in a dict."""
        if self._cut is not None and isinstance(self._cut.inputs, dict):
            return sorted(self._cut.inputs)
        return [x.name for x in self.inputs]

    @property
    def output_names(self) -> list[str]:
        """The names of the layers that the outputs come from, or their keys in a dict."""
        if self._cut is None:
            return super().output_names
        if isinstance(self._cut.outputs, dict):
            return sorted(self._cut.outputs)
        return [str(x.call.layer.name) if x.call else x.name for x in self._cut.flat_outputs]

    @property
    def layers(self) -> list[Layer]:
        """The layers: of a functional model from the inputs to the outputs."""
        return self.sublayers

    @property
    def sublayers(self) -> list[Layer]:
        own = [] if self._cut is None else self._cut.layers
        return list(dict.fromkeys([*own, *super().sublayers]))

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by its name or its place.

        Raises:
            UnknownNameError: If there is none.
        """
        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                raise unknown_name("layer", index, map(str, range(len(self.layers))))
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise unknown_name("layer", name, [str(layer.name) for layer in self.layers])

    # -- keeping ---------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The layers and how they are connected, as plain data in Keras's form.

        Of a subclass whose ``call`` is code it is the arguments that all models have; one with
        arguments of its own says them itself.
        """
        if self._cut is None or type(self).__init__ is not Model.__init__:
            config = super().get_config()
            config.pop("autocast", None)
            return config
        own = {"name": self.name, "trainable": self.trainable}
        return own | graph_config(self._cut, self.label)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a model, with new weights, from what :meth:`get_config` gave, ours or Keras's.

        Raises:
            UnknownNameError: For a class that is neither ours nor registered.
        """
        if "input_layers" not in config or "layers" not in config:
            return super().from_config(config)
        name = config.get("name")
        inputs, outputs, order = connected(config, f"model '{name}'")
        others = ("layers", "input_layers", "output_layers")
        options = {n: v for n, v in config.items() if n not in others}
        model = cls(inputs=inputs, outputs=outputs, **options)
        if model._cut is not None:
            model._cut.order = order
        return model

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes that the model was built for, if it is not known from its inputs."""
        return None if self._cut is not None else super().get_build_config()

    def build(self, input_shape: Any = None) -> None:
        """Make the weights by calling the model on inputs of a shape: ``build((None, 784))``.

        Args:
            input_shape: The shape with the batch; for several inputs a list or dict of shapes.
        """
        if self._cut is None and context() is None:  # in a call the layers see their inputs
            self.compute_output_shape(input_shape)

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Make the weights for shapes that :meth:`get_build_config` gave, ours or Keras's."""
        shape = config.get("input_shape")
        if self.built or not shape or any(isinstance(n, list | tuple | dict) for n in shape):
            return
        self(placeholder(tuple(shape)), training=False)

    def to_json(self, **kwargs: Any) -> str:
        """The model without its weights as text: :func:`pellucid.models.model_from_json`.

        Args:
            **kwargs: For ``json.dumps``, such as ``indent=2``.
        """
        return json.dumps(serialize(self), **kwargs)

    def save(self, filepath: str | PathLike[str], overwrite: bool = True) -> None:
        """Write the whole model to a ``.keras`` file: :func:`pellucid.saving.save_model`."""
        save_model(self, filepath, overwrite)

    def save_weights(self, filepath: str | PathLike[str], overwrite: bool = True) -> None:
        """Write the weights to a ``.weights.h5`` file: :func:`pellucid.saving.save_weights`.

        Under a name that ends in ``.safetensors``: :func:`pellucid.saving.save_safetensors`.
        """
        if fspath(filepath).endswith(".safetensors"):
            refuse_to_replace(filepath, overwrite)
            save_safetensors(self, filepath)
        else:
            save_weights(self, filepath, overwrite)

    def load_weights(self, filepath: str | PathLike[str], skip_mismatch: bool = False) -> None:
        """Read weights from such a file: :func:`pellucid.saving.load_weights`.

        Args:
            filepath: The file, ``.weights.h5`` or ``.safetensors``.
            skip_mismatch: Whether layers that do not fit keep their weights; of ``.weights.h5``.
        """
        if fspath(filepath).endswith(".safetensors"):
            load_safetensors(self, filepath)
        else:
            load_weights(self, filepath, skip_mismatch)

    def export(
        self,
        filepath: str | PathLike[str],
        format: str | None = None,
        input_signature: Any = None,
    ) -> None:
        """Write what the model predicts with as ONNX or NumPy code: :func:`pellucid.export.export`.

        Args:
            filepath: The file, such as ``"net.onnx"``, or ``"net.py"`` with ``"net.npz"`` beside.
            format: ``"onnx"`` or ``"numpy"``; by default what the name ends in says.
            input_signature: What goes in, for a model that does not know it: ``Input(shape)``.
        """
        export(self, filepath, format, input_signature)

    # -- looking ---------------------------------------------------------------------------------

    def summary(
        self,
        line_length: int | None = None,
        print_fn: Any = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
    ) -> None:
        """Print the layers with the shapes of their outputs and the numbers of their weights.

        Args:
            line_length: Width of the table, in characters; the terminal's by default.
            print_fn: What prints the text; ``print`` by default.
            expand_nested: Whether to show the layers of models inside, too.
            show_trainable: Whether to say which layers are trained.
        """
        text = summary_table(self, line_length, expand_nested, show_trainable)
        (print_fn or print)(text)

    def trace(
        self, x: Any, y: Any = None, sample_weight: Any = None, training: bool = False
    ) -> Trace:
        """Run the model on a batch in the reference engine, and keep everything.

        Args:
            x: Inputs, B rows.
            y: Targets, B rows. With them the gradients are those of the loss, without them those
                of the sum of the outputs.
            sample_weight: How much each row counts, (B,).
            training: Whether layers are told that this is training: then dropout drops.

        Returns:
            The value of every node and the gradient by it, by name. The model is not changed.

        Raises:
            StateError: If there are targets, and the model has not been compiled.
            DataError: If the data are not numbers, or not as many.
            ShapeError: If a row does not have the shape that the model takes.

        Examples:
            >>> model = Sequential([layers.Dense(1, name="line", kernel_initializer="ones")],
            ...                    name="net")
            >>> model.compile(loss="mse")
            >>> trace = model.trace(np.array([[1.0, 2.0]]), np.array([1.0]))
            >>> trace.outputs, trace.values["net/line/matmul"]
            (array(4., dtype=float32), array([[3.]], dtype=float32))
            >>> trace.gradients["net/line/kernel"]
            array([[4.],
                   [8.]], dtype=float32)
        """
        return trace_model(self, x, y, sample_weight, training)

    def verify(
        self, x: Any, y: Any = None, sample_weight: Any = None, training: bool = False
    ) -> Verification:
        """Check the model on data of one's own: both engines agree, and gradients are slopes.

        The loss and its gradients are computed by the reference engine and by XLA. In float64
        the gradients are compared with central differences of the loss along random directions,
        at weights moved a little off the kinks (of relu, say) that they may lie on.

        Args:
            x: Inputs, B rows; a few are enough.
            y: Targets, B rows; without them the outputs are checked.
            sample_weight: How much each row counts, (B,).
            training: Whether layers are told that this is training.

        Returns:
            The largest differences: true where all are as small as they should be. The model is
            not changed.

        Raises:
            StateError: If there are targets, and the model has not been compiled.
            GraphError: If no gradient can be taken.

        Examples:
            >>> model = Sequential([Input((2,)), layers.Dense(1, name="line")], name="net")
            >>> model.compile(loss="mse")
            >>> verification = model.verify(np.ones((3, 2)), np.ones(3))
            >>> verification.passed, list(verification.slopes)
            (True, ['net/line/kernel', 'net/line/bias'])
        """
        return verify_model(self, x, y, sample_weight, training)

    def find_learning_rate(self, x: Any, y: Any = None, **options: Any) -> Any:
        """Find a good learning rate by trying many: the doctor's ``find_learning_rate``.

        Args:
            x: Inputs, N rows.
            y: Targets, N rows.
            **options: ``batch_size``, ``sample_weight``, ``class_weight``, as ``fit`` takes them.

        Returns:
            What was found: a ``suggestion``, the curve, ``plot()``. The model is not changed.

        Raises:
            StateError: If the model has not been compiled.
            DataError: If the data cannot be trained on.

        Examples:
            >>> x = np.linspace(-1, 1, 64, dtype=np.float32)[:, None]
            >>> model = Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])
            >>> model.compile("adam", "mse")
            >>> 1e-3 < model.find_learning_rate(x, x**2).suggestion < 1
            True
        """
        return expert("find_learning_rate")(self, x, y, **options)

    def find_batch_size(self, x: Any, y: Any = None, **options: Any) -> Any:
        """Find a good batch size by timing many: the doctor's ``find_batch_size``.

        Args:
            x: Inputs, N rows.
            y: Targets, N rows.
            **options: ``smallest``, ``largest``, ``sample_weight`` and ``class_weight``.

        Returns:
            What was found: a ``suggestion``, ``table()``, ``plot()``. The model is not changed.

        Raises:
            StateError: If the model has not been compiled.
            DataError: If the data cannot be trained on.

        Examples:
            >>> x = np.linspace(-1, 1, 64, dtype=np.float32)[:, None]
            >>> model = Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])
            >>> model.compile("adam", "mse")
            >>> model.find_batch_size(x, x**2, largest=8).suggestion
            8
        """
        return expert("find_batch_size")(self, x, y, **options)
