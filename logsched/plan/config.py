"""Configuration files: TOML by hand, or a JSON file that `export` wrote."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from logsched.base.declare import Parameter, Value, declared
from logsched.base.errors import LogschedError, OutputError
from logsched.base.words import check_label, listed, shown, suggestion, unknown
from logsched.schedule.parameters import ALIASES, Parameters
from logsched.schedule.run import ENDS, RUN_PARAMETERS, Run
from logsched.schedule.schedule import Schedule
from logsched.schedule.settled import in_effect
from logsched.schedule.shapes import find_shape, owner_of
from logsched.schedule.units import UNITS

MOST = 16 * 2**20  # bytes of a file that is read whole
ARRAYS = re.compile(
    rb',"(?:epoch|step|token|sample)":\['
)  # what follows the settings in an exported file: it is not needed


class Table(NamedTuple):
    """A schedule of a file: its shape and the parameters that it sets."""

    shape: str
    params: Mapping[str, Value]


@dataclass(frozen=True)
class Config:
    """What a file sets: parameters for all schedules and the run, and schedules by name."""

    parameters: Mapping[str, Value] = field(default_factory=dict)
    schedules: Mapping[str, Table] = field(default_factory=dict)


def read_config(path: str) -> Config:
    """Read a TOML file or an exported JSON file.

    Raises OutputError where it cannot be read, and LogschedError, with file, table, key and rule,
    for what it cannot mean.
    """
    content = _parse(path, _head(path))
    schedules = content.pop("schedules", {})
    if not isinstance(schedules, dict):
        raise LogschedError(f"{path}: schedules must hold a table for each schedule")
    if schedules and isinstance(content.get("lr"), dict):  # an exported file: its arrays
        content = {key: content[key] for key in content if key not in (*UNITS, "lr")}
    content.pop("schema", None)
    content.pop("unit", None)
    ends = [name for name in ENDS if content.get(name) is not None]
    if len(ends) > 1:
        raise LogschedError(
            f"{path}: {listed(ends)} are given, but only one can say where the run ends"
        )
    known = {**declared(Parameters), **RUN_PARAMETERS}
    return Config(
        _checked(path, content, known),
        {name: _table(f"{path}, [schedules.{name}]", name, one) for name, one in schedules.items()},
    )


def _head(path: str) -> bytes:
    """The file up to an export's arrays, or the whole of a file that is not too large."""
    try:
        with open(path, "rb") as file:
            start = file.read(MOST + 1)
            size = max(len(start), os.fstat(file.fileno()).st_size)
    except OSError as error:
        raise OutputError(f"cannot read {path or shown(path)}: {error.strerror}") from None
    arrays = ARRAYS.search(start)
    if arrays and start.startswith(b"{"):
        return start[: arrays.start()] + b"}"
    if len(start) > MOST:
        raise LogschedError(f"{path} has {size} bytes, but a configuration has at most {MOST}")
    return start


def _parse(path: str, content: bytes) -> dict[str, Any]:
    import tomllib  # not needed by most runs

    try:
        text = content.decode("utf-8-sig")
        parsed = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise LogschedError(f"{path} is neither TOML nor JSON: {error}") from None
    return dict(parsed)


def _table(where: str, name: str, one: object) -> Table:
    if not isinstance(one, dict) or not isinstance(one.get("shape"), str):
        raise LogschedError(f"{where} must have a shape, as in shape = 'log'")
    settings = {key: value for key, value in one.items() if key not in ("shape", "params")}
    params = one.get("params", {})  # an exported file has them in a table of their own
    if not isinstance(params, dict):
        raise LogschedError(f"{where}: params must be a table of parameters")
    try:
        check_label(name)
        known = {**declared(find_shape(one["shape"])), **declared(Parameters)}
    except LogschedError as error:
        raise LogschedError(f"{where}: {error}") from None
    return Table(one["shape"], _checked(where, {**settings, **params}, known))


def _checked(
    where: str, settings: Mapping[str, object], known: Mapping[str, Parameter]
) -> dict[str, Value]:
    """Settings that keep their parameters' rules; what is null was left out."""
    checked = {}
    for key, value in settings.items():
        try:
            name = ALIASES[key][0] if key in ALIASES else key
            if name not in known:
                raise _misplaced(key, value, known)
            if value is not None:
                checked[key] = known[name].rule.check(key, value)
        except LogschedError as error:
            raise LogschedError(f"{where}: {error}") from None
    return checked


def _misplaced(key: str, value: object, known: Mapping[str, Parameter]) -> LogschedError:
    """The sentence about a key that has no meaning where it stands."""
    if key in RUN_PARAMETERS:
        return LogschedError(f"{key} is of the run: set it at the top of the file")
    if "epochs" not in known:  # in a schedule's table
        return unknown("parameter", key, known)
    if isinstance(value, dict) and not suggestion(key, ["schedules"]):
        return LogschedError(f"{shown(key)} is a table, but a schedule's is [schedules.{key}]")
    if key == "shape" or owner_of(key):
        owner = f"the shape {owner_of(key)}" if owner_of(key) else "a schedule"
        return LogschedError(f"{shown(key)} is of {owner}: set it in a table [schedules.NAME]")
    return unknown("parameter", key, [*known, "schedules"])


def as_set(run: Run) -> dict[str, Value]:
    """What makes a run, as a file has it."""
    connected = {"steps_per_epoch": run.steps_per_epoch or 1} if run.unit == "epoch" else {}
    return {**run.given, **connected}


def as_tables(schedules: Mapping[str, Schedule]) -> dict[str, Any]:
    """Schedules as an exported file has them: by label, as they were set."""
    return {label: as_table(one) for label, one in schedules.items()}


def as_table(schedule: Schedule) -> dict[str, Any]:
    """A schedule's shape and its parameters, null where they were left out."""
    return {"shape": schedule.shape.name, "params": dict(schedule.params)}


def as_toml(schedules: Mapping[str, Schedule], grid: Run) -> str:
    """The settings in effect as a file that reads back to the same schedules."""
    lines = [f"{name} = {value}" for name, value in as_set(grid).items()]
    for label, schedule in schedules.items():
        lines += ["", f"[schedules.{_quoted(label)}]", f'shape = "{schedule.shape.name}"']
        its = {**in_effect(schedule), **{k: v for k, v in schedule.params.items() if v is not None}}
        its = {name: its[name] for name in its if name in schedule.uses | schedule.given}
        lines += [f"{name} = {_toml(value)}" for name, value in its.items() if value is not None]
    return "".join(f"{line}\n" for line in lines)


def _toml(value: Value) -> str:
    return _quoted(value) if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
