"""What `identify` says: the command line that reproduces a log, and how near it comes."""

from __future__ import annotations

import shlex
from math import floor

import numpy as np

from logsched.base.declare import Value, declared
from logsched.base.text import as_json
from logsched.base.words import number, time
from logsched.logs.agreement import Tolerance
from logsched.logs.identify.identify import Answer
from logsched.logs.identify.search import Match
from logsched.logs.times import Reading
from logsched.schedule.parameters import Parameters
from logsched.schedule.schedule import Schedule

MOST = 3  # schedules that are shown where several explain a log


def command(schedule: Schedule, reading: Reading) -> str:
    """The command line that prints the schedule's rates at the rows of a log."""
    own = [_set(name, schedule.params[name]) for name in declared(type(schedule.shape))]
    text = ",".join(f"{name}={value}" for name, value in own if value is not None)
    parts = [f"{schedule.shape.name}:{text}" if text else schedule.shape.name]
    for name in declared(Parameters):
        _, value = _set(name, schedule.params[name])
        parts += [] if value is None else [f"--{name.replace('_', '-')}", value]
    return shlex.join(["logsched", "export", *parts, *_rows(reading), "--format", "csv"])


def _set(name: str, value: Value | None) -> tuple[str, str | None]:
    return name, None if value is None else str(value).removesuffix(".0")


def _rows(reading: Reading) -> list[str]:
    """The options that choose the grid, and of its points those that were logged."""
    epoch, steps = reading.series.epoch, reading.steps_per_epoch
    rows = ["--epochs", str(floor(epoch[-1]) + 1)]
    rows += ["--steps-per-epoch", str(steps)] if steps > 1 else []
    points = np.unique(np.round(epoch * steps))
    every = int(points[1] - points[0]) if points.size > 1 else 1
    regular = points[0] == 0 and every > 1 and bool((np.diff(points) == every).all())
    return [*rows, "--every", str(every)] if regular else rows


def _as_text(answer: Answer, label: str, several: bool) -> str:
    """A command line a schedule, with a comment on it: the shell can run all of it."""
    within = _within(answer.tolerance)
    if not answer.fits:
        nearest = answer.matches[0]
        off = f"off by at most {nearest.greatest:.4g}, at epoch {time(nearest.epoch)}"
        said = f"# No schedule explains {label} within {within}; the nearest, {off}, is:"
        return f"{said}\n{command(nearest.schedule, answer.reading)}\n"
    lines = []
    for one in _shown(answer):
        about = f"{_about(one, answer, label)}{_how(answer.reading, several)}"
        lines += [command(one.schedule, answer.reading), f"# {about}"]
    return "".join(f"{line}\n" for line in lines)


def _shown(answer: Answer) -> list[Match]:
    """The schedules that explain a log, or else the nearest."""
    return [one for one in answer.matches if one.fits][:MOST] or answer.matches[:1]


def _within(tolerance: Tolerance) -> str:
    return f"rtol {tolerance.rtol:g}{' (float32)' if tolerance.single else ''}"


def _about(one: Match, answer: Answer, label: str) -> str:
    explains = f"explains all {answer.reading.series.rate.size} rates of {label}"
    off = f"off by at most {number(one.greatest)}, at epoch {time(one.epoch)}"
    if answer.kept is None:
        return f"{explains} within {_within(answer.tolerance)}: {off}"
    return f"the log keeps {answer.kept}, and as near as that this {explains}: {off}"


def _how(reading: Reading, several: bool) -> str:
    """How a log is read, where there is a choice."""
    by = f"; the time is by {reading.source}" if several else ""
    from_1 = "; the log counts from 1: check it with --offset -1" if reading.offset < 0 else ""
    return by + from_1


def _as_json(answer: Answer, label: str, several: bool) -> str:
    reading, tolerance = answer.reading, answer.tolerance
    matches = [
        {
            "shape": one.schedule.shape.name,
            "params": {k: v for k, v in one.schedule.params.items() if v is not None},
            "command": command(one.schedule, reading),
            "fits": one.fits,
            "greatest_difference": one.greatest,
            "greatest_difference_epoch": one.epoch,
        }
        for one in _shown(answer)
    ]
    said = {
        "log": label,
        "rows": reading.series.rate.size,
        "rtol": tolerance.rtol,
        "float32": tolerance.single,
        "rounded": answer.kept,
        "time": reading.source,
        "offset": reading.offset,
        "matches": matches,
    }
    return as_json(said)


FORMATS = {"text": _as_text, "json": _as_json}
