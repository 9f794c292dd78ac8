"""How updates at positions, segments, Fourier transforms and matrices are written in NumPy."""

from typing import Any

from pellucid.export.numpy_writer import Code, Writer, rule
from pellucid.graph.dtypes import numpy_dtype
from pellucid.graph.operations import factorization, fourier, indexing, segments
from pellucid.graph.tensor import Op, Tensor

__all__: list[str] = []


@rule(indexing.ScatterAdd)
def _scatter_add(w: Writer, node: Tensor, x: Code, indices: Code, updates: Code) -> Code:
    axis = node.op.axis  # type: ignore[attr-defined]
    return w.call("scatter", x.text, indices.text, updates.text, f"axis={axis}")


@rule(indexing.ScatterAddAlong)
def _scatter_along(w: Writer, node: Tensor, x: Code, indices: Code, updates: Code) -> Code:
    axis = node.op.axis  # type: ignore[attr-defined]
    return w.call("scatter_along", x.text, indices.text, updates.text, f"axis={axis}")


@rule(indexing.DynamicUpdateSlice)
def _dynamic_update(w: Writer, node: Tensor, x: Code, part: Code, starts: Code) -> Code:
    return w.call("dynamic_update", x.text, part.text, starts.text)


KINDS: dict[type[Op], tuple[str, str]] = {
    segments.SegmentMax: ("np.maximum", "-np.inf"),
    segments.SegmentMin: ("np.minimum", "np.inf"),
    segments.SegmentProd: ("np.multiply", "1"),
}


@rule(*KINDS)
def _segment(w: Writer, node: Tensor, x: Code, numbers: Code) -> Code:
    op: Any = node.op
    function, start = KINDS[type(op)]
    if "inf" in start and not node.dtype.startswith("float"):
        start = str(op.start(numpy_dtype(node.dtype)))
    rows = w.named(node.inputs[0], x)
    empty = f"np.full(({op.count}, *{rows.text}.shape[1:]), {start}, np.{node.dtype})"
    return w.call("segments", function, empty, numbers.text, rows.text)


@rule(fourier.Fourier)
def _fourier(w: Writer, node: Tensor, real: Code, imaginary: Code) -> tuple[Code, ...]:
    inverse = node.op.inverse  # type: ignore[attr-defined]
    how = ["inverse=True"] if inverse else []
    return w.several(node, w.call("fourier", real.text, imaginary.text, *how).text, 2)


# -- matrices ------------------------------------------------------------------------------------


@rule(factorization.Solve)
def _solve(w: Writer, node: Tensor, a: Code, b: Code) -> Code:
    return Code(f"np.linalg.solve({a.text}, {b.text})")


@rule(factorization.Cholesky)
def _cholesky(w: Writer, node: Tensor, x: Code) -> Code:
    return Code(f"np.linalg.cholesky({x.text})")


@rule(factorization.Slogdet)
def _slogdet(w: Writer, node: Tensor, x: Code) -> tuple[Code, ...]:
    return w.several(node, f"np.linalg.slogdet({x.text})", 2)


@rule(factorization.Eigh)
def _eigh(w: Writer, node: Tensor, x: Code) -> tuple[Code, ...]:
    rows = w.named(node.inputs[0], x).text
    return w.several(node, f"np.linalg.eigh(({rows} + {rows}.swapaxes(-1, -2)) / 2)", 2)


@rule(factorization.Svd)
def _svd(w: Writer, node: Tensor, x: Code) -> tuple[Code, ...]:
    full = node.op.full  # type: ignore[attr-defined]
    return w.several(node, f"np.linalg.svd({x.text}, full_matrices={full})", 3)


@rule(factorization.Qr)
def _qr(w: Writer, node: Tensor, x: Code) -> tuple[Code, ...]:
    mode = "complete" if node.op.full else "reduced"  # type: ignore[attr-defined]
    return w.several(node, f'np.linalg.qr({x.text}, "{mode}")', 2)
