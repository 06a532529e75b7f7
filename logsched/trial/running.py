"""A trial: the same model from the same seeds under each schedule of a plan."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from time import perf_counter

from logsched.base import console, files
from logsched.base.declare import settings_of
from logsched.base.errors import LogschedError
from logsched.base.progress import bar
from logsched.base.words import listed
from logsched.plan.plan import Plan
from logsched.trial import checkpoints
from logsched.trial.checkpoints import Checkpoint
from logsched.trial.lazy_torch import torch, want_of_memory
from logsched.trial.results import Record, Results, to_json
from logsched.trial.saving import Saving
from logsched.trial.task import Task, device_of
from logsched.trial.training import Trainee, Watch

LONG = 60.0  # seconds that are worth an estimate
GREATEST = 1e38  # rate: float32 ends soon after it
FIRST, TIMED = 3, 5  # steps before the estimate: some that warm up, some that are timed


Find = Callable[[str, int], Checkpoint | None]
"""From a label and a seed the checkpoint from which that run goes on."""


def train_all(task: Task, plan: Plan, saving: Saving) -> Results:
    """Train all, and save after each epoch what is to be kept.

    Raises LogschedError for what cannot be trained or gone on from, before any training.
    """
    task.check(plan.grid)
    device_of(task.training)
    _check_rates(plan)
    _note_warmup(plan)
    seeds, find = _source(task, saving)
    if saving.source is not None:
        with want_of_memory():
            _check_source(task, plan, seeds, find)
    if saving.folder is not None:
        files.make_folder(saving.folder)
    if task.small:
        torch.set_num_threads(1)
    results = Results(
        task.name, task.score.name, settings_of(task.training) | settings_of(task), plan, []
    )
    trainees = (_begun(task, plan, find, label, seed) for seed in seeds for label in plan.schedules)
    _train_each(trainees, Estimate(task, plan, len(seeds) * len(plan.schedules)), results, saving)
    return results


def _train_each(
    trainees: Iterable[Trainee], estimate: Estimate, results: Results, saving: Saving
) -> None:
    """Train one after another."""
    steps = estimate.count * results.plan.grid.size
    with want_of_memory(), bar("steps", steps, long=1) as advance:

        def watch() -> None:
            advance(1)
            estimate.step()

        for trainee in trainees:
            advance(len(trainee.record.loss))
            results.records.append(trainee.record)
            _train(trainee, watch, results, saving)


def _check_rates(plan: Plan) -> None:
    """Raise LogschedError for an lr of which a rate is no multiple, and for extreme rates."""
    for label, schedule in plan.schedules.items():
        greatest = max(
            schedule.factor(block).max() * schedule.lr for block in plan.grid.all_blocks()
        )
        if greatest > GREATEST:
            raise LogschedError(
                f"the rate of {label} reaches {greatest:.6g}, but a trial goes to {GREATEST:g}"
            )


def _note_warmup(plan: Plan) -> None:
    """Say so where a comparison of several schedules never gets to what tells them apart."""
    last = plan.grid.last
    labels = [label for label, its in plan.schedules.items() if its.part_at(last).name == "warmup"]
    if len(labels) > 1:
        console.say(
            f"Note: the whole run is warmup for {listed(labels)}: "
            "take more epochs, or a shorter warmup"
        )


def _source(task: Task, saving: Saving) -> tuple[Sequence[int], Find]:
    """The seeds, from 0 on, and where runs go on from; all from one file, with its seed.

    That file is read once: the first run may take its place.
    """
    seeds = range(task.training.seeds)
    if saving.source is None:
        return seeds, lambda label, seed: None
    if os.path.isdir(saving.source):
        return seeds, partial(checkpoints.find, saving.source)
    saved = checkpoints.read(saving.source)
    return [saved.record.seed], lambda label, seed: saved


def _check_source(task: Task, plan: Plan, seeds: Sequence[int], find: Find) -> None:
    """Raise LogschedError where a run cannot go on; checkpoints are read one after another."""
    spare: Trainee | None = None  # a model that is loaded with each, and never trained
    for seed in seeds:
        for label, schedule in plan.schedules.items():
            if saved := find(label, seed):
                checkpoints.check(saved, task, plan.grid, seed)
                spare = spare or Trainee(task, plan.grid, schedule, Record(label, seed))
                checkpoints.rehearse(spare, saved)


def _begun(task: Task, plan: Plan, find: Find, label: str, seed: int) -> Trainee:
    """A run where it begins or goes on."""
    trainee = Trainee(task, plan.grid, plan.schedules[label], Record(label, seed))
    saved = find(label, seed)
    if saved and checkpoints.resume(trainee, saved):
        console.say(
            f"Note: {label}, seed {seed}, goes on from epoch {saved.epochs} of "
            f"{saved.path} under another schedule"
        )
    return trainee


def _train(trainee: Trainee, watch: Watch, results: Results, saving: Saving) -> None:
    _save(trainee, results, saving)
    while not trainee.over:
        trainee.train_epoch(watch)
        _save(trainee, results, saving)


def _save(trainee: Trainee, results: Results, saving: Saving) -> None:
    if saving.folder is not None:
        checkpoints.save(trainee, saving.folder)
    for path in saving.files:
        files.write([to_json(results)], path)


class Estimate:
    """Says, after the first steps of a long trial, how long it will take and with how much memory.

    The step at which it speaks is early: nothing long has been lost if it is too long.
    """

    def __init__(self, task: Task, plan: Plan, count: int) -> None:
        self.task, self.plan, self.count = task, plan, count
        self.steps, self.start = 0, 0.0

    def step(self) -> None:
        """Count a step; speak after the last of those that are timed."""
        self.steps += 1
        if self.steps == FIRST:
            self.start = perf_counter()
        elif self.steps == FIRST + TIMED:
            self._say((perf_counter() - self.start) / TIMED)

    def _say(self, seconds: float) -> None:
        grid, runs = self.plan.grid, "the run" if self.count == 1 else f"{self.count} runs"
        epoch, epochs = seconds * grid.whole_steps, grid.whole_epochs * self.count
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
        unit = 1 if sys.platform == "darwin" else 1024  # of what the system tells
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def duration(seconds: float) -> str:
    """A time in words: 8 s, 12 min, 3 h 20 min."""
    if seconds < 99.5:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
