"""Events as TensorBoard reads them, written through tensorboardX.

Of that package only its protocol buffers, the forms of summaries and the writer of records are
used: its ``SummaryWriter`` hands events to another thread, and flushes before they are written.
"""

import itertools
import os
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tensorboardX import summary
from tensorboardX.event_file_writer import EventsWriter
from tensorboardX.proto import api_pb2 as api
from tensorboardX.proto import plugin_hparams_pb2 as hparams
from tensorboardX.proto.attr_value_pb2 import AttrValue
from tensorboardX.proto.event_pb2 import Event
from tensorboardX.proto.graph_pb2 import GraphDef
from tensorboardX.proto.node_def_pb2 import NodeDef
from tensorboardX.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboardX.proto.tensor_shape_pb2 import TensorShapeProto

from pellucid.graph.tensor import Tensor
from pellucid.graph.walk import ancestors

__all__ = ["Events"]

_files = itertools.count()  # two files begun in the same second must have two names


class Events:
    """A file of events in a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        suffix = f".{os.getpid()}.{next(_files)}"
        self.file = EventsWriter(str(folder / "events"), suffix)

    def flush(self) -> None:
        """Let readers see what was written."""
        self.file.flush()

    def close(self) -> None:
        """End the file."""
        self.file.close()

    def _write(self, step: int = 0, **what: Any) -> None:
        self.file.write_event(Event(wall_time=time.time(), step=step, **what))

    def scalars(self, results: Mapping[str, Any], step: int) -> None:
        """Numbers by name; several under one name, such as one for each class, are counted."""
        for name, value in results.items():
            several = np.ndim(value) > 0
            for i, number in enumerate(np.ravel(value)):
                tag = f"{name}/{i}" if several else name
                self._write(step, summary=summary.scalar(tag, float(number)))

    def histogram(self, name: str, values: np.ndarray, step: int) -> None:
        """How often which values occur, in 30 equal steps, as TensorFlow's own histograms."""
        finite = values[np.isfinite(values)].astype(np.float64)  # weights may have run away
        if finite.size:
            self._write(step, summary=summary.histogram(name, finite, bins=30))

    def image(self, name: str, values: np.ndarray, step: int) -> None:
        """Weights as grey pixels: a row for a bias, lying for a matrix, one for each channel."""
        pixels = _matrices(np.squeeze(values))
        if pixels is None or not np.isfinite(values).all():
            return
        low, high = float(pixels.min()), float(pixels.max())
        grey = np.round((pixels - low) / ((high - low) or 1) * 255).astype(np.uint8)
        for i, one in enumerate(grey):
            tag = name if len(grey) == 1 else f"{name}/{i}"
            self._write(step, summary=summary.image(tag, one[:, :, None], dataformats="HWC"))

    def graph(self, outputs: Iterable[Tensor]) -> None:
        """The graph of some tensors, by the scopes of its nodes."""
        nodes = ancestors(outputs)
        names = _names(nodes)
        made = [_node(node, names) for node in nodes]
        self._write(graph_def=GraphDef(node=made).SerializeToString())

    def settings(self, given: Mapping[str, Any], results: Mapping[str, Sequence[str]]) -> None:
        """The settings of a training that begins.

        Args:
            given: Their values by name.
            results: The names of the results to compare by, for each folder below this one.
        """
        shown = {n: v if isinstance(v, bool | int | float) else str(v) for n, v in given.items()}
        experiment, start, _ = summary.hparams(shown, {})
        infos = hparams.HParamsPluginData.FromString(
            experiment.value[0].metadata.plugin_data.content
        ).experiment.hparam_infos
        metrics = [
            api.MetricInfo(name=api.MetricName(group=group, tag=tag))
            for group, tags in results.items()
            for tag in tags
        ]
        self._plugin(
            "experiment", experiment=api.Experiment(hparam_infos=infos, metric_infos=metrics)
        )
        self._write(summary=start)

    def settings_end(self) -> None:
        """The training with these settings has ended."""
        self._write(summary=summary.hparams({}, {})[2])

    def _plugin(self, tag: str, **content: Any) -> None:
        data = hparams.HParamsPluginData(version=0, **content).SerializeToString()
        plugin = SummaryMetadata.PluginData(plugin_name="hparams", content=data)
        value = Summary.Value(tag=f"_hparams_/{tag}", metadata=SummaryMetadata(plugin_data=plugin))
        self._write(summary=Summary(value=[value]))


def _matrices(values: np.ndarray) -> np.ndarray | None:
    """Weights as matrices, (number, height, width), as Keras lays them; ``None`` of a kernel."""
    if values.ndim < 2:
        return values.reshape(1, -1, 1)
    if values.ndim == 2:
        wide = values.T if values.shape[0] > values.shape[1] else values
        return wide[None]
    return np.moveaxis(values, -1, 0) if values.ndim == 3 else None


def _names(nodes: Sequence[Tensor]) -> dict[Tensor, str]:
    """A name of its own for every node, below its scope."""
    taken: Counter[str] = Counter()
    names = {}
    for node in nodes:
        name = f"{node.scope}/{node.name}" if node.scope else node.name
        names[node] = f"{name}_{taken[name]}" if taken[name] else name
        taken[name] += 1
    return names


def _node(node: Tensor, names: Mapping[Tensor, str]) -> NodeDef:
    specs = node.spec if isinstance(node.spec, tuple) else (node.spec,)
    shapes = [
        TensorShapeProto(
            dim=[TensorShapeProto.Dim(size=-1 if n is None else n) for n in spec.shape]
        )
        for spec in specs
    ]
    # Edges are labelled with the shapes under this name.
    attributes = {
        "_output_shapes": AttrValue(list=AttrValue.ListValue(shape=shapes)),
        "dtype": AttrValue(s=str(specs[0].dtype).encode()),
    }
    attributes |= {n: AttrValue(s=repr(v).encode()) for n, v in node.op.shown().items()}
    inputs = [names[x] for x in node.inputs]
    return NodeDef(name=names[node], op=node.op.name, input=inputs, attr=attributes)
