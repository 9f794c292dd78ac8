"""Writing a graph as NumPy code: an expression for each node, and names where names help."""

import keyword
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np

from pellucid.export import numpy_functions
from pellucid.export.inference import Inference, unsupported
from pellucid.export.numpy_folding import folded
from pellucid.graph.operations.body import Body
from pellucid.graph.rewriting import simplify
from pellucid.graph.tensor import Constant, Item, Op, Tensor
from pellucid.graph.walk import ancestors

__all__ = [
    "ADD",
    "ATOM",
    "COMPARE",
    "MULTIPLY",
    "POWER",
    "RULES",
    "SIGN",
    "WIDTH",
    "Code",
    "Writer",
    "rule",
]

# How tightly the parts of an expression hold together, as Python has it.
COMPARE, ADD, MULTIPLY, SIGN, POWER, ATOM = range(6)

WIDTH = 96  # of a line
SHOWN = 6  # elements: a small array of constants is written down where it is used
WORDS = {
    "add": "total",
    "broadcast": "start",
    "concatenate": "joined",
    "convolution": "features",
    "convolution_transpose": "features",
    "divide": "ratio",
    "matmul": "product",
    "multiply": "product",
    "sqrt": "root",
    "subtract": "difference",
}
"""What the results of operations are called inside of a layer, where not as the operation."""
ROLES = {"add": "shift", "multiply": "scale"}
"""What arrays made of several weights are called, by what is done with them."""
OURS = {
    "np",
    "math",
    "Path",
    "weights",
    "predict",
    "file",
    "len",
    "range",
    "zip",
    "print",
    "float",
    "min",
}


class Code(NamedTuple):
    """An expression.

    Attributes:
        text: As Python.
        rank: How tightly it holds together.
        number: Whether it is a plain number, which takes the dtype of what it meets.
    """

    text: str
    rank: int = ATOM
    number: bool = False

    def within(self, rank: int) -> str:
        """The text as part of an expression of a rank, in brackets if it needs them."""
        return self.text if self.rank >= rank else f"({self.text})"

    @property
    def name(self) -> bool:
        """Whether it may be repeated without being computed again."""
        return self.number or self.text.isidentifier()


Rule = Callable[..., Any]
RULES: dict[type[Op], Rule] = {}
"""How an operation is said in NumPy: a function of the writer, the node and its inputs' code."""

R = TypeVar("R", bound=Rule)


def rule(*kinds: type[Op]) -> Callable[[R], R]:
    """Register a function as the rule of some operations: a decorator."""

    def register(function: R) -> R:
        RULES.update(dict.fromkeys(kinds, function))
        return function

    return register


class Writer:
    """Writes a graph down as lines of code.

    Each node becomes an expression. One that is used once goes into the expression that uses it;
    a name is given to what is used more often, to what a layer hands on, and where a line would
    grow too long.

    Attributes:
        lines: The statements, indented.
        arrays: Weights and other arrays that the code reads, by name.
        sources: The weights that such an array is made of.
        functions: The names of the functions of :mod:`numpy_functions` that are used.
    """

    def __init__(self, graph: Inference) -> None:
        self.graph = graph
        self.lines: list[str] = []
        self.arrays: dict[str, np.ndarray] = {}
        self.sources: dict[str, tuple[str, ...]] = {}
        self.functions: set[str] = set()
        self.codes: dict[Tensor, Any] = {}
        self._taken = OURS | set(keyword.kwlist) | set(numpy_functions.__all__)
        self._depth = 1
        self._heading = ""
        self._uses: Counter[Tensor] = Counter()
        self._handed: set[Tensor] = set()
        self._used_by: dict[Tensor, str] = {}

    # -- what rules use --------------------------------------------------------------------------

    def line(self, text: str) -> None:
        """Add a statement."""
        self.lines += _wrapped("    " * self._depth + text)

    def call(self, function: str, *arguments: Any) -> Code:
        """A call of one of the functions that are copied into the file."""
        self.functions.add(function)
        return Code(f"{function}({', '.join(map(str, arguments))})")

    def fresh(self, hint: str) -> str:
        """A name for a variable that nothing has yet."""
        stem = re.sub(r"\W+", "_", hint).strip("_") or "value"
        stem = f"layer_{stem}" if stem[0].isdigit() else stem
        number, name = 1, stem
        while name in self._taken:
            name, number = f"{stem}_{number}", number + 1
        self._taken.add(name)
        return name

    def several(self, node: Tensor, text: str, count: int) -> tuple[Code, ...]:
        """Names for the results of one expression that gives several, ``_`` where none is used."""
        items = [x for x in self._uses if isinstance(x.op, Item) and x.inputs[0] is node]
        used = {x.op.index for x in items if isinstance(x.op, Item)}
        names = [self.fresh("part") if i in used else "_" for i in range(count)]
        self.start(node)
        self.line(f"{', '.join(names)}{',' if count == 1 else ''} = {text}")
        return tuple(Code(name) for name in names)

    def short(self, node: Tensor, code: Code) -> Code:
        """The code of a node if it is short, else a name for it."""
        return code if len(code.text) < WIDTH / 3 else self.named(node, code)

    def named(self, node: Tensor, code: Code) -> Code:
        """The code of a node as a name, given one if it has none."""
        return code if code.name else self._assign(node, code)

    def refuse(self, node: Tensor, why: str) -> Exception:
        """The error for what NumPy has no words for."""
        return unsupported(self.graph, node, "NumPy", why)

    # -- walking ---------------------------------------------------------------------------------

    def write(self, outputs: Iterable[Tensor], given: dict[Tensor, Code]) -> list[Code]:
        """Write down what some tensors are made of; return their expressions."""
        outputs = list(outputs)
        new = folded(outputs)
        results = [new[x] for x in outputs]
        before = self._uses, self._handed
        self.codes |= given
        order = ancestors(results, stop=given)
        self._uses = Counter(x for node in order if node not in given for x in node.inputs)
        self._uses.update(results)
        self._used_by |= {x: node.op.name for node in order for x in node.inputs}
        self._handed = self._between_layers(order) if self._depth == 1 else set()
        for node in order:
            if node not in given:
                self.codes[node] = self._written(node)
        self._uses, self._handed = before
        return [self.codes[x] for x in results]

    def _between_layers(self, order: list[Tensor]) -> set[Tensor]:
        """The nodes that a layer hands on to another."""
        users: dict[Tensor, set[str]] = {}
        for node in order:
            for x in node.inputs:
                users.setdefault(x, set()).add(self._layer(node))
        return {
            x
            for x, layers in users.items()
            if x.inputs and x.spec and self._layer(x) and self._layer(x) not in layers
        }

    def _layer(self, node: Tensor) -> str:
        return next(iter(self.graph.path(node)), "")

    def _written(self, node: Tensor) -> Any:
        if isinstance(node.op, Constant):
            return self._constant(node, node.op.array)
        if isinstance(node.op, Item):
            return self.codes[node.inputs[0]][node.op.index]
        found = RULES.get(type(node.op))
        if found is None:
            raise self.refuse(node, "an operation that NumPy has too")
        code = found(self, node, *(self.codes[x] for x in node.inputs))
        while isinstance(code, Code) and len(code.text) > WIDTH - 24 - 4 * self._depth:
            # The longest part gets a name, and then the next, until the line is short enough.
            parts = {x: self.codes[x] for x in node.inputs if isinstance(self.codes[x], Code)}
            parts = {x: c for x, c in parts.items() if not c.name}
            if not parts:
                break
            longest = max(parts, key=lambda x: len(parts[x].text))
            self.codes[longest] = self._assign(longest, parts[longest])
            code = found(self, node, *(self.codes[x] for x in node.inputs))
        if isinstance(code, tuple) and not isinstance(code, Code):
            return code
        if not code.name and (self._uses[node] > 1 or node in self._handed):
            return self._assign(node, code)
        return code

    def _assign(self, node: Tensor, code: Code) -> Code:
        layer = self._layer(node)
        word = getattr(node.op, "kind", node.op.name)
        name = self.fresh(layer if node in self._handed else WORDS.get(word, word))
        self.start(node)
        self.line(f"{name} = {code.text}")
        return Code(name)

    def start(self, node: Tensor) -> None:
        """A comment where the code of another layer begins."""
        label = self.graph.labels.get(self._layer(node), "")
        if label and label != self._heading and self._depth == 1:
            self.line(f"# {label}")
            self._heading = label

    def _constant(self, node: Tensor, array: np.ndarray) -> Code:
        source = self.graph.weights.get(node, ())
        if not source and array.ndim == 0:
            return Code(literal(array), ATOM if array >= 0 else SIGN, number=True)
        if not source and array.size <= SHOWN:
            items = np.array2string(array, separator=", ", floatmode="unique", threshold=99)
            return Code(f"np.array({' '.join(items.split())}, np.{array.dtype})")
        if len(source) == 1:
            where = source[0]
        else:
            what = ROLES.get(self._used_by.get(node, ""), "folded") if source else "constant"
            where = "/".join([*self.graph.path(node)[:1], what])
        name = self.fresh(where.replace("/", "_"))
        self.arrays[name] = array
        self.sources[name] = source
        return Code(name)

    # -- pieces of code that are indented --------------------------------------------------------

    def body(self, body: Body, inputs: Sequence[Code]) -> list[Code]:
        """Write a body, indented under the line before; return the expressions of its results."""
        self._depth += 1
        new = simplify(body.outputs)
        given = dict(zip(body.inputs, inputs, strict=True))
        results = self.write([new[y] for y in body.outputs], given)
        if sum(len(code.text) for code in results) > WIDTH / 2:  # they are to fit in one line
            results = [self.named(y, code) for y, code in zip(body.outputs, results, strict=True)]
        self._depth -= 1
        return results

    def inner_line(self, text: str) -> None:
        """Add a statement to the body that was written last."""
        self._depth += 1
        self.line(text)
        self._depth -= 1


def _wrapped(line: str) -> list[str]:
    """A long line as several, broken behind commas inside of brackets."""
    lines, start, last, depth = [], 0, 0, 0
    indent = " " * (len(line) - len(line.lstrip()) + 8)
    for place, sign in enumerate(line):
        depth += (sign in "([") - (sign in ")]")
        if place - start + len(indent) > WIDTH and last > start:
            lines.append(line[start:last])
            start = last + 1
        if sign == "," and depth and line[place + 1 : place + 2] == " ":
            last = place + 1
    lines.append(line[start:])
    return [lines[0], *(indent + rest for rest in lines[1:])]


def literal(array: np.ndarray) -> str:
    """A number as Python writes it, in as few digits as its dtype needs."""
    if array.dtype.kind in "iub":
        return str(array.item())
    if not np.isfinite(array):
        return "np.nan" if np.isnan(array) else "np.inf" if array > 0 else "-np.inf"
    return str(array[()])
