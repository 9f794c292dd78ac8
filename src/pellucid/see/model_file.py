"""What a file with a model says of itself, in text. Nothing in it is built, let alone run.

So files with classes that nobody has here can be looked at too.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any

from pellucid import layers
from pellucid.configured import snake_case
from pellucid.errors import ArgumentError, DataError
from pellucid.models.summary import bytes_text
from pellucid.saving.hdf5 import reading
from pellucid.saving.zipped import Archive, open_archive

__all__ = ["describe"]

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
LARGEST = 1 << 27  # bytes of JSON that are read
COMMON = {"name", "dtype", "trainable", "layers", "batch_shape", "build_input_shape"}


def describe(path: str | os.PathLike[str]) -> str:
    """The layers of a model in a ``.keras`` file, their arguments, weights and connections.

    Args:
        path: A file of this library or of Keras 3.

    Raises:
        FileNotFoundError: If there is none.
        ArgumentError: If its name ends otherwise.
        DataError: If it is broken, or not such a file.

    Examples:
        >>> import pathlib, tempfile
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "small.keras"
        >>> model = Sequential([Input((3,), name="x"), layers.Dense(2, "relu", name="hidden")])
        >>> model.save(file)
        >>> print("\\n".join(describe(file).splitlines()[2:5]))
        Layer (type)    Input      Parameters  Arguments
        x (InputLayer)  (None, 3)           -
        hidden (Dense)  (None, 3)           8  units=2, activation='relu'
    """
    if not os.fspath(path).endswith(".keras"):
        raise ArgumentError(
            "A whole model is kept in a .keras file.",
            given=repr(os.fspath(path)),
            expected="a name that ends in '.keras'",
        )
    with open_archive(path) as archive:
        config, metadata = _json(archive, CONFIG), _json(archive, METADATA)
        shapes = _shapes(archive)
    try:
        return "\n".join(_text(path, config, metadata, shapes))
    except (AttributeError, IndexError, KeyError, RecursionError, TypeError) as error:
        raise DataError(
            f"{os.fspath(path)} does not describe a model.",
            given=f"a {CONFIG} in which something is missing: {type(error).__name__}: {error}",
            expected="the form in which Keras 3 writes it",
        ) from error


def _json(archive: Archive, name: str) -> Any:
    try:
        if archive.size(name) > LARGEST:
            raise ValueError(f"{archive.size(name)} bytes")
        found = json.loads(archive.read(name))
        if not isinstance(found, dict):
            raise ValueError(f"a {type(found).__name__}")
    except (ValueError, RecursionError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{os.fspath(archive.path)} does not describe a model.",
            given=f"{name}: {error}",
            expected="an object in JSON",
        ) from error
    return found


def _shapes(archive: Archive) -> dict[str, tuple[tuple[int, ...], int]]:
    """The shape and the bytes of each array of weights, by its place in the file."""
    import h5py

    found = {}
    with reading(archive.opened(WEIGHTS), archive.path) as reader:

        def visit(place: str, thing: Any) -> None:
            if isinstance(thing, h5py.Dataset):
                found[place] = (tuple(thing.shape), int(thing.size * thing.dtype.itemsize))

        reader.file.visititems(visit)
    return found


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    layer: str
    input: str
    parameters: str
    arguments: str
    sources: str


def _text(
    path: str | os.PathLike[str],
    config: dict[str, Any],
    metadata: dict[str, Any],
    shapes: dict[str, tuple[tuple[int, ...], int]],
) -> Iterator[str]:
    inside = config["config"]
    version = metadata.get("pellucid_version")
    writer = f"pellucid {version}" if version else f"Keras {metadata.get('keras_version', '?')}"
    name = inside.get("name", "?") if isinstance(inside, dict) else "?"
    yield _clean(
        f"{os.path.basename(path)}: {config['class_name']} '{name}', written by {writer}"
        f" ({metadata.get('date_saved', 'at an unknown time')}),"
        f" {bytes_text(os.path.getsize(path))}"
    )
    yield ""
    yield from _table(list(_rows(config, "", shapes, 0)))
    yield ""
    weights = {k: v for k, v in shapes.items() if _is_weight(k)}
    count = sum(_size(shape) for shape, _ in weights.values())
    size = bytes_text(sum(size for _, size in weights.values()))
    yield f"Parameters: {count:,} ({size}) in {len(weights)} arrays"
    if isinstance(inside, dict) and inside.get("output_layers"):
        yield _clean(f"Outputs: {', '.join(_outputs(inside['output_layers'])) or '?'}")
    yield from _compiled(config.get("compile_config") or {}, shapes)


def _rows(config: dict[str, Any], where: str, shapes: dict[str, Any], depth: int) -> Iterator[Row]:
    """A row for each layer, and below a layer of layers theirs."""
    listed = config["config"].get("layers") if isinstance(config["config"], dict) else None
    if not isinstance(listed, list):
        yield from _rows_of_weights(where, shapes, depth)
        return
    taken: Counter[str] = Counter()
    for layer in listed:
        kind = str(layer["class_name"])
        inside = layer["config"] if isinstance(layer["config"], dict) else {}
        key = snake_case(kind)
        place = f"{where}layers/{key}" + (f"_{taken[key]}" if taken[key] else "")
        operation = str(layer.get("module")).startswith("keras.src.ops")
        if not operation:  # an operation between layers has no place among the weights
            taken[key] += 1
        name = layer.get("name") or inside.get("name", "?")
        held = [v for k, v in shapes.items() if k.startswith(f"{place}/") and _is_weight(k)]
        sources = [str(t["keras_history"][0]) for t in _tensors(layer.get("inbound_nodes", []))]
        yield Row(
            "  " * depth + f"{name} ({layer.get('registered_name') or kind})",
            _input_shape(layer, inside),
            f"{sum(_size(shape) for shape, _ in held):,}" if held and not operation else "-",
            _arguments(kind, inside),
            ", ".join(dict.fromkeys(sources)),
        )
        if isinstance(inside.get("layers"), list):
            yield from _rows(layer, f"{place}/", shapes, depth + 1)


def _rows_of_weights(where: str, shapes: dict[str, Any], depth: int) -> Iterator[Row]:
    """Of a model that does not list its layers: the parts that its weights lie in."""
    parts: dict[str, list[tuple[int, ...]]] = {}
    for place, (shape, _) in shapes.items():
        if place.startswith(where) and _is_weight(place):
            part = place.removeprefix(where).rpartition("/vars/")[0] or "vars"
            parts.setdefault(part, []).append(shape)
    for part, found in parts.items():
        count = f"{sum(map(_size, found)):,}"
        yield Row("  " * depth + part, "?", count, ", ".join(map(str, found)), "")


def _is_weight(place: str) -> bool:
    return not place.startswith("optimizer/") and "seed_generator/" not in place


def _size(shape: tuple[int, ...]) -> int:
    count = 1
    for n in shape:
        count *= n
    return count


def _input_shape(layer: dict[str, Any], inside: dict[str, Any]) -> str:
    """The shape that a layer takes, or the shapes."""
    built = layer.get("build_config") or {}
    known = inside.get("batch_shape") or built.get("input_shape")
    if known is None:
        first = layer.get("inbound_nodes", [])[:1]
        known = [tensor.get("shape") for tensor in _tensors(first)]
    return _shape_text(known)


def _shape_text(shape: Any) -> str:
    if isinstance(shape, Mapping):
        return ", ".join(map(_shape_text, shape.values()))
    if not isinstance(shape, list) or not shape:
        return "?"
    if any(isinstance(n, list) for n in shape):
        return ", ".join(map(_shape_text, shape))
    return str(tuple(shape))


def _arguments(kind: str, inside: dict[str, Any]) -> str:
    """What a layer was made with, as far as it differs from the defaults that are known."""
    known = getattr(layers, kind, None)
    defaults = {}
    if is_dataclass(known):
        defaults = {f.name: f.default for f in fields(known) if f.default is not MISSING}
    shown = []
    for name, value in inside.items():
        if name in COMMON or value is None or value is False or value == "linear":
            continue
        short = _short(value)
        usual = defaults.get(name)
        if short is None or short == _short(usual):
            continue
        if isinstance(usual, int) and isinstance(value, list) and set(value) == {usual}:
            continue  # one number for all axes
        if isinstance(usual, str) and short == repr(_camel(usual)):
            continue
        if name in ("data_format", "activity_regularizer") and known is not None:
            continue
        shown.append(f"{name}={short}")
    return ", ".join(shown)


def _camel(name: str) -> str:
    return "".join(part.title() for part in name.split("_"))


def _short(value: Any) -> str | None:
    """A value as one would write it; of an object its class; ``None`` for what is too much."""
    if isinstance(value, Mapping):
        name = value.get("class_name")
        if name == "function":
            return repr(value.get("config"))
        return repr(name) if name else None
    if isinstance(value, list | tuple):
        return repr(tuple(value)) if len(str(value)) <= 40 else f"{len(value)} items"
    if isinstance(value, float):
        return f"{value:.7g}"  # as many digits as single precision has
    return repr(value) if len(str(value)) <= 40 else repr(str(value)[:37] + "...")


def _tensors(thing: Any) -> Iterator[Mapping[str, Any]]:
    """The tensors anywhere in a description of calls."""
    stack = [thing]
    while stack:
        one = stack.pop()
        if isinstance(one, Mapping) and one.get("class_name") == "__keras_tensor__":
            yield one["config"]
        elif isinstance(one, Mapping | list):
            stack.extend(reversed(list(one.values() if isinstance(one, Mapping) else one)))


def _outputs(thing: Any) -> Iterator[str]:
    """The names of the layers that outputs come from: ``[name, call, place]`` for each."""
    if isinstance(thing, list) and len(thing) == 3 and isinstance(thing[0], str):
        yield thing[0]
    elif isinstance(thing, list | Mapping):
        for one in thing.values() if isinstance(thing, Mapping) else thing:
            yield from _outputs(one)


def _compiled(config: dict[str, Any], shapes: dict[str, Any]) -> Iterator[str]:
    """What the model was trained with."""
    if not config.get("optimizer") and not config.get("loss"):
        yield "Not compiled"
        return
    optimizer = config.get("optimizer")
    inside = optimizer.get("config", {}) if isinstance(optimizer, Mapping) else {}
    rate = inside.get("learning_rate")
    known = f" (learning_rate={_short(rate)})" if rate is not None else ""
    parts = [f"optimizer {_named(optimizer)}{known}"]
    for what in ("loss", "metrics", "weighted_metrics"):
        if config.get(what):
            parts.append(f"{what} {_named(config[what])}")
    state = sum(place.startswith("optimizer/") for place in shapes)
    yield _clean(f"Compiled: {', '.join(parts)}")
    yield f"Optimizer's state: {state} arrays" if state else "Optimizer's state: not in the file"


def _named(thing: Any) -> str:
    if isinstance(thing, Mapping):
        name = thing.get("class_name")
        if name is None:
            return ", ".join(f"{key}: {_named(value)}" for key, value in thing.items())
        return str(thing.get("config") if name == "function" else name)
    if isinstance(thing, list):
        return ", ".join(map(_named, thing))
    return str(thing)


def _table(rows: list[Row]) -> Iterator[str]:
    heads = ["Layer (type)", "Input", "Parameters", "Arguments", "From"]
    cells = [[_clean(text) for text in vars(row).values()] for row in rows]
    used = [i for i, head in enumerate(heads) if head != "From" or any(row[i] for row in cells)]
    widths = [max(len(line[i]) for line in [heads, *cells]) for i in range(len(heads))]
    for line in [heads, *cells]:
        padded = [
            line[i].rjust(widths[i]) if heads[i] == "Parameters" else line[i].ljust(widths[i])
            for i in used
        ]
        yield "  ".join(padded).rstrip()


def _clean(text: str) -> str:
    """Text without what would tell a terminal to do something."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
