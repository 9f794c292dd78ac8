"""Models drawn as Keras draws them: a box for each layer, an arrow for each tensor."""

from collections.abc import Iterator
from html import escape
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from pellucid.errors import ArgumentError, StateError
from pellucid.graph.tensor import Constant, Tensor
from pellucid.graph.variable import Variable
from pellucid.layers.calls import LayerCall, tensors_in
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential
from pellucid.utils.quiet import silenced_stderr

__all__ = ["model_to_dot", "plot_model"]

KINDS = ("dot", "gif", "jpeg", "jpg", "pdf", "png", "svg")


def model_to_dot(
    model: Model,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
) -> Any:
    """The layers of a model as a graph of Graphviz; :func:`pellucid.see.draw` shows what they do.

    Args:
        model: A model that has been built.
        show_shapes: Whether to say the shapes of what goes in and comes out.
        show_dtype: Whether to say the dtype in which a layer computes.
        show_layer_names: Whether to say the names of layers, not only their classes.
        rankdir: ``"TB"`` from the top, ``"LR"`` from the left.
        expand_nested: Whether to show the layers of models inside.
        dpi: Dots per inch of a picture.
        subgraph: Whether it is to be a part of another graph, a cluster.
        show_layer_activations: Whether to say the activation functions.
        show_trainable: Whether to say if training changes a layer's weights.
        splines: How arrows run: ``"ortho"``, ``"curved"``, ``"polyline"``, ``"spline"`` or
            ``"line"``.

    Returns:
        A graph of ``pygraphviz``, with ``to_string()``, ``draw(path, prog="dot")`` and more, where
        Keras has one of ``pydot``.

    Raises:
        StateError: If the model has not been built.

    Examples:
        >>> model = Sequential([Input((4,)), layers.Dense(3, name="first"), layers.Dense(1)])
        >>> graph = model_to_dot(model)
        >>> graph.number_of_nodes(), graph.number_of_edges()
        (3, 2)
    """
    from pygraphviz import AGraph

    if not model.built:
        raise StateError(
            f"{model.label} cannot be drawn: its layers do not know their inputs.",
            given="a model that has not been built",
            expected="a model that has seen an input",
            mend="model.build(input_shape), or begin with Input(shape)",
        )
    graph = AGraph(name=f"cluster_{model.name}" if subgraph else "", directed=True, strict=False)
    graph.graph_attr.update(rankdir=rankdir, dpi=str(dpi), splines=splines, label="")
    graph.node_attr.update(shape="box", fontname="Helvetica", margin="0.15,0.08")
    if subgraph:
        graph.graph_attr.update(label=str(model.name), style="dashed")
    shown = {
        "shapes": show_shapes,
        "dtype": show_dtype,
        "names": show_layer_names,
        "activations": show_layer_activations,
        "trainable": show_trainable,
    }
    Drawing(shown, expand_nested).add(graph, model)
    return graph


def plot_model(
    model: Model,
    to_file: str | PathLike[str] = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
) -> Any:
    """Write a picture of a model's layers to a file; arguments as of :func:`model_to_dot`.

    Args:
        model: A model that has been built.
        to_file: The file; its name says the kind: png, svg, pdf, jpg, gif or dot.
        show_shapes: Whether to say the shapes of what goes in and comes out.
        show_dtype: Whether to say the dtype in which a layer computes.
        show_layer_names: Whether to say the names of layers, not only their classes.
        rankdir: ``"TB"`` from the top, ``"LR"`` from the left.
        expand_nested: Whether to show the layers of models inside.
        dpi: Dots per inch of a picture.
        show_layer_activations: Whether to say the activation functions.
        show_trainable: Whether to say if training changes a layer's weights.
        splines: How arrows run.

    Returns:
        In a notebook the picture, else ``None``.

    Raises:
        ArgumentError: If the file's name ends in something else.
        StateError: If the model has not been built.

    Examples:
        >>> model = Sequential([Input((4,)), layers.Dense(3), layers.Dense(1)])
        >>> plot_model(model, "/tmp/model.svg", show_shapes=True)
    """
    path = Path(fspath(to_file))
    kind = path.suffix.removeprefix(".").lower() or "png"
    if kind not in KINDS:
        raise ArgumentError(
            "A picture cannot be written as that.",
            given=f"to_file={str(to_file)!r}",
            expected=f"a name that ends in one of {', '.join(f'.{k}' for k in KINDS)}",
        )
    graph = model_to_dot(
        model,
        show_shapes,
        show_dtype,
        show_layer_names,
        rankdir,
        expand_nested,
        dpi,
        False,
        show_layer_activations,
        show_trainable,
        splines,
    )
    path = path if path.suffix else path.with_suffix(".png")
    with silenced_stderr():
        graph.draw(str(path), format=kind, prog="dot")
    return _for_notebook(path, kind)


def _for_notebook(path: Path, kind: str) -> Any:
    try:
        from IPython import get_ipython
        from IPython.display import SVG, Image
    except ImportError:
        return None
    if get_ipython() is None or kind not in ("png", "jpg", "jpeg", "gif", "svg"):
        return None
    return SVG(str(path)) if kind == "svg" else Image(str(path))


class Drawing:
    """Puts boxes and arrows into a graph.

    Args:
        shown: What is said in a box.
        expand: Whether models inside are drawn layer by layer.
    """

    def __init__(self, shown: dict[str, bool], expand: bool) -> None:
        self.shown = shown
        self.expand = expand
        self.count = 0

    def add(self, graph: Any, model: Model) -> tuple[list[str], list[str]]:
        """Draw a model; the boxes that its inputs go into, and those that its outputs come from."""
        if model.cut is not None:
            return self._functional(graph, model)
        if isinstance(model, Sequential):
            return self._stacked(graph, model)
        box = self._box(graph, model, [], [])  # of code nothing is known but what it consists of
        return [box], [box]

    def _stacked(self, graph: Any, model: Sequential) -> tuple[list[str], list[str]]:
        first: list[str] = []
        before: list[str] = []
        for x in model.inputs:
            first = before = [self._box(graph, x.call.layer if x.call else x, [], [x])]
        for layer in model.layers:
            call = layer.calls[0] if layer.calls else None
            inputs, outputs = self._part(graph, layer, call)
            for start, end in zip(before, inputs, strict=False):
                graph.add_edge(start, end)
            first, before = first or inputs, outputs
        return first, before

    def _functional(self, graph: Any, model: Model) -> tuple[list[str], list[str]]:
        assert model.cut is not None
        source: dict[Any, str] = {}
        drawn: dict[Any, tuple[list[str], list[str]]] = {}
        entries = []
        for x in model.cut.flat_inputs:
            source[x] = self._box(graph, x.call.layer if x.call else x, [], [x])
            entries.append(source[x])
        for link in model.cut.links:
            part = link.layer if isinstance(link, LayerCall) else link
            if part not in drawn:  # a layer that is shared has one box
                drawn[part] = self._part(graph, part, link)
            inputs, outputs = drawn[part]
            for i, x in enumerate(link.inputs):
                if x in source:  # constants and weights have no boxes
                    graph.add_edge(source[x], inputs[min(i, len(inputs) - 1)])
            for i, y in enumerate(_results(link)):
                source[y] = outputs[min(i, len(outputs) - 1)]
        return entries, [source[y] for y in model.cut.flat_outputs]

    def _part(self, graph: Any, part: Any, link: Any) -> tuple[list[str], list[str]]:
        """Draw a layer or an operation, or the layers of a model inside."""
        inner = isinstance(part, Model) and (part.cut is not None or isinstance(part, Sequential))
        if self.expand and inner:
            cluster = graph.add_subgraph(name=f"cluster_{self.count}_{part.name}")
            cluster.graph_attr.update(label=str(part.name), style="dashed", fontname="Helvetica")
            return self.add(cluster, part)
        inputs = [] if link is None else [x for x in link.inputs if not _is_fixed(x)]
        box = self._box(graph, part, inputs, [] if link is None else _results(link))
        return [box], [box]

    def _box(self, graph: Any, part: Any, inputs: list[Tensor], outputs: list[Tensor]) -> str:
        key = str(self.count)
        self.count += 1
        rows = "".join(
            f"<tr><td>{row}</td></tr>" for row in self._rows(part, inputs, outputs) if row
        )
        graph.add_node(key, label=f'<<table border="0" cellspacing="0">{rows}</table>>')
        return key

    def _rows(self, part: Any, inputs: list[Tensor], outputs: list[Tensor]) -> Iterator[str]:
        """What is said in a box, in Graphviz's own HTML."""
        layer = not isinstance(part, Tensor)
        kind = type(part).__name__ if layer else _words(part.op.name)
        named = self.shown["names"] and (layer or not part.inputs)
        yield f"<b>{escape(str(part.name))}</b> ({kind})" if named else f"<b>{kind}</b>"
        activation = getattr(part, "activation", None)
        if self.shown["activations"] and activation is not None:
            yield f"activation: {escape(getattr(activation, '__name__', str(activation)))}"
        if self.shown["shapes"]:
            yield f"input: {_shapes(inputs)}" if inputs else ""
            yield f"output: {_shapes(outputs) or '?'}"
        if self.shown["dtype"]:
            yield f"dtype: {part.compute_dtype if layer else part.dtype}"
        if self.shown["trainable"] and layer:
            yield "trainable" if part.trainable else "not trainable"


def _results(link: Any) -> list[Tensor]:
    return tensors_in(link.outputs) if isinstance(link, LayerCall) else [link]


def _is_fixed(x: Tensor) -> bool:
    return isinstance(x, Variable) or isinstance(x.op, Constant)


def _shapes(tensors: list[Tensor]) -> str:
    found = [str(tuple(x.shape)) for x in tensors]
    return escape(", ".join(found))


def _words(name: str) -> str:
    return name.replace("_", " ")
