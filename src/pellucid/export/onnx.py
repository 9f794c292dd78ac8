"""Models as ONNX files, which run without pellucid: on servers, in browsers, on phones."""

import importlib.metadata
import os
from typing import Any

from pellucid.errors import ArgumentError
from pellucid.export import onnx_elementwise, onnx_loops, onnx_scattering, onnx_shapes, onnx_windows
from pellucid.export.inference import inference
from pellucid.export.onnx_writer import Writer
from pellucid.layers.layer import Layer
from pellucid.saving.atomic import replacing

__all__ = ["export_onnx"]

OPSET = 18  # of 2022: the first whose reductions and splits all take their axes as inputs
FAMILIES = (  # imported for their rules
    onnx_elementwise,
    onnx_loops,
    onnx_scattering,
    onnx_shapes,
    onnx_windows,
)


def export_onnx(model: Layer, path: str | os.PathLike[str], inputs: Any = None) -> None:
    """Write what a model predicts with as an ONNX file.

    The batch stays open. Recurrent layers become loops (``Scan``). What only training has, such as
    dropout, is not in it.

    Args:
        model: A built model or layer.
        path: The file to write or replace.
        inputs: As in :func:`~pellucid.export.inference.inference`.

    Raises:
        ArgumentError: If the package onnx is not installed.
        StateError: If it is not known what the model takes.
        GraphError: If a layer does something that ONNX has no words for; it names the layer.

    Examples:
        >>> import pathlib, tempfile
        >>> model = Sequential([Input((3,), name="x"), layers.Dense(2, name="dense")])
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "small.onnx"
        >>> export_onnx(model, file)
        >>> import onnxruntime
        >>> session = onnxruntime.InferenceSession(file)
        >>> rows = np.ones((4, 3), np.float32)
        >>> (result,) = session.run(["dense"], {"x": rows})
        >>> bool(np.allclose(result, model.predict(rows)))
        True
    """
    try:
        import onnx
    except ImportError as error:
        raise ArgumentError(
            "Models are written as ONNX by the package onnx.",
            given="a Python without it",
            expected="onnx 1.17 or later",
            mend='pip install "pellucid[onnx]"',
        ) from error
    graph = inference(model, inputs)
    writer = Writer(graph)
    for name, x in graph.inputs.items():
        writer.names[x] = writer.fresh(name)
    taken = [writer.fresh(name) for name in graph.outputs]
    results = writer.write(graph.outputs.values())
    for made, name in zip(results, taken, strict=True):
        writer.nodes.append(onnx.helper.make_node("Identity", [made], [name], name=name))
    made = writer.made(
        graph.model,
        {writer.names[x]: x for x in graph.inputs.values()},
        dict(zip(taken, graph.outputs.values(), strict=True)),
    )
    used = _names_used(made)
    made.initializer.extend(
        onnx.numpy_helper.from_array(array, name)
        for name, array in writer.arrays.items()
        if name in used
    )
    opset = onnx.helper.make_opsetid("", OPSET)
    file = onnx.helper.make_model(
        made,
        opset_imports=[opset],
        ir_version=onnx.helper.find_min_ir_version_for([opset]),
        producer_name="pellucid",
        producer_version=importlib.metadata.version("pellucid"),
    )
    onnx.checker.check_model(file)
    with replacing(path) as temporary:
        temporary.write_bytes(file.SerializeToString())


def _names_used(graph: Any) -> set[str]:
    """The names that nodes read, also in graphs inside of nodes."""
    used: set[str] = set()
    graphs = [graph]
    for one in graphs:  # grows while it is gone through
        for node in one.node:
            used |= set(node.input)
            graphs += [a.g for a in node.attribute if a.HasField("g")]
        used |= {x.name for x in one.output}
    return used
