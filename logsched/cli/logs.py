"""The commands `check` and `identify`: what a run logged, beside a schedule or without one."""

from collections.abc import Sequence
from dataclasses import replace
from math import floor
from typing import TYPE_CHECKING, Annotated

import typer

from logsched.base import console, files
from logsched.base.declare import WHOLE
from logsched.base.lazy import np
from logsched.base.text import check_format
from logsched.cli.evaluates import evaluates
from logsched.cli.options import TextOrJson

if TYPE_CHECKING:
    from logsched.logs.check.check import Comparison
    from logsched.logs.log import Log
    from logsched.logs.times import Reading
    from logsched.plan.plan import Plan

ROWS = 14  # of the plot under a verdict, at most
LATE = 0.1  # of the time: a log that begins later is drawn without what is before

LogFile = Annotated[
    str,
    typer.Argument(
        metavar="FILE[:COLUMN]", help="event files, a console log, csv, json, npy, ...; - is stdin"
    ),
]
Rtol = Annotated[
    str | None,
    typer.Option("--rtol", metavar="NUMBER", help="relative difference allowed  [default: 1e-06]"),
]
Offset = Annotated[
    str | None,
    typer.Option(
        "--offset", metavar="POINTS", help="to add to the log's times; -1 if it counts from 1"
    ),
]
LogEvery = Annotated[
    str | None,
    typer.Option("--every", metavar="N", help="a log without times has every N-th point"),
]
Part = Annotated[
    str | None,
    typer.Option("--part", metavar="N", help="the N-th of several runs in FILE, not the last"),
]


@evaluates()
def check(
    plan: "Plan",
    file: LogFile,
    rtol: Rtol = None,
    offset: Offset = None,
    every: LogEvery = None,
    part: Part = None,
    format: TextOrJson = "text",
) -> int:
    """Print the verdict and, where rates differ, draw them; whether they do is the exit status."""
    from logsched.logs.agreement import read_rtol
    from logsched.logs.check import verdict
    from logsched.logs.check.check import check

    label, schedule = plan.only("check", file)
    check_format(format, verdict.FORMATS)
    log, readings = _read(file, part, plan.grid.steps_per_epoch, offset, every)
    with np.errstate(all="ignore"):  # of rates at the ends of float64
        found = check(schedule, readings, read_rtol(rtol))
        said = verdict.FORMATS[format](found, log.label, label, file)
        if format == "text" and not found.whole.agrees:
            said += _drawn(found.whole, log.label, label)
    files.write_text(said)
    _say_notes(log, found.whole.reading)
    return 0 if found.whole.agrees else 1


def _drawn(whole: "Comparison", label: str, planned: str) -> str:
    """The schedule and the log, over the time of the log, after an empty line."""
    from logsched.draw.picture import picture
    from logsched.draw.terminal.plot import draw
    from logsched.plan.plan import Plan
    from logsched.schedule.grid import Grid

    series = whole.reading.series
    if not series.epoch.size:
        return ""
    first, last = series.epoch[[0, -1]].tolist()
    end = floor(last) + 1
    limits = (first, float(end)) if first > LATE * end else None
    terminal = console.terminal()
    low = replace(terminal, height=min(terminal.height, ROWS))
    name = label if label != planned else f"{label} (logged)"
    plan = Plan({planned: whole.schedule}, Grid(epochs=end))
    return "\n" + draw(picture(plan, limits=limits, logs={name: series}), low)


def identify(
    file: LogFile,
    steps_per_epoch: Annotated[
        str, typer.Option("--steps-per-epoch", metavar="NUMBER", help="points of an epoch")
    ] = "1",
    rtol: Rtol = None,
    offset: Offset = None,
    every: LogEvery = None,
    part: Part = None,
    format: TextOrJson = "text",
) -> None:
    """Print the command lines that reproduce the log."""
    from logsched.logs.agreement import read_rtol
    from logsched.logs.identify import answer
    from logsched.logs.identify.identify import recognize

    steps = int(WHOLE.parse("steps_per_epoch", steps_per_epoch))
    check_format(format, answer.FORMATS)
    log, readings = _read(file, part, steps, offset, every)
    with np.errstate(all="ignore"):  # of rates at the ends of float64
        found = recognize(readings, log.label, read_rtol(rtol))
        said = answer.FORMATS[format](found, log.label, len(readings) > 1)
    files.write_text(said)
    _say_notes(log, readings[0])


def _read(
    file: str, part: str | None, steps_per_epoch: int, offset: str | None, every: str | None
) -> "tuple[Log, Sequence[Reading]]":
    """A log, and the ways in which its times can be read."""
    from logsched.logs.log import read_log
    from logsched.logs.runs import read_part
    from logsched.logs.times import read_counting, read_times

    log = read_log(file, read_part(part))
    return log, read_times(log, read_counting(steps_per_epoch, offset, every))


def _say_notes(log: "Log", reading: "Reading") -> None:
    for note in (*log.notes, *reading.notes()):
        console.say(f"Note: {note}")
