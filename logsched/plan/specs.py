"""Schedules as texts, `log:base=range,restart_lr=0.2` or `mine=cosine`, and the settings around."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from logsched.base.declare import Value, declared
from logsched.base.errors import LogschedError
from logsched.base.words import check_label, printable, shown, unknown
from logsched.plan.config import Config, Table
from logsched.schedule.grid import RUN_PARAMETERS
from logsched.schedule.parameters import Parameters
from logsched.schedule.schedule import Schedule
from logsched.schedule.shapes import SHAPES

LOGS = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".npy", ".npz")
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
    """The sentence about a shape that there is not; about what seems meant in its place."""
    if shape.endswith((*LOGS, ".toml")) or os.path.isfile(shape):
        return _no_schedule(printable(shape))
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


def _no_schedule(path: str) -> LogschedError:
    """The sentence about a file in the place of a schedule."""
    log = f"logsched plot --data {path}, or logsched check {path} SCHEDULE"
    way_out = f"--config {path}" if path.endswith(".toml") else log
    return LogschedError(f"{path} is a file, not a schedule: try {way_out}")


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
