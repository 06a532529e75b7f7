"""What tests of trials share: small trials, and results that nobody trained."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from typing import NamedTuple

from commands import PATIENCE

from logsched import Schedule
from logsched.plan.plan import Plan
from logsched.schedule.run import Run
from logsched.trial.results import Record, Results, read_record
from logsched.trial.saving import Saving
from logsched.trial.settings import Training
from logsched.trial.task import TASKS

NO_TORCH = "PyTorch is not installed: pip install 'logsched[trial]'"
SHORT = {"warmup": 1, "decay": 1, "restart_interval": 1}
OWN_DATA = [name for name, kind in TASKS.items() if kind.extra == "trial"]  # none of the user's
SMALL = {  # the options that make tasks quick
    "digits": {"batch_size": 500},
    "ackley": {"starts": 20},
    "griewank": {"starts": 20},
    "rastrigin": {"starts": 20},
    "gan-ring": {"batch_size": 16},
}


def make_task(name, training=None, **own):
    """A task by its name, with few examples."""
    return TASKS[name](Training(**(training or {})), **{**SMALL.get(name, {}), **own})


def make_grid(task, epochs=3):
    return Run(epochs=epochs, steps_per_epoch=task.steps_per_epoch or 4)


def make_plan(task, *shapes, epochs=3, **parameters):
    """Schedules that restart soon, at the task's usual rate, on a short grid."""
    rate = task.rates[task.training.optimizer]
    schedules = {shape: Schedule(shape, **{"lr": rate, **SHORT, **parameters}) for shape in shapes}
    return Plan(schedules, make_grid(task, epochs))


NOTHING = Saving()


def train(task, *shapes, saving=NOTHING, **options):
    """A whole trial in this process."""
    from logsched.trial.running import train_all

    return train_all(task, make_plan(task, *shapes, **options), saving)


def told(records):
    """All that is recorded but the time it took; the text of a float tells all of its bits."""
    return [repr(asdict(record) | {"seconds": 0}) for record in records]


def told_in(text):
    """The same of a trial's JSON."""
    return told([read_record(run) for run in json.loads(text)["runs"]])


def made(losses, *, task="digits", score="accuracy", steps=2, halted=None, epochs=3, **settings):
    """Results with these losses, by label and seed; the score of an epoch is half its number."""
    schedules = {label: Schedule(label.partition(":")[0], **SHORT) for label in losses}
    grid = Run(epochs=epochs, steps_per_epoch=steps)
    records = [
        Record(
            label,
            seed,
            loss=[*map(float, run)],
            lr=schedules[label](grid.slice(0, len(run))).tolist(),
            scores=[epoch / 2 for epoch in range(-(-len(run) // steps))],
            halted=halted,
        )
        for label, each in losses.items()
        for seed, run in enumerate(each)
    ]
    its = {"optimizer": "sgd", **settings}
    return Results(task, score, its, Plan(schedules, grid), records)


class Killed(NamedTuple):
    """What a process printed before it ended, and how it ended."""

    stdout: str
    stderr: str
    returncode: int


def kill(folder, *args, sent=signal.SIGKILL, file="results.json", after=0.3):
    """Run a trial with its checkpoints in a folder; send it a signal soon after a file is there."""
    command = [sys.executable, "-m", "logsched", "trial", *args, "--checkpoint", str(folder)]
    process = subprocess.Popen(command, stdout=-1, stderr=-1, text=True)
    until = time.monotonic() + PATIENCE
    while not (folder / file).exists() and time.monotonic() < until and process.poll() is None:
        time.sleep(0.01)
    time.sleep(after)
    process.send_signal(sent)
    out, err = process.communicate(timeout=PATIENCE)
    return Killed(out, err, process.returncode)
