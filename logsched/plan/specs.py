"""Schedules as texts, `log:base=range,restart_lr=0.2` or `mine=cosine`, and the settings around."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from logsched.base.declare import Value, declared
from logsched.base.errors import LogschedError
from logsched.base.words import check_label, listed, printable, shown, unknown
from logsched.plan.config import Config, Table
from logsched.schedule.parameters import ALIASES, Parameters, own_name
from logsched.schedule.pieces import is_pieces
from logsched.schedule.run import ENDS, RUN_PARAMETERS, Run
from logsched.schedule.schedule import Schedule
from logsched.schedule.shapes import SHAPES
from logsched.schedule.texts import PIECES, read_params, read_text

LOGS = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".npy", ".npz")
ALL_PARAMETERS = {*ALIASES, *declared(Parameters)}.union(
    *(declared(shape) for shape in SHAPES.values())
)


class Spec(NamedTuple):
    """A schedule to be: its label, its shape, what its text sets, and what its table in a file."""

    label: str
    shape: str
    params: Mapping[str, Value]
    table: Mapping[str, Value]

    def schedule(self, settings: Settings, run: Run | None = None) -> Schedule:
        """The schedule: its text over the options over its table over what is below."""
        below, options = (_of_schedules(one) for one in (settings.below, settings.options))
        unit = "epoch" if run is None else run.unit
        params: dict[str, Value] = {}
        for layer in (below, self.table, options, self.params):
            params |= dict(own_name(name, value, unit) for name, value in layer.items())
        return Schedule(self.shape, run=run, **params)

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
    said = [name for name in ENDS if name in upper]
    if len(said) > 1:
        each = listed([f"{name} is {upper[name]}" for name in said])
        raise LogschedError(f"{each}, but only one of them can say where the run ends")
    ends = {*ENDS} if said else set()
    return {name: value for name, value in lower.items() if name not in ends} | dict(upper)


def _of_schedules(settings: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in settings.items() if name not in RUN_PARAMETERS}


def read_spec(text: str, tables: Mapping[str, Table] | None = None) -> Spec:
    """Read `[NAME=]SCHEDULE`: a shape with parameters, pieces, or a schedule of a file by name.

    Raises LogschedError for what it cannot mean.
    """
    tables = tables or {}
    if text in tables:
        return Spec(text, tables[text].shape, {}, tables[text].params)
    name, written = _named(text)
    if is_pieces(written):
        return Spec(check_label(name or PIECES), *read_text(written), {})
    start, colon, tail = written.partition(":")
    shape, table = tables.get(start, Table(start, {}))
    if shape not in SHAPES:
        raise _no_shape(text, shape, [*SHAPES, *tables])
    if colon and not tail:
        raise LogschedError(f"nothing follows the colon in schedule {shown(text)}")
    params = read_params(text, shape, tail.split(",") if colon else [])
    return Spec(check_label(name or text), shape, params, table)


def _named(text: str) -> tuple[str, str]:
    """NAME and what follows it: it ends at the first `=` before any colon or parenthesis."""
    head = re.split(r"[:(]", text, maxsplit=1)[0]
    name, equals, _ = head.partition("=")
    rest = text[len(name) + 1 :]
    begins = rest.partition(":")[0] in SHAPES or is_pieces(rest)
    return (name, rest) if equals and (begins or not is_pieces(text)) else ("", text)


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
