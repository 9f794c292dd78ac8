"""The command ``pellucid``."""

from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from pellucid import demo as main_job
from pellucid.errors import PellucidError

__all__ = ["app"]

INTERRUPTED = 130  # what a shell expects of a program that Ctrl-C ended

app = typer.Typer(
    help="Neural networks that you can see through.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


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
    try:
        accuracy = main_job.run(output, epochs, seed)
    except PellucidError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from error
    if accuracy is None:
        raise typer.Exit(INTERRUPTED)


@app.command()
def version() -> None:
    """Print the version of pellucid."""
    typer.echo(metadata.version("pellucid"))
