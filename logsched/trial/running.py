"""A trial: the same model from the same seeds under each schedule of a run."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from logsched.errors import LogschedError
from logsched.outputs import console, files
from logsched.outputs.progress import bar
from logsched.parameters import Value, settings_of
from logsched.run import Run
from logsched.trial import checkpoints
from logsched.trial.extras import torch
from logsched.trial.keeping import Keeping
from logsched.trial.results import Record, Results, to_json
from logsched.trial.task import Task, device_of
from logsched.trial.training import Trainee

LONG = 60.0  # seconds that are worth an estimate
GREATEST = 1e38  # rate: float32 ends soon after it
FIRST, TIMED = 3, 5  # steps before the estimate: some that warm up, some that are timed


def train_all(task: Task, run: Run, keeping: Keeping) -> Results:
    """Train all, and save after each epoch what is to be kept.

    Raises LogschedError for what cannot be trained or gone on from, before any training.
    """
    task.check(run.grid)
    if task.small:
        torch.set_num_threads(1)
    _check_rates(run)
    if keeping.folder is not None:
        files.make_folder(keeping.folder)
    seeds = _seeds(task, keeping)
    records: list[Record] = []
    results = Results(task.name, task.score, _settings(task), run, records)
    count = len(seeds) * len(run.schedules)
    with _memory(), bar("steps", count * run.grid.size, long=1) as advance:
        estimate = Estimate(task, run, count)
        for trainee in _trainees(task, run, seeds, keeping):
            records.append(trainee.record)
            advance(len(trainee.record.loss))

            def watch() -> None:
                advance(1)
                estimate.step()

            _train(trainee, watch, results, keeping)
    return results


def _check_rates(run: Run) -> None:
    """Raise LogschedError for an lr of 0, of which no rate is a multiple, and for extreme rates."""
    for label, schedule in run.schedules.items():
        schedule.factor(0.0)
        greatest = max(schedule.rates_in_order(block).max() for block in run.grid.all_blocks())
        if greatest > GREATEST:
            raise LogschedError(
                f"the rate of {label} reaches {greatest:.6g}, but a trial goes to {GREATEST:g}"
            )


def _seeds(task: Task, keeping: Keeping) -> Sequence[int]:
    """From 0 on; that of the run from whose file others go on."""
    if keeping.source is None or os.path.isdir(keeping.source):
        return range(task.training.seeds)
    return [checkpoints.read(keeping.source).record.seed]


def _trainees(task: Task, run: Run, seeds: Sequence[int], keeping: Keeping) -> Iterator[Trainee]:
    """Each run in turn, where it begins or goes on: all schedules of a seed, then the next one."""
    for seed in seeds:
        for label, schedule in run.schedules.items():
            trainee = Trainee(task, run.grid, schedule, Record(label, seed))
            saved = keeping.source and checkpoints.find(keeping.source, label, seed)
            if saved and checkpoints.resume(trainee, saved):
                console.say(
                    f"Note: {label}, seed {seed}, goes on from epoch {saved.epochs} of "
                    f"{saved.path} under another schedule"
                )
            yield trainee


def _train(trainee: Trainee, watch: Callable[[], Any], results: Results, keeping: Keeping) -> None:
    _keep(trainee, results, keeping)
    while not trainee.over:
        trainee.train_epoch(watch)
        _keep(trainee, results, keeping)


def _keep(trainee: Trainee, results: Results, keeping: Keeping) -> None:
    if keeping.folder is not None:
        checkpoints.save(trainee, keeping.folder)
    for path in keeping.files:
        files.write([to_json(results)], path)


@contextmanager
def _memory() -> Iterator[None]:
    """Raise MemoryError where PyTorch raises what it raises for want of memory."""
    try:
        yield
    except RuntimeError as error:
        if "memory" in str(error):
            raise MemoryError from None
        raise


def _settings(task: Task) -> dict[str, Value]:
    """What a trial was asked for, as its results tell."""
    return settings_of(task.training) | settings_of(task)


class Estimate:
    """Says, after the first steps of a long trial, how long it will take and with how much memory.

    The step at which it speaks is early: nothing long has been lost if it is too long.
    """

    def __init__(self, task: Task, run: Run, count: int) -> None:
        self.task, self.run, self.count = task, run, count
        self.steps, self.start = 0, 0.0

    def step(self) -> None:
        """Count a step; speak after the last of those that are timed."""
        self.steps += 1
        if self.steps == FIRST:
            self.start = perf_counter()
        elif self.steps == FIRST + TIMED:
            self._say((perf_counter() - self.start) / TIMED)

    def _say(self, seconds: float) -> None:
        grid, runs = self.run.grid, "the run" if self.count == 1 else f"{self.count} runs"
        epoch, epochs = seconds * grid.steps_per_epoch, grid.epochs * self.count
        if epoch * epochs > LONG:
            memory = f"{self._memory() / 1e9:.2g} GB of memory"
            whole = f"; all {epochs} epochs of {runs} about {duration(epoch * epochs)}"
            console.say(
                f"An epoch takes about {duration(epoch)} and {memory}{whole if epochs > 1 else ''}"
            )

    def _memory(self) -> int:
        """The most bytes that were in use so far, on the device that trains."""
        if device_of(self.task.training).type == "cuda":
            return int(torch.cuda.max_memory_allocated())
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def duration(seconds: float) -> str:
    """A time in words: 8 s, 12 min, 3 h 20 min."""
    if seconds < 99.5:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
