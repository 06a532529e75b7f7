"""Schedules as texts: `log:base=range,restart_lr=0.2`, `mine=cosine`; and runs made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from logsched.errors import LogschedError
from logsched.grid import Grid
from logsched.parameters import Parameters, Value, declared, unknown
from logsched.schedule import Schedule
from logsched.shapes import find_shape

RUN_PARAMETERS = (*declared(Grid), "cycles")


class Spec(NamedTuple):
    """A schedule's text, read: its label, its shape and the parameters that it sets."""

    label: str
    shape: str
    params: Mapping[str, Value]

    def schedule(self, settings: Mapping[str, Value]) -> Schedule:
        """The schedule, with settings for what the text leaves open."""
        return Schedule(self.shape, **{**settings, **self.params})


@dataclass(frozen=True)
class Run:
    """What a command works on: labelled schedules, the grid, and what there is to warn of."""

    schedules: Mapping[str, Schedule]
    grid: Grid
    warnings: list[str] = field(default_factory=list)


def read_spec(text: str) -> Spec:
    """Read `[NAME=]SHAPE[:param=value,...]`. Raises LogschedError for what it cannot mean."""
    head, colon, tail = text.partition(":")
    name, named, shape = head.rpartition("=")
    known = declared(find_shape(shape)) | declared(Parameters)
    params: dict[str, Value] = {}
    for item in tail.split(",") if colon else []:
        key, equals, value = item.partition("=")
        key = key.strip().replace("-", "_")
        if not equals or not key:
            raise LogschedError(f"'{item}' in schedule '{text}' is not of the form param=value")
        if key in params:
            raise LogschedError(f"{key} is given twice in schedule '{text}'")
        if key in RUN_PARAMETERS:
            option = key.replace("_", "-")
            raise LogschedError(
                f"{key} in schedule '{text}' is of the run, not of a schedule: use --{option}"
            )
        if key not in known:
            raise unknown(f"parameter of {shape}", key, known)
        params[key] = known[key].rule.parse(key, value)
    return Spec(_label(name if named else text), shape, params)


def _label(text: str) -> str:
    if not text.isprintable() or not text.strip():
        raise LogschedError(f"label {text!r} must be printable text, and not empty")
    if text == "epoch":
        raise LogschedError("label 'epoch' is the name of the time column: take another name")
    return text


def make_run(texts: Sequence[str], default: Sequence[str], settings: Mapping[str, Value]) -> Run:
    """The schedules that texts name, or else a default list, on the grid that settings give.

    A schedule of the default list that does not hold on the grid is left out with a warning, as
    long as another one does. Raises LogschedError otherwise.
    """
    specs = [read_spec(text) for text in texts or default]
    for label in (labels := [spec.label for spec in specs]):
        if labels.count(label) > 1:
            raise LogschedError(f"label '{label}' is given twice: name one, as in other={label}")
    own = {name: value for name, value in settings.items() if name not in RUN_PARAMETERS}
    schedules = {spec.label: spec.schedule(own) for spec in specs}
    grid = make_grid(settings, schedules.values())
    refused = _refused(schedules, grid)
    if refused and (texts or len(refused) == len(schedules)):
        raise next(iter(refused.values()))
    kept = {label: schedule for label, schedule in schedules.items() if label not in refused}
    return Run(kept, grid, [f"{label} is left out: {error}" for label, error in refused.items()])


def _refused(schedules: Mapping[str, Schedule], grid: Grid) -> dict[str, LogschedError]:
    refused = {}
    for label, schedule in schedules.items():
        try:
            schedule.check(grid)
        except LogschedError as error:
            refused[label] = error
    return refused


def make_grid(settings: Mapping[str, Value], schedules: Iterable[Schedule]) -> Grid:
    """The grid of a run: of `epochs`, or up to the end of the last schedule's cycle `cycles`."""
    given = {name: settings[name] for name in declared(Grid) if name in settings}
    if "cycles" in settings:
        count = int(settings["cycles"])
        ends = [one.end_of_cycle(count) for one in schedules if one.restarts]
        if not ends:
            raise LogschedError(f"cycles is {count}, but none of the schedules has restart cycles")
        given["epochs"] = max(ends)
    return Grid(**given)
