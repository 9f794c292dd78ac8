"""What a layer is: a block with parameters, applied to tensors."""

import inspect
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import KW_ONLY, Field, dataclass, fields
from functools import wraps
from typing import Any, ClassVar, Self

import numpy as np
import optree

from pellucid import activations, constraints, dtype_policies, initializers, regularizers
from pellucid.allowance import claim
from pellucid.config import image_data_format
from pellucid.configured import Configured, snake_case
from pellucid.engines.engine import get_engine
from pellucid.engines.function import Function
from pellucid.errors import ArgumentError, PellucidError, StateError
from pellucid.graph.dtypes import dtype_name, is_float
from pellucid.graph.operations.broadcasting import size_of
from pellucid.graph.operations.casting import autocast, cast, identity
from pellucid.graph.scope import layer_name, source_line, user_line
from pellucid.graph.tensor import (
    Tensor,
    Updates,
    as_array,
    as_tensor,
    before_updates,
    current_updates,
)
from pellucid.graph.variable import Variable, placeholder
from pellucid.layers.calls import (
    LayerCall,
    bound_arguments,
    context,
    entered,
    scope_of,
    tensors_in,
)
from pellucid.layers.input_spec import check_inputs
from pellucid.layers.owner import Owner
from pellucid.metrics.metric import Mean
from pellucid.serialization import serialize

__all__ = ["Layer", "whole_number"]


NODES = 2048  # numbers that the nodes of a call take as much memory as, about


@dataclass(eq=False, repr=False)
class Layer(Owner, Configured):
    """A block of a network: parameters, and what is computed with them.

    A layer of ours is a dataclass whose fields are its arguments; a layer of yours may be one, or
    have an ``__init__`` that calls ``super().__init__()``. It makes its weights in
    ``build(input_shape)``, when it is first called and knows the shape of its input, and says in
    ``call(x)`` what it computes, with operations. The shape of the output follows from those.
    Layers and variables kept as attributes, also in lists and dicts, belong to it. Of fields that
    end in ``activation``, ``initializer``, ``regularizer`` or ``constraint`` it makes what their
    names or configurations stand for.

    Args:
        name: Shown in summaries and errors; made from the class's name when not given.
        trainable: Whether training changes the weights.
        dtype: Dtype of the weights, and of the computation, to which floating-point inputs are
            cast; or a policy, such as ``"mixed_bfloat16"``, under which the two differ. By
            default the global policy's: float32.
        activity_regularizer: What the outputs add to the loss, divided by the number of rows.
        autocast: Whether floating-point inputs are cast.

    Attributes:
        built: Whether the weights have been made.
        calls: Its applications to symbolic tensors, in which models find it.
        supports_masking: Whether the mask of the input is handed on to the output.
        input_spec: What the input must be like, if a layer says so: an :class:`InputSpec` or some.

    Examples:
        >>> class Scale(layers.Layer):
        ...     def build(self, input_shape):
        ...         self.factor = self.add_weight(shape=input_shape[-1:], initializer="ones")
        ...     def call(self, x):
        ...         return 2 * self.factor * x
        >>> Scale()(np.array([[1.0, 2.0]]))
        array([[2., 4.]], dtype=float32)
    """

    _: KW_ONLY
    name: str | None = None
    trainable: bool = True
    dtype: Any = None
    activity_regularizer: Any = None
    autocast: bool = True

    supports_masking: ClassVar[bool] = False
    input_spec: ClassVar[Any] = None
    following: ClassVar[Mapping[str, str]] = {}
    """Arguments for which ``None`` stands for what another one is."""

    def __post_init__(self) -> None:
        self.name: str = self.name or layer_name(snake_case(type(self).__name__))
        self.dtype_policy = dtype_policies.get(self.dtype)
        self.dtype = self.dtype_policy.variable_dtype
        for f in fields(self):
            for kind, get in _BY_KIND.items():
                if f.name == kind or f.name.endswith(f"_{kind}"):
                    setattr(self, f.name, get(getattr(self, f.name)))
        self.built = False
        self._build_shapes: dict[str, Any] = {}
        self._weights: list[Variable] = []
        self._losses: list[Any] = []
        self._means: dict[str, Mean] = {}
        self._programs: dict[Any, Function] = {}
        self.calls: list[LayerCall] = []

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "build" in vars(cls):
            cls.build = _in_own_scope(cls.build)  # type: ignore[method-assign]

    # -- what a subclass says --------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Make the weights, knowing the shape of the input. By default there are none.

        With several inputs it gets a list of shapes, or, where it names its parameters after
        those of ``call`` (``query_shape``, ``value_shape``), the shape of each.
        """

    def call(self, *inputs: Any, **options: Any) -> Any:
        """The output, made of the inputs by operations."""
        raise NotImplementedError(f"{type(self).__name__}.call")

    def check_input(self, *specs: Any) -> None:
        """Raise if the layer, as it was built, cannot be applied to inputs of these shapes."""

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask of the output: that of the input, if the layer supports masking."""
        return previous_mask

    def compute_output_shape(self, *input_shapes: Any) -> Any:
        """The shape of the output for inputs of some shapes, found by calling the layer."""
        dtype = self.compute_dtype
        inputs = [_on_shapes(lambda shape: placeholder(shape, dtype), s) for s in input_shapes]
        with Updates():
            outputs = self(*inputs)
        return optree.tree_map(lambda y: y.shape, outputs)

    # -- being called ----------------------------------------------------------------------------

    def __call__(self, *args: Any, training: bool | None = None, **options: Any) -> Any:
        """Apply the layer: to tensors, giving tensors; or to arrays, giving arrays at once.

        Args:
            args: Tensors or arrays; the first axis is the batch.
            training: Whether this is training (dropout drops) or not; by default what the layer
                or model around it was told, and outside of any not.
            options: Further arguments of the layer's ``call``.
        """
        claim(NODES, "the graph of one more layer")  # which a file can nest, doubling each time
        around = context()
        building = around is not None or current_updates() is not None
        if not building and not tensors_in((args, options)):
            return self._at_once(args, training, options)
        told = around.training if training is None and around else bool(training)
        drawn = not building
        # What is only drawn up is not run: what it assigns is not kept.
        aside = Updates() if drawn else nullcontext()
        with scope_of(self), entered(told) as inside, aside:
            try:
                outputs = self._call_with(bound_arguments(self.call, args, options), told)
            except PellucidError as error:
                self._tell_where(error)
                raise
            if around is None:
                self._losses = list(inside.losses)
        call = LayerCall(self, args, options, training, outputs)
        for y in tensors_in(outputs):
            y.call = call
        if drawn:
            self.calls.append(call)
        return outputs

    def _call_with(self, arguments: dict[str, Any], training: bool) -> Any:
        """Cast, build, hand over masks, call, and remember."""
        given = {name: self._as_tensors(value) for name, value in arguments.items()}
        if self.input_spec is not None:
            check_inputs(self.input_spec, next(iter(given.values()), None), self.label)
        self._build_once(given)
        parameters = inspect.signature(self.call).parameters
        options = self._masks(given, parameters)
        if "training" in parameters and given.get("training") is None:
            options["training"] = training
        mixed = self.compute_dtype != self.dtype
        with autocast(self.compute_dtype) if mixed else nullcontext():
            outputs = (
                self.call(**{**given, **options})
                if _by_name(parameters)
                else self.call(*given.values(), **options)
            )
        inputs = set(tensors_in(given))
        outputs = optree.tree_map(lambda y: self._own_output(y, inputs), outputs)
        self._regularize(outputs)
        self._hand_on_mask(given, options, outputs)
        return outputs

    def _own_output(self, y: Any, inputs: set[Tensor]) -> Any:
        """An output as a node that is not an input too: it remembers this call."""
        tensor = as_tensor(y)
        if tensor not in inputs and not isinstance(tensor, Variable):
            return tensor
        own = identity(tensor)
        own.mask = tensor.mask
        return own

    def _as_tensors(self, value: Any) -> Any:
        """Arrays and tensors as tensors of the layer's dtype; anything else as it is."""

        def convert(x: Any) -> Any:
            if not isinstance(x, Tensor | np.ndarray):
                return x
            tensor = as_tensor(x)
            if not (self.autocast and is_float(tensor.dtype) and is_float(self.compute_dtype)):
                return tensor
            result = cast(tensor, self.compute_dtype)
            result.mask = tensor.mask
            return result

        return optree.tree_map(convert, value)

    def _build_once(self, given: dict[str, Any]) -> None:
        tensors = {name: value for name, value in given.items() if tensors_in(value)}
        if not self.built:
            shapes = {n: optree.tree_map(lambda x: x.shape, v) for n, v in tensors.items()}
            self._build_shapes = shapes
            wanted = list(inspect.signature(self.build).parameters)
            named = [name.removesuffix("_shape") for name in wanted]
            with before_updates():  # what it assigns to new weights holds from now on
                if len(wanted) > 1 or (named and named[0] in shapes):
                    known = {f"{n}_shape": shapes[n] for n in named if n in shapes}
                    self.build(**known)
                else:
                    self.build(next(iter(shapes.values()), None))
            self.built = True
        self.check_input(*(optree.tree_map(lambda x: x.spec, v) for v in tensors.values()))

    def _masks(self, given: dict[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The masks of inputs, for the parameters of ``call`` that are named for them."""
        tensors = {name: value for name, value in given.items() if tensors_in(value)}
        names = {"mask": next(iter(tensors))} if len(tensors) == 1 else {}
        names |= {f"{name}_mask": name for name in tensors}
        return {
            mask: _mask_of(tensors[name])
            for mask, name in names.items()
            if mask in parameters and given.get(mask) is None
        }

    def _hand_on_mask(self, given: dict[str, Any], options: dict[str, Any], outputs: Any) -> None:
        first = next((v for v in given.values() if tensors_in(v)), None)
        mask = given.get("mask", options.get("mask"))
        previous = _mask_of(first) if mask is None else mask
        if not self.supports_masking or (previous is None and not self._makes_masks()):
            return
        masks = self.compute_mask(first, previous)
        tensors = optree.tree_leaves(outputs)
        found = masks if isinstance(masks, list | tuple) else [masks] * len(tensors)
        for y, m in zip(tensors, found, strict=False):
            if y.mask is None:
                y.mask = m

    def _makes_masks(self) -> bool:
        return type(self).compute_mask is not Layer.compute_mask

    def _regularize(self, outputs: Any) -> None:
        if self.activity_regularizer is not None:
            for y in tensors_in(outputs):
                self.add_loss(
                    self.activity_regularizer(y) / cast(as_tensor(size_of(y, 0)), y.dtype)
                )

    def _tell_where(self, error: PellucidError) -> None:
        """Let an error from inside say which layer it comes from, and the user's line."""
        if error.layer is None:  # else a layer inside this one has said that it was there
            error.layer = "" if f"'{self.name}'" in error.problem else self.label
        error.line = error.line or source_line(user_line())

    def _at_once(self, args: Any, training: bool | None, options: dict[str, Any]) -> Any:
        """Apply the layer to arrays, by a graph that is kept for arrays of this kind."""
        given: Any = (tuple(self._as_input(x) for x in args), options)
        leaves, structure = optree.tree_flatten(given)
        kinds = [(x.shape[1:], x.dtype, x.ndim) if isinstance(x, np.ndarray) else x for x in leaves]
        frozen = tuple(layer.trainable for layer in self._layers_inside())
        key = (tuple(kinds), structure, training, get_engine().name, frozen)
        arrays = [x for x in leaves if isinstance(x, np.ndarray)]
        if key not in self._programs:
            fixed = getattr(self, "stateful", False)  # a state for each row: as many each time
            tensors = [
                placeholder((x.shape[0] if fixed else None, *x.shape[1:]), dtype_name(x.dtype))
                if x.ndim
                else placeholder((), dtype_name(x.dtype))
                for x in arrays
            ]
            remaining = iter(tensors)
            symbolic = [next(remaining) if isinstance(x, np.ndarray) else x for x in leaves]
            given = optree.tree_unflatten(structure, symbolic)
            with Updates() as updates:
                outputs = self(*given[0], training=training, **given[1])
            self._programs[key] = Function(tensors, outputs, updates.new)
        return self._programs[key](*arrays)

    def _as_input(self, x: Any) -> Any:
        """What a user gave as arrays: lists of numbers count as one."""
        if x is None:
            return None  # an input that is left out
        several = isinstance(x, list | tuple | dict)
        if several and any(hasattr(leaf, "__array__") for leaf in optree.tree_leaves(x)):
            return optree.tree_map(self._as_input, x)
        array = as_array(x)
        narrow = array.dtype == np.float64 and self.dtype != "float64"
        return array.astype(np.float32) if narrow else array

    # -- what is known of it ----------------------------------------------------------------------

    @property
    def compute_dtype(self) -> str:
        """The dtype of the computation."""
        return self.dtype_policy.compute_dtype

    @property
    def variable_dtype(self) -> str:
        """The dtype of the weights."""
        return self.dtype_policy.variable_dtype

    @property
    def input(self) -> Any:
        """What the layer was applied to first, in its structure: symbolic tensors."""
        args = self._first_call("input").args
        return args[0] if len(args) == 1 else args

    @property
    def output(self) -> Any:
        """What came out when the layer was applied first, in its structure: symbolic tensors."""
        return self._first_call("output").outputs

    def _first_call(self, what: str) -> LayerCall:
        if not self.calls:
            raise StateError(
                f"{self.label} has no {what} yet.",
                given="a layer that has not been applied to a symbolic tensor",
                expected="a layer of a model, or one called on Input(shape=(...))",
            )
        return self.calls[0]

    # -- as data ---------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal layer, as plain data: its fields."""
        config = {f.name: serialize(getattr(self, f.name)) for f in fields(self) if f.init}
        config["dtype"] = serialize(self.dtype_policy)
        for f in fields(self):  # as Keras, which writes these only where they say something
            seldom = f.name in ("autocast", "activity_regularizer")
            if seldom and getattr(self, f.name) == f.default:
                del config[f.name]
        return config

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes that the weights were made for, as Keras writes them; ``None`` if none."""
        shapes = self._build_shapes
        if len(shapes) == 1:
            return {"input_shape": next(iter(shapes.values()))}
        named = {f"{name}_shape": shape for name, shape in shapes.items()}
        return {"shapes_dict": named} if shapes else None

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a layer from what :meth:`get_config` gave, ours or Keras's.

        Keras's has arguments that we do not; they may be there if they ask for nothing.

        Raises:
            UnknownNameError: For an argument that the layer does not take.
        """
        known = {f.name for f in fields(cls)}
        if cls.__init__ is not Layer.__init__ and "__dataclass_fields__" not in vars(cls):
            known |= set(inspect.signature(cls.__init__).parameters)
            return cls(**{name: value for name, value in config.items() if name in known})
        taken = {
            name: value for name, value in config.items() if name in known or value is not None
        }
        return super().from_config(taken)

    def __repr__(self) -> str:
        shown = [
            f"{f.name}={_short(getattr(self, f.name))!r}"
            for f in fields(self)
            if f.name not in _BASE_FIELDS and not self._at_default(f)
        ]
        return f"{type(self).__name__}({', '.join([*shown, f'name={self.name!r}'])})"

    def _at_default(self, f: Field[Any]) -> bool:
        """Whether an argument is as if it had not been given, in its normal form too."""
        value, default = _short(getattr(self, f.name)), f.default
        if value == default or (f.name == "data_format" and value == image_data_format()):
            return True
        if default is None:
            follows = self.following.get(f.name)
            empty = isinstance(value, dict | list | tuple) and not value
            return empty or (follows is not None and value == _short(getattr(self, follows)))
        if f.name.endswith("initializer"):
            return value == _short(initializers.get(default))
        # 1 is written out as (1, 1), and (1, 1) as ((1, 1), (1, 1)).
        both: Any = (value, default)
        return len(set(optree.tree_leaves(both, none_is_leaf=True))) == 1


_BY_KIND = {
    "activation": activations.get,
    "initializer": initializers.get,
    "regularizer": regularizers.get,
    "constraint": constraints.get,
}


def _in_own_scope(build: Callable[..., None]) -> Callable[..., None]:
    """A layer's ``build``, as it is wherever it is called from.

    Its weights are named for the layer, which is built then.
    """

    @wraps(build)
    def scoped(self: Layer, *args: Any, **options: Any) -> None:
        with scope_of(self):
            build(self, *args, **options)
        if type(self).build is scoped:  # else a subclass goes on
            if not self._build_shapes:
                given = inspect.signature(build).bind(self, *args, **options).arguments
                shapes = {n.removesuffix("_shape"): s for n, s in given.items() if n != "self"}
                self._build_shapes = shapes
            self.built = True

    return scoped


_BASE_FIELDS = tuple(f.name for f in fields(Layer))


def _by_name(parameters: Mapping[str, Any]) -> bool:
    """Whether arguments can be handed over by their names."""
    return all(
        p.kind in (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        or p.kind is inspect.Parameter.VAR_KEYWORD
        for p in parameters.values()
    )


def _mask_of(value: Any) -> Any:
    """The mask of a tensor; for several a list of theirs, ``None`` if none has one."""
    if isinstance(value, Tensor):
        return value.mask
    masks = [x.mask for x in tensors_in(value)]
    return masks if any(m is not None for m in masks) else None


def _on_shapes(function: Any, shapes: Any) -> Any:
    """Apply a function to a shape, or to each in a list or dict of them."""
    if isinstance(shapes, dict):
        return {k: _on_shapes(function, v) for k, v in shapes.items()}
    if shapes and isinstance(shapes[0], list | tuple):
        return [_on_shapes(function, s) for s in shapes]
    return function(tuple(shapes))


def _short(value: Any) -> Any:
    """A field's value as one would write it: a name where a name says it all."""
    if value is activations.linear:
        return None
    if isinstance(value, initializers.Initializer) and value.get_config() == _config_of(
        type(value)
    ):
        return snake_case(type(value).__name__)
    return value if isinstance(value, Layer) else serialize(value)


def _config_of(kind: type) -> Any:
    """The configuration of an object that was given no arguments, if there can be one."""
    try:
        return kind().get_config()
    except TypeError:
        return None


def whole_number(layer: Layer, argument: str) -> int:
    """The value of a layer's argument, a whole number above 0.

    Raises:
        ArgumentError: If it is something else.
    """
    value = getattr(layer, argument)
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ArgumentError(
            f"{layer.label} needs a whole number above 0 for '{argument}'.",
            given=f"{argument}={value!r}",
            expected="1, 2, 3, …",
        )
    return int(value)
