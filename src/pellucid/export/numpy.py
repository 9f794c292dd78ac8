"""Models as NumPy code: a file that a person can read, run and learn from."""

import importlib.metadata
import inspect
import os
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import optree

from pellucid.export import numpy_arrays, numpy_functions, numpy_loops, numpy_rules
from pellucid.export.inference import Inference, inference, unsupported
from pellucid.export.numpy_writer import WIDTH, Code, Writer
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import Layer
from pellucid.saving.atomic import replacing_together

__all__ = ["export_numpy"]

FAMILIES = (numpy_arrays, numpy_loops, numpy_rules)  # imported for their rules


def export_numpy(model: Layer, path: str | os.PathLike[str], inputs: Any = None) -> None:
    """Write what a model predicts with as NumPy code, and its weights as a file beside it.

    The file defines ``predict``. It needs NumPy alone, and no pellucid.

    Args:
        model: A built model or layer.
        path: The file to write or replace, such as ``net.py``; the weights go to ``net.npz``.
        inputs: As in :func:`~pellucid.export.inference.inference`.

    Raises:
        StateError: If it is not known what the model takes.
        GraphError: If a layer does something that NumPy has no words for; it names the layer.

    Examples:
        >>> import pathlib, tempfile
        >>> model = Sequential([Input((3,), name="x"), layers.Dense(2, "relu", name="dense")])
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "net.py"
        >>> export_numpy(model, file)
        >>> print(file.read_text().split("np.float32)")[1])
        <BLANKLINE>
            # Dense 'dense'
            return np.maximum(x @ dense_kernel + dense_bias, 0)
        <BLANKLINE>
    """
    weights = Path(path).with_suffix(".npz")
    code, arrays = numpy_code(inference(model, inputs), weights.name)
    with replacing_together(weights, path) as (for_arrays, for_code):
        for_code.write_text(code, encoding="utf-8")
        with for_arrays.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]


def numpy_code(graph: Inference, weights: str) -> tuple[str, dict[str, np.ndarray]]:
    """The code of a graph, and the arrays that it reads.

    Args:
        graph: What is exported.
        weights: The name of the file of weights.
    """
    for node in graph.nodes:
        specs = node.spec if isinstance(node.spec, tuple) else (node.spec,)
        if any(spec.dtype == "bfloat16" for spec in specs):
            why = "a dtype that NumPy has; bfloat16 is none"
            mend = "save_weights, make the model of float32, load_weights, and export that"
            raise unsupported(graph, node, "NumPy", why, mend)
    w = Writer(graph)
    given = {x: Code(w.fresh(name)) for name, x in _parameters(graph).items()}
    for x, name in given.items():
        w.line(f"{name.text} = np.asarray({name.text}, np.{x.dtype})")
    outputs = list(graph.outputs.values())
    results = w.write(outputs, given)
    if len(results) > 1:
        results = [w.short(x, code) for x, code in zip(outputs, results, strict=True)]
    w.start(outputs[-1])
    w.line(f"return {_put_together(graph, results)}")
    parameters = ", ".join(x.text for x in given.values())
    body = "\n".join(w.lines)
    functions = _functions(w.functions)
    head = _head(graph, weights, parameters, "math." in functions, bool(w.arrays))
    parts = [head + _loading(w, weights), functions, _signature(graph, given, body) + body]
    return "\n\n".join(f"{part.rstrip()}\n" for part in parts if part), w.arrays


def _parameters(graph: Inference) -> dict[str, Tensor]:
    """The inputs by name; one to which nobody gave a name is called x."""
    (first, *more), inputs = graph.inputs, graph.inputs
    return inputs if more or not first.startswith("input_layer") else {"x": inputs[first]}


def _put_together(graph: Inference, results: list[Code]) -> str:
    """The outputs in the structure that the model gives them."""
    names = [f"<{i}>" for i in range(len(results))]
    text = repr(optree.tree_unflatten(graph.form, names))
    for name, code in zip(names, results, strict=True):
        text = text.replace(f"'{name}'", code.text)
    return text


def _head(graph: Inference, weights: str, parameters: str, math: bool, arrays: bool) -> str:
    version = importlib.metadata.version("pellucid")
    beside = f" Its weights are in {weights}, beside this file." if arrays else ""
    standard = "import math\n" * math + "from pathlib import Path\n" * arrays
    return (
        f'"""The network \'{graph.model}\' in NumPy: predict({parameters}) is what it predicts.\n\n'
        f'Written by pellucid {version}.{beside}\n"""\n\n'
        + (f"{standard}\n" if standard else "")
        + "import numpy as np\n"
    )


def _loading(w: Writer, weights: str) -> str:
    """The lines that read the arrays, each with its shape."""
    if not w.arrays:
        return ""
    lines = [f'\nwith np.load(Path(__file__).with_name("{weights}")) as weights:']
    for name, array in w.arrays.items():
        source = [s.rpartition("/")[2] for s in w.sources[name]]
        line, shape = f'    {name} = weights["{name}"]', str(array.shape)
        made = f"of {', '.join(source)}, " if len(source) > 1 else ""
        if made or len(line) + len(shape) > WIDTH:
            lines += [f"    # {made}{shape}:", line]
        else:
            lines.append(f"{line}  # {shape}")
    return "\n".join(lines) + "\n"


def _functions(names: set[str]) -> str:
    """The functions that are used, and those that they use, as they are written here."""
    sources = {
        name: inspect.getsource(getattr(numpy_functions, name)) for name in numpy_functions.__all__
    }
    used = set(names)
    queue = list(names)
    for name in queue:  # grows while it is gone through
        more = [n for n in sources if f"{n}(" in sources[name] and n not in used]
        used |= set(more)
        queue += more
    order = sorted(used, key=lambda name: list(sources).index(name))
    return "\n\n".join(sources[name] for name in order)


def _signature(graph: Inference, given: dict[Any, Code], body: str) -> str:
    takes = ", ".join(f"{name.text} {_shape(x)}" for x, name in given.items())
    gives = ", ".join(map(_shape, graph.outputs.values()))
    sentence = f'"""From {takes} to {gives}."""'
    told = textwrap.fill(sentence, WIDTH, initial_indent="    ", subsequent_indent="    ") + "\n"
    # Infinity and NaN are values, as they are in the model.
    risky = any(sign in body for sign in ("exp(", "log", "sqrt(", "sigmoid(", " / "))
    quiet = '@np.errstate(all="ignore")\n' if risky else ""
    return f"{quiet}def predict({', '.join(x.text for x in given.values())}):\n{told}"


def _shape(x: Tensor) -> str:
    """The dtype and the shape: N rows, and any number of what else is open."""
    return str(x.spec).replace("[None", "[N").replace("None", "any")
