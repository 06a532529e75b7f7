"""What trials bring: the loss and rate of every step, the score of every epoch; as JSON too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from typing import Any, NamedTuple

import numpy as np
import orjson

from logsched.base import files
from logsched.base.errors import LogschedError, OutputError
from logsched.base.lazy import Floats
from logsched.base.words import check_label
from logsched.plan.config import as_tables
from logsched.plan.plan import Plan
from logsched.schedule.run import Run
from logsched.schedule.schedule import Schedule

SCHEMA = 1
SAVED = {"scores": "score"}  # what files call a list of a record otherwise
READ = {name: own for own, name in SAVED.items()}
MOST = 2**31  # bytes of a file that is read


@dataclass
class Record:
    """One run: loss and rate by step, scores by epoch; the epoch at which it was halted, if any.

    A loss that is not finite is nan.
    """

    label: str
    seed: int
    loss: list[float] = field(default_factory=list)
    lr: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    halted: int | None = None
    seconds: float = 0.0

    @property
    def epochs(self) -> int:
        """The epochs that are over."""
        return len(self.scores)

    def cut(self, steps: int, epochs: int) -> None:
        """Forget what came after so many steps and epochs."""
        self.loss, self.lr, self.scores = self.loss[:steps], self.lr[:steps], self.scores[:epochs]
        self.halted = None

    def as_table(self) -> dict[str, Any]:
        """What files have of it."""
        return {SAVED.get(name, name): value for name, value in vars(self).items()}


@dataclass(frozen=True)
class Results:
    """All runs of a trial: its task and settings, its schedules and their grid, its records."""

    task: str
    score_name: str
    settings: Mapping[str, Any]
    plan: Plan
    records: list[Record]

    def of(self, label: str) -> list[Record]:
        """The records of a schedule, a seed each, as far as they have begun."""
        return [record for record in self.records if record.label == label and record.loss]

    def by_epoch(self, record: Record) -> Floats:
        """The mean loss of each epoch, `(epochs,)`; of one that was cut short, of what there is."""
        steps = self.plan.grid.whole_steps
        losses = _floats(record.loss)
        with np.errstate(all="ignore"):
            means = [losses[at : at + steps].mean() for at in range(0, losses.size, steps)]
        return _floats(means)


class Spread(NamedTuple):
    """A mean over seeds, and the standard deviation of the seeds."""

    mean: float
    deviation: float


class Summary(NamedTuple):
    """What is told of a schedule: losses are means of epochs, `mean_loss` of all steps."""

    final_loss: Spread
    best_loss: Spread
    best_epoch: Spread
    mean_loss: Spread
    score: Spread
    halted: list[int]  # the epochs of the runs that were


def summarise(results: Results, label: str) -> Summary:
    """The runs of one schedule in numbers."""
    rows, records = [], results.of(label)
    for record in records:
        losses = results.by_epoch(record)
        best = int(np.nanargmin(losses)) if np.isfinite(losses).any() else 0
        score = record.scores[-1] if record.scores else nan
        with np.errstate(all="ignore"):
            mean = float(_floats(record.loss).mean())
        rows.append((losses[-1], losses[best], best, mean, score))
    final, least, at, whole, scores = (spread(column) for column in zip(*rows, strict=True))
    halted = [record.halted for record in records if record.halted is not None]
    return Summary(final, least, at, whole, scores, halted)


def spread(values: Sequence[float]) -> Spread:
    """Mean and standard deviation (n - 1) of the runs."""
    with np.errstate(all="ignore"):
        deviation = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
        return Spread(float(np.mean(values)), deviation)


def _floats(numbers: Sequence[float]) -> Floats:
    return np.asarray(numbers, dtype=np.float64)


# As a file.


def to_json(results: Results) -> bytes:
    """Everything, so that it can be drawn again; a loss that is not finite is null."""
    grid = results.plan.grid
    whole = {
        "schema": SCHEMA,
        "task": results.task,
        "score": results.score_name,
        "settings": dict(results.settings),
        "epochs": grid.whole_epochs,
        "steps_per_epoch": grid.whole_steps,
        "schedules": as_tables(results.plan.schedules),
        "runs": [record.as_table() for record in results.records],
    }
    return orjson.dumps(whole) + b"\n"


def read_results(path: str) -> Results:
    """The results that a file holds. Raises OutputError where it cannot be read or holds none."""
    content = files.read(path, MOST, "results are not")
    try:
        return _read(orjson.loads(content))
    except LogschedError as error:
        raise LogschedError(f"{path}: {error}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise OutputError(f"{path} does not hold the results of a trial as JSON") from None


def _read(whole: Any) -> Results:
    if whole["schema"] != SCHEMA:
        raise LogschedError(f"schema is {whole['schema']}, but this version reads {SCHEMA}")
    schedules = {
        check_label(label): Schedule(table["shape"], **table["params"])
        for label, table in whole["schedules"].items()
    }
    if not schedules:
        raise LogschedError("there is no schedule in it")
    grid = Run(epochs=whole["epochs"], steps_per_epoch=whole["steps_per_epoch"])
    records = [read_record(table) for table in whole["runs"]]
    if {record.label for record in records} - set(schedules):
        raise LogschedError("a run's label is none of the schedules")
    if any(len(run.loss) > grid.size or run.epochs > grid.whole_epochs for run in records):
        raise LogschedError(f"a run has more than {grid.whole_epochs} epochs")
    task, score = check_label(whole["task"]), check_label(whole["score"])
    return Results(task, score, dict(whole["settings"]), Plan(schedules, grid), records)


def read_record(whole: Mapping[str, Any]) -> Record:
    """A record from what `as_table` makes of one. Raises LogschedError for all else."""
    try:
        record = Record(**{READ.get(name, name): value for name, value in whole.items()})
        numbers = map(_numbers, (record.loss, record.lr, record.scores, [record.seconds]))
        record.loss, record.lr, record.scores, [record.seconds] = numbers
        whole_numbers = type(record.seed) is int and isinstance(record.halted, int | None)
        if not isinstance(record.label, str) or not whole_numbers:
            raise TypeError
    except (TypeError, ValueError, AttributeError):
        raise LogschedError("a run is not as a trial writes it") from None
    check_label(record.label)
    if len(record.loss) != len(record.lr):
        raise LogschedError(f"a run has {len(record.loss)} losses and {len(record.lr)} rates")
    return record


def _numbers(found: Sequence[float | None]) -> list[float]:
    return [nan if number is None else float(number) for number in found]
