"""The command ``pellucid``."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from pellucid import demo as main_job
from pellucid.doctor.from_csv import examine_rows
from pellucid.errors import PellucidError
from pellucid.export import export as export_model
from pellucid.saving import load_model
from pellucid.saving.atomic import replacing
from pellucid.see.model_file import describe
from pellucid.see.predictions import predict_rows

__all__ = ["app"]

INTERRUPTED = 130  # what a shell expects of a program that Ctrl-C ended

app = typer.Typer(
    help="Neural networks that you can see through.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

ENDINGS = {"numpy": ".py", "onnx": ".onnx"}

ModelFile = Annotated[Path, typer.Argument(help="A .keras file, by pellucid or by Keras 3.")]


@contextmanager
def told() -> Iterator[None]:
    """Say what went wrong, without a traceback, and end with a code that a shell understands."""
    try:
        yield
    except PellucidError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from error
    except OSError as error:
        typer.echo(f"{error.filename}: {error.strerror}" if error.filename else error, err=True)
        raise typer.Exit(1) from error


@app.command()
def demo(
    output: Annotated[Path, typer.Option(help="Where to write the report.")] = Path("report.html"),
    epochs: Annotated[
        int, typer.Option(min=1, help="How many times to go through the images.")
    ] = main_job.EPOCHS,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="Another seed, another split and start.")
    ] = 0,
) -> None:
    """Learn handwritten digits, say how well, and write a report that shows it."""
    with told():
        accuracy = main_job.run(output, epochs, seed)
    if accuracy is None:
        raise typer.Exit(INTERRUPTED)


@app.command()
def show(model: ModelFile) -> None:
    """Describe the model in a file: its layers, weights, connections, how it was trained.

    Nothing in the file is built or run.
    """
    with told():
        typer.echo(describe(model))


@app.command()
def export(
    model: ModelFile,
    to: Annotated[str, typer.Option(help="onnx or numpy.")] = "onnx",
    output: Annotated[
        Path | None, typer.Option(help="The file to write; beside the model by default.")
    ] = None,
) -> None:
    """Write what a model predicts with to a file that needs no pellucid."""
    with told():
        path = output or model.with_suffix(ENDINGS.get(to, ""))
        export_model(load_model(model, compile=False), path, format=to)
        beside = f" and {path.with_suffix('.npz')}" if to == "numpy" else ""
        typer.echo(f"Wrote {path}{beside}.")


@app.command()
def predict(
    model: ModelFile,
    rows: Annotated[Path, typer.Argument(help="A CSV file with a line of column names.")],
    output: Annotated[
        Path | None, typer.Option(help="The CSV file to write; standard output by default.")
    ] = None,
) -> None:
    """Predict for each row of a CSV file, and write the predictions as CSV.

    A model with one input takes the columns in their order; one with several inputs takes the
    column of each input's name.
    """
    with told():
        text = predict_rows(load_model(model, compile=False), rows)
        if output is None:
            sys.stdout.write(text)
        else:
            with replacing(output) as temporary:
                temporary.write_text(text, encoding="utf-8")


@app.command()
def doctor(
    model: ModelFile,
    rows: Annotated[Path, typer.Argument(help="A CSV file with a line of column names.")],
    target: Annotated[
        list[str] | None,
        typer.Option(help="A column to predict, once for each; by default the last one."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")] = False,
) -> None:
    """Say what is wrong with a compiled model and the data that it is to learn from.

    Ends with 1 where there is an error or a warning, so that a script can stop there.
    """
    with told():
        diagnosis = examine_rows(load_model(model), rows, target or ())
    typer.echo(diagnosis.json(indent=2) if json else diagnosis)
    raise typer.Exit(diagnosis.exit_status)


@app.command()
def version() -> None:
    """Print the version of pellucid."""
    typer.echo(metadata.version("pellucid"))
