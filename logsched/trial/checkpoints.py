"""Checkpoints: the state of a run after each epoch that went well, in a file of a folder.

They hold tensors, numbers and texts only, and are loaded with `weights_only`: no code runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from logsched.base import files
from logsched.base.declare import Value, declared
from logsched.base.errors import LogschedError, OutputError
from logsched.plan.config import as_table
from logsched.schedule.run import Run
from logsched.schedule.schedule import Schedule
from logsched.trial.lazy_torch import Tensor, torch, want_of_memory
from logsched.trial.results import Record, read_record
from logsched.trial.task import Task
from logsched.trial.training import Trainee

SCHEMA = 1


@dataclass(frozen=True)
class Checkpoint:
    """What a file holds: of what a run it is, its record, and the state after so many epochs."""

    path: str
    trained: Mapping[str, Value | None]
    schedule: Schedule
    record: Record
    epochs: int
    state: Mapping[str, Any]


def path_of(folder: str, record: Record) -> str:
    """The file of a run; the labels that a file's name cannot hold are told apart by a hash."""
    name = files.name_of(record.label)
    if name != record.label:
        name = files.name_of(record.label, apart=True)
    return os.path.join(folder, f"{name}-seed{record.seed}.pt")


def save(trainee: Trainee, folder: str) -> None:
    """Write the state of a run; one that was halted keeps the state before its last epoch."""
    path = path_of(folder, trainee.record)
    if trainee.record.halted is None:
        content = {
            "schema": SCHEMA,
            "trained": trained(trainee.task, trainee.grid),
            "epochs": trainee.record.epochs,
            "net": trainee.model.net.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in trainee.optimizers],
        }
    else:
        content = dict(trainee.before or _load(path))
    content |= {"schedule": as_table(trainee.schedule), "record": trainee.record.as_table()}
    file = BytesIO()
    torch.save(content, file)
    files.write([file.getvalue()], path)
    trainee.before = None


def trained(task: Task, grid: Run) -> dict[str, Value | None]:
    """What a run has to share with another that goes on from its state: all but paths of files."""
    shared = [name for name, its in declared(type(task)).items() if not its.rule.text]
    return {
        "task": task.name,
        "optimizer": task.training.optimizer,
        "steps_per_epoch": grid.whole_steps,
        **{name: getattr(task, name) for name in shared},
    }


def read(path: str) -> Checkpoint:
    """Read a checkpoint. Raises OutputError where there is none."""
    content = _load(path)
    try:
        return _read(path, content)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise OutputError(f"{path} is no checkpoint of a trial that this version reads") from None


def _read(path: str, content: Mapping[str, Any]) -> Checkpoint:
    schema, shape, epochs = content["schema"], content["schedule"], content["epochs"]
    record = read_record(content["record"])
    if schema != SCHEMA or epochs not in range(record.epochs + 1):
        raise ValueError
    schedule = Schedule(shape["shape"], **shape["params"])
    return Checkpoint(path, dict(content["trained"]), schedule, record, epochs, content)


def _load(path: str) -> dict[str, Any]:
    """What a file holds; PyTorch does not compare the checksums that it writes."""
    try:
        with open(path, "rb") as file:
            if (damaged := ZipFile(file).testzip()) is not None:
                raise BadZipFile(damaged)
            file.seek(0)
            loaded = torch.load(file, map_location="cpu", weights_only=True)
        return dict(loaded)
    except OSError as error:
        raise OutputError(f"cannot read {path}: {error.strerror}") from None
    except Exception:  # whatever a damaged file makes of it
        raise OutputError(f"{path} is no checkpoint of a trial, or is damaged") from None


def find(folder: str, label: str, seed: int) -> Checkpoint | None:
    """The checkpoint of a run in a folder, if there is one."""
    path = path_of(folder, Record(label, seed))
    return read(path) if Path(path).exists() else None


def resume(trainee: Trainee, saved: Checkpoint) -> bool:
    """Go on from a checkpoint, whether with its schedule or another; say whether with another.

    A run that was halted stays so under the same schedule, and goes on under another. Raises
    OutputError for the state of another model.
    """
    label, seed = trainee.record.label, trainee.record.seed
    trainee.record = Record(**{**asdict(saved.record), "label": label, "seed": seed})
    other = saved.schedule != trainee.schedule
    if other or saved.record.halted is None:
        trainee.record.cut(saved.epochs * trainee.grid.whole_steps, saved.epochs)
    with _same_model(saved):
        _load_state(trainee, saved)
    trainee.before = saved.state
    trainee.follow()
    return other


def _load_state(trainee: Trainee, saved: Checkpoint) -> None:
    trainee.model.net.load_state_dict(saved.state["net"])
    for optimizer, state in zip(trainee.optimizers, saved.state["optimizers"], strict=True):
        optimizer.load_state_dict(deepcopy(state))  # it would train these tensors themselves


@contextmanager
def _same_model(saved: Checkpoint) -> Iterator[None]:
    """Raise OutputError where the state of a checkpoint does not fit the task's model."""
    try:
        with want_of_memory():
            yield
    except (RuntimeError, LookupError, TypeError, ValueError, AttributeError):
        raise OutputError(f"{saved.path} is of another model than this task's") from None


def rehearse(trainee: Trainee, saved: Checkpoint) -> None:
    """Raise OutputError where a run could not go on from a checkpoint's state. Spoils the trainee.

    Whether what an optimizer remembers fits shows only in a step: each takes one, without data.
    """
    with _same_model(saved):
        _load_state(trainee, saved)
        for optimizer, player in zip(trainee.optimizers, trainee.model.players, strict=True):
            optimizer.step(partial(_sum, optimizer, player.parameters))


def _sum(optimizer: Any, weights: Sequence[Tensor]) -> Tensor:
    """A loss that needs no data: the sum of the weights, with its gradient."""
    optimizer.zero_grad()
    whole = sum(weight.sum() for weight in weights)
    whole.backward()
    return whole


def check(saved: Checkpoint, task: Task, grid: Run, seed: int) -> None:
    """Raise LogschedError where a checkpoint is of another task, optimizer, grid or seed."""
    its = trained(task, grid) | {"seed": seed}
    known = {**saved.trained, "seed": saved.record.seed}
    for name, here in its.items():
        if known.get(name) != here:
            there = known.get(name)
            raise LogschedError(f"{name} is {here}, but in the checkpoint {saved.path} {there}")
    if saved.epochs > grid.whole_epochs:
        raise LogschedError(
            f"epochs is {grid.whole_epochs}, but the checkpoint {saved.path} is after "
            f"{saved.epochs}"
        )
