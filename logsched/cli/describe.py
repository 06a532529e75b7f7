"""The commands `table`, `describe` and `explain`: schedules in numbers and in words."""

from typing import TYPE_CHECKING, Annotated

import typer

from logsched.base import console, files
from logsched.base.errors import LogschedError
from logsched.base.text import check_format
from logsched.cli.evaluates import PAPER, evaluates
from logsched.cli.options import At, Every, TextOrJson, Unit

if TYPE_CHECKING:
    from logsched.plan.plan import Plan

from logsched.schedule.units import LengthRule

MOMENT = LengthRule("one time of 0 or more, as in 37 or 50%", lambda time: time >= 0)


@evaluates(*PAPER)
def table(
    plan: "Plan",
    at: At = None,
    every: Every = None,
    unit: Unit = None,
    all: Annotated[bool, typer.Option("--all", help="every row, also of a long table")] = False,
    format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="text or markdown")
    ] = "text",
) -> None:
    """Print the chosen rows, as wide as the terminal."""
    from logsched.describe import table
    from logsched.plan.rows import choose_rows

    rows = choose_rows(plan, at, every, unit)
    files.write_text(table.draw(rows, format, all, console.terminal()))


@evaluates(*PAPER)
def describe(
    plan: "Plan",
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="LABEL", help="compare the others with this schedule"),
    ] = None,
    sort: Annotated[
        str | None, typer.Option("--sort", metavar="FACT", help="order by it, as by mean_lr")
    ] = None,
    format: Annotated[
        str,
        typer.Option("--format", metavar="FORMAT", help="text, json, or toml: settings in effect"),
    ] = "text",
) -> None:
    """Print the facts of all schedules, or their settings as a configuration."""
    from logsched.describe import description
    from logsched.describe.describe import check_asked, describe_plan
    from logsched.plan.config import as_toml

    check_format(format, (*description.FORMATS, "toml"))
    if format == "toml":
        check_asked(plan, against, sort)
        files.write_text(as_toml(plan.schedules, plan.grid))
    else:
        files.write_text(description.FORMATS[format](describe_plan(plan, against, sort)))


@evaluates("log")
def explain(
    plan: "Plan",
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="the moment to explain, as 37 or 50%")
    ] = None,
    format: TextOrJson = "text",
) -> None:
    """Print what each schedule does at one epoch."""
    from logsched.describe import explanation
    from logsched.describe.moment import find_moment
    from logsched.plan.rows import read_time

    if at is None:
        raise LogschedError("at is missing: name the time to explain, as in --at 37")
    moment = read_time("at", at, plan.grid, MOMENT)
    check_format(format, explanation.FORMATS)
    moments = {label: find_moment(one, moment) for label, one in plan.schedules.items()}
    files.write_text(explanation.FORMATS[format](plan, moments))
