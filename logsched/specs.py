"""Schedules as texts: `log:base=range,restart_lr=0.2`, `mine=cosine`; and runs made of them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from logsched.errors import LogschedError
from logsched.grid import MOST, Grid
from logsched.parameters import Parameters, Value, declared, shown, unknown
from logsched.run import Run
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
            raise LogschedError(f"{shown(item)} in schedule {shown(text)} is not param=value")
        if key in params:
            raise LogschedError(f"{key} is given twice in schedule {shown(text)}")
        if key in RUN_PARAMETERS:
            option = key.replace("_", "-")
            raise LogschedError(
                f"{key} in schedule {shown(text)} is of the run, not of a schedule: use --{option}"
            )
        if key not in known:
            raise unknown(f"parameter of {shape}", key, known)
        params[key] = known[key].rule.parse(key, value)
    return Spec(_label(name if named else text), shape, params)


def _label(text: str) -> str:
    if not text.isprintable() or not text.strip():
        raise LogschedError(f"label {shown(text)} must be printable text, and not empty")
    if text == "epoch":
        raise LogschedError("label 'epoch' is the name of the time column: take another name")
    return text


def make_run(
    texts: Sequence[str],
    default: Sequence[str],
    settings: Mapping[str, Value],
    given: Iterable[str] = (),
) -> Run:
    """The schedules that texts name, or else a default list, on the grid that settings give.

    `given` names the settings that the user asked for; a preset's are not. A schedule of the
    default list that does not hold on the grid is left out with a warning, as long as another one
    does. Raises LogschedError otherwise.
    """
    specs = [read_spec(text) for text in texts or default]
    _refuse_twins(specs)
    own = {name: value for name, value in settings.items() if name not in RUN_PARAMETERS}
    schedules = {spec.label: spec.schedule(own) for spec in specs}
    grid = make_grid(settings, schedules.values())
    refused = _refused(schedules, grid)
    if refused and (texts or len(refused) == len(schedules)):
        raise next(iter(refused.values()))
    kept = {label: schedule for label, schedule in schedules.items() if label not in refused}
    used = {label: schedule.shape.uses(schedule) for label, schedule in kept.items()}
    return Run(
        schedules=kept,
        grid=grid,
        warnings=_left_out(refused),
        unused=_unused(given, set().union(*used.values())),
        unused_by={
            one.label: _unused(one.params, used[one.label]) for one in specs if one.label in used
        },
    )


def _refuse_twins(specs: Sequence[Spec]) -> None:
    seen: set[str] = set()
    for spec in specs:
        if spec.label in seen:
            way_out = f"name one, as in other={spec.shape}"
            raise LogschedError(f"label {shown(spec.label)} is given twice: {way_out}")
        seen.add(spec.label)


def _left_out(refused: Mapping[str, LogschedError]) -> list[str]:
    """A sentence for each reason, with all schedules that it holds for."""
    reasons: dict[str, list[str]] = {}
    for label, error in refused.items():
        reasons.setdefault(str(error), []).append(label)
    return [
        f"{' and '.join(labels)} {'is' if len(labels) == 1 else 'are'} left out: {reason}"
        for reason, labels in reasons.items()
    ]


def _unused(given: Iterable[str], used: Container[str]) -> list[str]:
    return [name for name in given if name not in RUN_PARAMETERS and name not in used]


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
        if max(ends) > MOST:
            raise LogschedError(f"cycles is {count}, but so many take more than {MOST} epochs")
        given["epochs"] = int(max(ends))
    return Grid(**given)
