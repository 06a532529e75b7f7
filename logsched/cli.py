"""The command line: each command reads its options and hands over to an output."""

import sys
from pathlib import PurePath
from typing import Annotated, Any

import typer

from logsched import __version__
from logsched.errors import LogschedError
from logsched.options import complete, evaluates
from logsched.outputs import catalog, files
from logsched.presets import PRESETS
from logsched.shapes import SHAPES

PAPER = ("constant", "step", "cosine", "log")  # what the paper compares

app = typer.Typer(
    name="logsched",
    help="Learning-rate schedules: what they do, drawn, described and exported.",
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,  # half the time of --help, and errors that are not wrapped
    pretty_exceptions_enable=False,
)

At = Annotated[
    str | None, typer.Option("--at", metavar="EPOCHS", help="only these epochs, as in 0,5,30")
]
Every = Annotated[
    str | None, typer.Option("--every", metavar="N", help="only every N-th point of the grid")
]
CatalogFormat = Annotated[str, typer.Option("--format", metavar="FORMAT", help="text or json")]


def main() -> None:
    """Run the command line: an error is one sentence on stderr and an exit status, never more."""
    try:
        status = app(standalone_mode=False)
    except LogschedError as error:
        status = _complain(str(error), error.exit_code)
    except typer.TyperException as error:
        status = _complain(" ".join(error.format_message().split()), error.exit_code)
    except typer.Abort:
        status = 130
    except MemoryError:
        status = _complain("there is not enough memory for this", 1)
    except OSError as error:
        status = _complain(f"cannot go on: {error.strerror}", 1)
    sys.exit(status or 0)


def _complain(sentence: str, status: int) -> int:
    end = "" if sentence.endswith((".", "?")) else "."
    typer.echo(f"Error: {sentence}{end}", err=True)
    return status


def _version(wanted: bool) -> None:
    if wanted:
        files.write_text(f"logsched {__version__}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def logsched(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Show what there is where no command is named."""
    if context.invoked_subcommand is None:
        files.write_text(context.get_help() + "\n")


@app.command()
@evaluates(*PAPER)
def plot(
    run: Any,
) -> None:
    """Draw schedules in the terminal."""
    from logsched.outputs import console, terminal
    from logsched.picture import picture

    files.write_text(terminal.draw(picture(run), console.terminal()))


@app.command()
@evaluates("log")
def export(
    run: Any,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="file to write; - is stdout")
    ] = files.STDOUT,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="json, jsonl, csv, tsv, txt, npy or npz  [default: FILE's suffix, or json]",
        ),
    ] = None,
    at: At = None,
    every: Every = None,
) -> None:
    """Write epochs and rates as arrays for other programs."""
    from logsched.curves import choose_rows
    from logsched.outputs import arrays

    curves = choose_rows(run, at, every)
    name = format or PurePath(output).suffix.removeprefix(".") or "json"
    chosen = arrays.find_format(name, curves)
    if chosen.binary and files.is_terminal(output):
        raise LogschedError(f"format {name} is binary, not for a terminal: use -o FILE or a pipe")
    files.write(chosen.write(curves), output)


@app.command()
def shapes(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="one shape", autocompletion=complete(SHAPES)),
    ] = None,
    format: CatalogFormat = "text",
) -> None:
    """List the shapes, or show one: formula, parameters, source."""
    files.write_text(catalog.shapes(name, format))


@app.command()
def presets(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="one preset", autocompletion=complete(PRESETS)),
    ] = None,
    format: CatalogFormat = "text",
) -> None:
    """List the paper's settings, or show those of one experiment."""
    files.write_text(catalog.presets(name, format))
