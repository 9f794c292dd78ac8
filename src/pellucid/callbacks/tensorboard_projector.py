"""Embeddings as TensorBoard's projector shows them: points, each with its name."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.errors import unknown_name
from pellucid.layers.embedding import Embedding
from pellucid.saving.atomic import replacing

__all__ = ["embeddings_of", "names_by_embedding", "write_embeddings"]


def embeddings_of(model: Any) -> list[Embedding]:
    """The embeddings in a model, also in models inside of it.

    Examples:
        >>> inner = Sequential([layers.Embedding(10, 2, name="words"), layers.Flatten()])
        >>> [layer.name for layer in embeddings_of(Sequential([inner, layers.Dense(1)]))]
        ['words']
    """
    found = [model]
    for layer in found:  # grows while it is gone through
        found += [inner for inner in layer.sublayers if inner not in found]
    return [layer for layer in found if isinstance(layer, Embedding)]


def names_by_embedding(model: Any, given: str | Mapping[str, str] | None) -> dict[str, str]:
    """The file with the names of the points, for each embedding that has one.

    Args:
        model: The model.
        given: One file for all embeddings, or files by the names of layers.

    Raises:
        UnknownNameError: For a layer that is no embedding of the model.
    """
    known = [str(layer.name) for layer in embeddings_of(model)]
    if given is None:
        return {}
    if isinstance(given, str):
        return dict.fromkeys(known, given)
    for name in given:
        if name not in known:
            raise unknown_name("embedding of the model", name, known)
    return dict(given)


def write_embeddings(folder: Path, model: Any, names: Mapping[str, str]) -> None:
    """Write the vectors of each embedding, and what the projector must know of them.

    Args:
        folder: Where TensorBoard finds the events of the training.
        model: The model, built.
        names: The file with the names of the points, by the name of the embedding: in the folder,
            in the one around it, where Keras has it, or anywhere.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for layer in embeddings_of(model):
        path = layer.embeddings.path
        file = f"{path.replace('/', '.')}.tsv"
        with replacing(folder / file) as temporary:
            np.savetxt(temporary, layer.embeddings.numpy(), fmt="%.7g", delimiter="\t")
        lines += ["embeddings {", _said("tensor_name", path), _said("tensor_path", file)]
        if str(layer.name) in names:
            beside = _beside(folder, names[str(layer.name)], f"{path.replace('/', '.')}.names.tsv")
            lines.append(_said("metadata_path", beside))
        lines.append("}")
    with replacing(folder / "projector_config.pbtxt") as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _beside(folder: Path, names: str, copy: str) -> str:
    """The name in a folder of a file of names, which is copied there if it lies elsewhere."""
    inside = folder.resolve()
    for place in (folder / names, folder.parent / names, Path(names)):
        if not place.is_file():
            continue
        if place.resolve().is_relative_to(inside):
            return place.resolve().relative_to(inside).as_posix()
        shutil.copyfile(place, folder / copy)  # TensorBoard reads nothing outside of the folder
        return copy
    return names  # it may be written later


def _said(name: str, value: str) -> str:
    return f"  {name}: {json.dumps(value, ensure_ascii=False)}"
