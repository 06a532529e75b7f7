"""The options of `trial`: those of training, and those of the tasks, from their declarations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from logsched.base.declare import Parameter, Value, declared
from logsched.base.errors import LogschedError
from logsched.base.words import listed
from logsched.trial.settings import Training
from logsched.trial.task import TASKS, Task

LEFT_OUT = {"lr": "what suits the task and optimizer", "steps_per_epoch": "what suits the task"}


def _of_tasks() -> dict[str, Parameter]:
    """Each option of tasks, as the first one that has it declares it.

    What it is where it is left out is told of every task in which that differs.
    """
    found: dict[str, Parameter] = {}
    usual: dict[str, str] = {}
    for task, kind in TASKS.items():
        for name, its in declared(kind).items():
            known = found.setdefault(name, its)
            if its.left_out != usual.setdefault(name, its.left_out):
                left_out = f"{known.left_out}; of {task} {its.left_out}"
                found[name] = replace(known, left_out=left_out)
    return found


OPTIONS: Mapping[str, Parameter] = {**_of_tasks(), **declared(Training)}


def prepare(given: dict[str, Any], texts: Mapping[str, str | None]) -> Mapping[str, Value]:
    """Put the task itself in the place of its name; say what it sets where nobody else does.

    Raises LogschedError for a task or an option that cannot be, or not together.
    """
    name = given["task"]
    if given["results"]:
        _only_drawn({**given, **texts})
        return {}
    if name is None:
        raise LogschedError(f"task is missing: name one of {', '.join(TASKS)}")
    task = make_task(TASKS.find(name), given["preset"], texts)
    given["task"] = task
    if not given["schedules"] and given["config"] is None:
        given["schedules"] = [*task.schedules]
    return task.usual_settings()


def _only_drawn(given: Mapping[str, Any]) -> None:
    """Raise LogschedError where more is given than what says how to draw saved results."""
    for name, value in given.items():
        if name not in ("results", "file", "by", "log_y", "format") and value:
            raise LogschedError(f"--from draws results that are there: {name} has no use then")


def make_task(kind: type[Task], preset: str | None, texts: Mapping[str, str | None]) -> Task:
    """A task with the options that are given as texts, over those of a preset."""
    set_ = {
        name: OPTIONS[name].rule.parse(name, text)
        for name, text in texts.items()
        if text is not None and name in OPTIONS
    }
    for name in set_:
        if name not in {**declared(Training), **declared(kind)}:
            owners = [task for task, other in TASKS.items() if name in declared(other)]
            raise LogschedError(f"{name} is of {listed(owners)}, but the task is {kind.name}")
    kind.require()
    set_ = {**kind.usual_options(preset), **set_}
    of_training = {name: value for name, value in set_.items() if name in declared(Training)}
    own = {name: value for name, value in set_.items() if name in declared(kind)}
    return kind(Training(**of_training), **own)
