"""The commands `export` and `snippet`: schedules for other programs, as arrays and as code."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from logsched.base import files
from logsched.base.errors import LogschedError
from logsched.base.words import listed
from logsched.cli.evaluates import evaluates
from logsched.cli.options import At, Every, Unit, complete
from logsched.export.arrays import FORMATS, find_format
from logsched.export.snippets.framework import FRAMEWORKS

if TYPE_CHECKING:
    from logsched.plan.plan import Plan

Output = Annotated[
    str, typer.Option("--output", "-o", metavar="FILE", help="file to write; - is stdout")
]


@evaluates("log")
def export(
    plan: "Plan",
    output: Output = files.STDOUT,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f"{listed([*FORMATS], 'or')}  [default: FILE's suffix, or json]",
        ),
    ] = None,
    at: At = None,
    every: Every = None,
    unit: Unit = None,
) -> None:
    """Write the chosen rows in a format, with a progress bar where they are many."""
    from logsched.base import progress
    from logsched.plan.rows import choose_rows

    rows = choose_rows(plan, at, every, unit)
    name = format or files.suffix(output) or "json"
    chosen = find_format(name, rows)
    if chosen.binary and files.is_terminal(output):
        raise LogschedError(f"format {name} is binary, not for a terminal: use -o FILE or a pipe")
    with progress.bar("rows", rows.rows * chosen.passes(rows)) as watch:
        files.write(chosen.write(replace(rows, watch=watch)), output)


@evaluates("log")
def snippet(
    plan: "Plan",
    framework: Annotated[
        str | None,
        typer.Argument(
            metavar="FRAMEWORK",
            help=listed([*FRAMEWORKS], "or"),
            autocompletion=complete(lambda: FRAMEWORKS),
        ),
    ] = None,
    output: Output = files.STDOUT,
    array: Annotated[
        bool, typer.Option("--array", help="the rates as a list instead of the closed form")
    ] = False,
) -> None:
    """Write a script that says by which command it was made."""
    from logsched.export.snippets.snippet import make_snippet

    source = make_snippet(plan, framework, array, ["logsched", *sys.argv[1:]])
    files.write([source.encode(errors="replace")], output)
