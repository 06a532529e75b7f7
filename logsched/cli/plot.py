"""The command `plot`: schedules and logs as a picture, in the terminal or in files."""

from collections.abc import Container, Mapping, Sequence
from functools import partial
from itertools import chain, count
from typing import TYPE_CHECKING, Annotated, Any

import typer

from logsched.base import console
from logsched.base.declare import Value
from logsched.base.errors import LogschedError
from logsched.base.words import listed
from logsched.cli.evaluates import PAPER, evaluates
from logsched.cli.options import Unit

if TYPE_CHECKING:
    from logsched.plan.plan import Plan
    from logsched.schedule.series import Series

STDIN = "-"


def prepare(given: dict[str, Any], texts: Mapping[str, str | None]) -> Mapping[str, Value]:
    """Take the logs out of the schedules, `-` among them; with logs alone there is no schedule."""
    named = given["schedules"] or []
    stdin = [name for name in named if name.partition(":")[0] == STDIN]
    given["data"] = [*(given["data"] or []), *stdin]
    given["schedules"] = [name for name in named if name not in stdin]
    return {}


@evaluates(*PAPER, prepare=prepare)
def plot(
    plan: "Plan",
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help=".png, .svg or .pdf; or DIR/ for one of each"
        ),
    ] = None,
    log_y: Annotated[bool, typer.Option("--log-y", help="rates on a logarithmic axis")] = False,
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="over the plot")] = "",
    xlim: Annotated[
        str | None, typer.Option("--xlim", metavar="FROM:TO", help="only this part of the time")
    ] = None,
    unit: Unit = None,
    layout: Annotated[
        str,
        typer.Option("--layout", metavar="overlay|stack", help="all in one, or one over the other"),
    ] = "overlay",
    width: Annotated[
        str | None, typer.Option("--width", metavar="COLUMNS", help="of the terminal plot")
    ] = None,
    height: Annotated[
        str | None, typer.Option("--height", metavar="ROWS", help="of the terminal plot")
    ] = None,
    ascii: Annotated[bool, typer.Option("--ascii", help="a terminal plot of ASCII")] = False,
    color: Annotated[
        str, typer.Option("--color", metavar="WHEN", help="auto, always or never")
    ] = "auto",
    figsize: Annotated[
        str, typer.Option("--figsize", metavar="W,H", help="inches of FILE")
    ] = "8,4.5",
    dpi: Annotated[str, typer.Option("--dpi", metavar="N", help="pixels of FILE an inch")] = "150",
    data: Annotated[
        list[str] | None,
        typer.Option(
            "--data",
            metavar="FILE[:COLUMN]",
            help="what a run logged, over what was planned; - is stdin, also as a SCHEDULE",
        ),
    ] = None,
) -> None:
    """Draw all in one picture, or in a folder a picture of each."""
    from logsched.cli.look import limits, read_look
    from logsched.draw import drawing
    from logsched.draw.picture import picture
    from logsched.plan.rows import read_units

    look = read_look(color, ascii, width, height, figsize, dpi)
    plan, logs, notes = _with_logs(plan, data or ())
    units = read_units(plan.grid, unit)
    ask = (units[0], title, log_y, limits(xlim, plan.grid, units[0]), layout, logs)
    above = drawing.second_axis(plan.grid, units)
    if output is None:
        drawing.draw_text(picture(plan, *ask), look)
    elif output.endswith("/"):
        each = {label: partial(picture, one, *ask) for label, one in plan.apart().items()}
        if not each:
            each = {name: partial(picture, plan, *ask[:-1], {name: logs[name]}) for name in logs}
        drawing.draw_each(each, output, look, above)
    else:
        drawing.draw_file(picture(plan, *ask), output, look, above)
    for note in notes:
        console.say(note)


def _with_logs(plan: "Plan", sources: Sequence[str]) -> "tuple[Plan, dict[str, Series], list[str]]":
    """What runs logged, by label; the run, long enough for it; and what is odd about the logs."""
    if not sources:
        return plan, {}, []
    from logsched.logs.log import read_logs
    from logsched.logs.times import Counting, read_times

    counting, notes = Counting(plan.grid.whole_steps), list[str]()
    found: dict[str, Series] = {}
    for log in (log for source in sources for log in read_logs(source)):
        reading = read_times(log, counting)[-1]  # the finest
        notes += [f"Note: {log.label}: {note}" for note in (*log.notes, *reading.notes())]
        if reading.series.epoch.size:
            found[_new_label(log.label, {*plan.schedules, *found})] = reading.series
    if not found:
        raise LogschedError(f"{listed(sources)} has no rate to draw")
    return plan.reaching(max(float(one.epoch[-1]) for one in found.values())), found, notes


def _new_label(label: str, taken: Container[str]) -> str:
    """The label, or where another curve has it, one that tells it apart."""
    names = chain([label, f"{label} (logged)"], (f"{label} ({n})" for n in count(2)))
    return next(name for name in names if name not in taken)
