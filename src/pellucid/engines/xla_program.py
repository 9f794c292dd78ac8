"""A graph as one program that XLA compiles, through JAX.

Each operation's ``lower`` says how it is written in JAX's operations; this file hands it what it
needs, gives the program the variables' arrays (donated, so that they are changed in place) and
takes the new ones back.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from pellucid.engines.xla_options import convolves, options_for, size_of_step
from pellucid.graph.dtypes import is_float, numpy_dtype
from pellucid.graph.lookups import multiply_tables
from pellucid.graph.operations.contraction import Matmul
from pellucid.graph.operations.movement import Transpose
from pellucid.graph.rewriting import simplify
from pellucid.graph.tensor import Tensor
from pellucid.graph.unflattening import with_rows_apart
from pellucid.graph.variable import Variable
from pellucid.graph.walk import ancestors, check_open_sizes, run_graph

if TYPE_CHECKING:
    from pellucid.engines.xla_cores import Cores

__all__ = ["Lowering", "Step", "XlaProgram", "compiled"]

TURNED = 2**15  # elements: with fewer, writing them down takes as long as it saves
NARROW = 100  # columns: for more, the other routine is good as well


class Lowering:
    """What an operation's lowering rule is handed: JAX's modules, and what it lowers for.

    Attributes:
        lax, numpy, nn, scipy: The modules of JAX.
        platform: ``"cpu"``, ``"gpu"`` or ``"tpu"``.
    """

    lax = jax.lax
    numpy = jax.numpy
    nn = jax.nn

    def __init__(self, platform: str) -> None:
        self.platform = platform

    def stretch(self, *operands: Any) -> list[Any]:
        """Operands at one shape, by NumPy's rule. JAX's own functions do so, but trace slowly."""
        shape = np.broadcast_shapes(*(x.shape for x in operands))
        return [self.broadcast(x, shape) for x in operands]

    def broadcast(self, x: Any, shape: tuple[int, ...]) -> Any:
        """Copies of ``x`` that fill a shape."""
        if x.shape == shape:
            return x
        return self.lax.broadcast_in_dim(x, shape, range(len(shape) - x.ndim, len(shape)))

    def run(self, outputs: Sequence[Tensor], given: Mapping[Tensor, Any]) -> dict[Any, Any]:
        """Lower a whole graph, for operations that have graphs inside (scan, cond)."""
        return run_graph(outputs, given, self.rule)

    def rule(self, node: Tensor, inputs: tuple[Any, ...]) -> Any:
        """Lower one node."""
        check_open_sizes(node, inputs)
        if _is_size(node) and inputs and all(isinstance(x, np.ndarray) for x in inputs):
            # Arithmetic on sizes is done now: a shape must be numbers when XLA compiles.
            return np.asarray(node.op.value(*inputs), numpy_dtype(node.dtype))
        with jax.named_scope(node.scope or node.op.name):
            if isinstance(node.op, Matmul) and self.platform == "cpu":
                inputs = _laid_out(node, inputs)
            return node.op.lower(self, *inputs)


def _laid_out(product: Tensor, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The factors of a product, one on the left that is transposed written down so if that pays.

    XLA multiplies it as it lies. Its good routine for products cannot do that, and for few columns
    another takes two to four times as long (the gradient of 512 x 10 weights: 96 µs for 41).
    """
    left, right = inputs
    turned = isinstance(product.inputs[0].op, Transpose) and left.ndim == 2
    if turned and left.size > TURNED and right.shape[1] <= NARROW:
        left = jax.lax.optimization_barrier(left)
    return left, right


def _is_size(node: Tensor) -> bool:
    return not isinstance(node.spec, tuple) and node.shape == () and not is_float(node.dtype)


class Step:
    """A graph, simplified, as a function of arrays: variables and inputs in, the same out.

    Attributes:
        changed: The variables that a run changes; their arrays are donated to the program.
        fixed: The variables that it only reads.
    """

    def __init__(
        self,
        lowering: Lowering,
        inputs: Sequence[Tensor],
        outputs: Sequence[Tensor],
        updates: Mapping[Variable, Tensor],
    ) -> None:
        results = [*outputs, *updates.values()]
        new = simplify(results)
        self.lowering = lowering
        self.inputs = list(inputs)
        self.outputs = [new[x] for x in outputs]
        self.updates = [new[x] for x in updates.values()]
        self.changed = list(updates)
        leaves = [x for x in ancestors(new[x] for x in results) if isinstance(x, Variable)]
        self.fixed = [x for x in leaves if x not in updates]

    def __call__(
        self, changed: Sequence[Any], fixed: Sequence[Any], inputs: Sequence[Any]
    ) -> tuple[list[Any], list[Any]]:
        """The outputs, and the new values of the changed variables."""
        given = dict(
            zip(
                [*self.changed, *self.fixed, *self.inputs], [*changed, *fixed, *inputs], strict=True
            )
        )
        values = self.lowering.run([*self.outputs, *self.updates], given)
        return (
            [_as_declared(x, values[x]) for x in self.outputs],
            [_as_declared(x, values[x]) for x in self.updates],
        )

    def for_batches_of(self, rows: int, apart: bool = False) -> "Step":
        """The same step, written as is cheapest for batches of so many rows.

        Args:
            rows: How many.
            apart: Whether devices share them out.
        """
        results = [*self.outputs, *self.updates]
        new = multiply_tables(results, rows)
        results = [new[x] for x in results]
        if apart:
            new = with_rows_apart(results)
            results = [new[x] for x in results]
        step = copy.copy(self)
        step.outputs, step.updates = results[: len(self.outputs)], results[len(self.outputs) :]
        return step

    @property
    def variables(self) -> list[Variable]:
        """All that it reads or changes."""
        return [*self.changed, *self.fixed]

    @property
    def nodes(self) -> list[Tensor]:
        """All its nodes."""
        return ancestors([*self.outputs, *self.updates])

    @property
    def convolves(self) -> bool:
        """Whether there are convolutions in it."""
        return convolves(self.nodes)

    def size(self, rows: int, data_bytes: int) -> str:
        """How large it is, for batches of so many rows, taken from so many bytes of data."""
        return size_of_step(self.nodes, rows, data_bytes)

    def run(
        self, program: Callable[..., Any], *arguments: Any, cores: "Cores | None" = None
    ) -> Any:
        """Run a program on the variables' arrays, and give the variables what comes back.

        Args:
            program: What :func:`compiled` made of this step.
            arguments: What it takes besides the variables.
            cores: Those that share it out, if any do.
        """
        with jax.enable_x64(True):  # dtypes are the graph's affair: float64 is never cut down
            changed = [x.value for x in self.changed]
            fixed = [_on_device(x) for x in self.fixed]
            if cores is None:
                outputs, new = program(changed, fixed, *arguments)
            else:
                outputs, new = program(*cores.copies((changed, fixed, *arguments)))
                new = cores.first(new)
        for variable, array in zip(self.changed, new, strict=True):
            variable.value = array
        return outputs


def _as_declared(node: Tensor, value: Any) -> Any:
    return jax.numpy.asarray(value, numpy_dtype(node.dtype))


def _on_device(variable: Variable) -> Any:
    if not isinstance(variable.value, jax.Array):
        variable.value = jax.device_put(variable.value)  # no one else holds that array
    return variable.value


def compiled(
    function: Callable[..., Any], platform: str, size: str, cores: "Cores | None" = None
) -> Any:
    """A function of arrays, compiled by XLA when it is first called; its first ones are donated.

    Args:
        function: What to compile.
        platform: For which kind of device.
        size: How large its arrays are.
        cores: Those that run it together.
    """
    settings: dict[str, Any] = {"compiler_options": options_for(platform, size)}
    if cores is not None and cores.count > 1:
        settings["out_shardings"] = cores.whole
    return jax.jit(function, donate_argnums=0, **settings)


class XlaProgram:
    """A graph that runs as one compiled program."""

    def __init__(self, step: Step, program: Any) -> None:
        self.step = step
        self.program = program

    def __call__(self, inputs: Sequence[Any]) -> list[np.ndarray]:
        outputs = self.step.run(self.program, list(inputs))
        return [np.asarray(x) for x in outputs]
