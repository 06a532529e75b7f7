"""What `identify` says: the command line that reproduces a log, and how near it comes."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from math import floor

import numpy as np

from logsched.agreement import Tolerance, tolerance_for
from logsched.errors import LogschedError
from logsched.identify import Match, identify
from logsched.outputs.text import as_json, check_format
from logsched.parameters import EXACT, Parameters, Value, declared
from logsched.readings import Reading
from logsched.remarks import number, time
from logsched.schedule import Schedule

MOST = 3  # schedules that are shown where several explain a log


def write(readings: Sequence[Reading], label: str, rtol: float, format: str) -> str:
    """The schedules that explain a log best, by the reading of its time that explains most.

    Raises LogschedError for an unknown format, and for a log without a rate.
    """
    check_format(format, FORMATS)
    if not readings[0].series.epoch.size:
        raise LogschedError(f"{label} has no rate with a time")
    for reading in readings:
        _check_times(reading, label)
    tolerance = tolerance_for(readings[0].rate, rtol)
    for reading in reversed(readings):  # the first one is left where none is explained
        matches = identify(reading.series, tolerance)
        if matches[0].fits:
            break
    shown = [one for one in matches if one.fits][:MOST] or matches[:1]
    return FORMATS[format](reading, shown, label, tolerance)


def _check_times(reading: Reading, label: str) -> None:
    """Raise LogschedError where no run has so many points as a log's times say."""
    last = float(reading.series.epoch[-1])
    if last * reading.steps_per_epoch >= EXACT:
        raise LogschedError(
            f"{label} reaches epoch {time(last)} by {reading.source}, but a run has at most "
            "2**53 points"
        )


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


def _as_text(reading: Reading, shown: Sequence[Match], label: str, tolerance: Tolerance) -> str:
    """A command line a schedule, with a comment on it: the shell can run all of it."""
    lines = []
    for one in shown:
        lines += [command(one.schedule, reading), f"# {_about(one, reading, label, tolerance)}"]
    return "".join(f"{line}\n" for line in lines)


def _about(one: Match, reading: Reading, label: str, tolerance: Tolerance) -> str:
    count = reading.series.rate.size
    off = f"off by at most {number(one.greatest)}, at epoch {time(one.epoch)}"
    within = f"rtol {tolerance.rtol:g}{' (float32)' if tolerance.single else ''}"
    if one.fits:
        return f"explains all {count} rates of {label} within {within}: {off}"
    return f"the nearest found to {label}, but not within {within}: {off}"


def _as_json(reading: Reading, shown: Sequence[Match], label: str, tolerance: Tolerance) -> str:
    matches = [
        {
            "shape": one.schedule.shape.name,
            "params": {k: v for k, v in one.schedule.params.items() if v is not None},
            "command": command(one.schedule, reading),
            "fits": one.fits,
            "greatest_difference": one.greatest,
            "greatest_difference_epoch": one.epoch,
        }
        for one in shown
    ]
    said = {
        "log": label,
        "rows": reading.series.rate.size,
        "rtol": tolerance.rtol,
        "float32": tolerance.single,
        "time": reading.source,
        "matches": matches,
    }
    return as_json(said)


FORMATS = {"text": _as_text, "json": _as_json}
