"""Schedules as texts: `log:base=range,restart_lr=0.2`, `mine=cosine`; and runs made of them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from logsched.config import Config, Table
from logsched.errors import LogschedError
from logsched.grid import MOST, RUN_PARAMETERS, Grid
from logsched.parameters import Parameters, Value, check_label, declared, listed, shown, unknown
from logsched.run import Run, Swept
from logsched.schedule import Schedule
from logsched.shapes import SHAPES
from logsched.sweeps import Sweep, expand, read_sweep

ALL_PARAMETERS = {*declared(Parameters)}.union(*(declared(shape) for shape in SHAPES.values()))


class Spec(NamedTuple):
    """A schedule to be: its label, its shape, what its text sets, and what its table in a file."""

    label: str
    shape: str
    params: Mapping[str, Value]
    table: Mapping[str, Value]

    def schedule(self, settings: Settings) -> Schedule:
        """The schedule: its text over the options over its table over what is below."""
        below, options = (_of_schedules(one) for one in (settings.below, settings.options))
        return Schedule(self.shape, **{**below, **self.table, **options, **self.params})

    def with_value(self, name: str, value: Value) -> Spec:
        """The same with one more parameter in its text, and so in its label."""
        shown_value = str(value).removesuffix(".0")
        text = f"{self.label}{',' if ':' in self.label else ':'}{name}={shown_value}"
        return self._replace(label=text, params={**self.params, name: value})


@dataclass(frozen=True)
class Settings:
    """What is set outside of the schedules' texts: options over a file over a preset."""

    options: Mapping[str, Value] = field(default_factory=dict)
    config: Config = field(default_factory=Config)
    preset: Mapping[str, Value] = field(default_factory=dict)

    @property
    def below(self) -> dict[str, Value]:
        """What the options override."""
        return _overlay(self.preset, self.config.parameters)

    @property
    def of_run(self) -> dict[str, Value]:
        """All layers as one."""
        return _overlay(self.below, self.options)


def _overlay(lower: Mapping[str, Value], upper: Mapping[str, Value]) -> dict[str, Value]:
    """The upper layer over the lower; the end of the run is said by `epochs` or by `cycles`."""
    if "epochs" in upper and "cycles" in upper:
        raise LogschedError(
            f"epochs is {upper['epochs']} and cycles {upper['cycles']}, but only one of them can "
            "say where the run ends"
        )
    ends = {"epochs", "cycles"} if {"epochs", "cycles"} & set(upper) else set()
    return {name: value for name, value in lower.items() if name not in ends} | dict(upper)


def _of_schedules(settings: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in settings.items() if name not in RUN_PARAMETERS}


def read_spec(text: str, tables: Mapping[str, Table] | None = None) -> Spec:
    """Read `[NAME=]SHAPE[:param=value,...]`, where a file's schedule may stand for the shape.

    Raises LogschedError for what it cannot mean.
    """
    tables = tables or {}
    if text in tables:
        return Spec(text, tables[text].shape, {}, tables[text].params)
    head, colon, tail = text.partition(":")
    name, named, start = head.rpartition("=")
    shape, table = tables.get(start, Table(start, {}))
    if shape not in SHAPES:
        raise _no_shape(text, shape, [*SHAPES, *tables])
    if colon and not tail:
        raise LogschedError(f"nothing follows the colon in schedule {shown(text)}")
    params = _read_params(text, shape, tail.split(",") if colon else [])
    return Spec(check_label(name if named else text), shape, params, table)


def _no_shape(text: str, shape: str, known: Sequence[str]) -> LogschedError:
    """The sentence about a shape that there is not; about parameters, where they seem meant."""
    words = [word.replace("-", "_") for word in re.split(r"[ ,=]+", text.strip())]
    shapes = [word for word in words if word in known]
    if ALL_PARAMETERS.intersection(words):
        example = f"{(shapes or ['cosine'])[0]}:restart_lr=0.2"
        return LogschedError(
            f"{shown(text)} is no schedule: parameters follow a shape and a colon, as in {example}"
        )
    if len(shapes) == len(words):
        return LogschedError(f"{shown(text)} is no schedule: name several with spaces between")
    return unknown("shape", shape, known)


def _read_params(text: str, shape: str, items: Sequence[str]) -> dict[str, Value]:
    known = declared(SHAPES[shape]) | declared(Parameters)
    params: dict[str, Value] = {}
    for item in items:
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
    return params


def make_run(
    texts: Sequence[str],
    default: Sequence[str],
    settings: Settings | None = None,
    sweeps: Sequence[str] = (),
) -> Run:
    """The schedules that texts name, or a file's, or else a default list, on the settings' grid.

    A schedule of the default list that does not hold on the grid is left out with a warning, as
    long as another one does. Raises LogschedError otherwise.
    """
    settings = settings or Settings()
    tables = settings.config.schedules
    specs = [read_spec(text, tables) for text in texts or tables or default]
    read = [read_sweep(text, [spec.shape for spec in specs]) for text in sweeps]
    for sweep in read:
        specs = expand(specs, sweep, settings)
    _refuse_twins(specs)
    schedules = {spec.label: spec.schedule(settings) for spec in specs}
    grid = make_grid(settings.of_run, schedules.values())
    refused = _refused(schedules, grid)
    if refused and (texts or tables or len(refused) == len(schedules)):
        label, error = next(iter(refused.items()))
        raise LogschedError(f"schedule {shown(label)}: {error}") if tables else error
    kept = {label: schedule for label, schedule in schedules.items() if label not in refused}
    used = {label: schedule.shape.uses(schedule) for label, schedule in kept.items()}
    return Run(
        schedules=kept,
        grid=grid,
        warnings=_left_out(refused),
        unused=_unused(settings.options, set().union(*used.values())),
        unused_by={one.label: _unused(one.params, used.get(one.label, ())) for one in specs},
        swept=_swept(specs, read),
        bounded=bool({"epochs", "cycles"} & set(settings.of_run)),
    )


def _swept(specs: Sequence[Spec], sweeps: Sequence[Sweep]) -> Swept | None:
    """What the schedules vary in, where that is one number and they all have it."""
    names = [sweep.name for sweep in sweeps]
    if len(names) != 1 or not all(isinstance(one.params.get(names[0]), float) for one in specs):
        return None
    values = {one.label: float(one.params[names[0]]) for one in specs}
    return Swept(names[0], values, sweeps[0].logarithmic)


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
        f"{listed(labels)} {'is' if len(labels) == 1 else 'are'} left out: {reason}"
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
        ends = [one.end_of_cycle(count) for one in schedules if one.cyclic]
        if not ends:
            raise LogschedError(f"cycles is {count}, but none of the schedules has restart cycles")
        if max(ends) > MOST:
            raise LogschedError(f"cycles is {count}, but so many take more than {MOST} epochs")
        given["epochs"] = int(max(ends))
    return Grid(**given)
