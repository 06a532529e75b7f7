"""Tasks are what their folder holds: a file more is a task more, with options of its own."""

import json

import pytest
from small import NO_TORCH

from logsched.trial.task import TASKS

BOWL = '''
"""A bowl."""

from logsched.base.declare import POSITIVE, parameter
from logsched.trial.lazy_torch import torch
from logsched.trial.settings import batch_size_parameter
from logsched.trial.task import Model, Player, Score, Task


class Bowl(Task):
    """steep x^2, from 1."""

    name = "bowl"
    score = Score("depth", "Depth: how far from the bottom.")
    weight_decay = 0.0

    steep: float = parameter("how steep it is", POSITIVE, 0.5)
    batch_size: int = batch_size_parameter(7)

    def model(self, seed, grid):
        x = torch.nn.Parameter(torch.ones(()))
        return Model(
            net=torch.nn.ParameterList([x]),
            players=[Player([x], lambda batch: self.steep * x.square())],
            batches=lambda epoch: range(grid.steps_per_epoch),
            measure=lambda: float(x.detach()),
        )


TASK = Bowl
'''


@pytest.fixture
def trial(run, package):
    """`trial` of a package that has one file more, in a real process."""
    (package / "trial" / "tasks" / "bowl.py").write_text(BOWL)
    return lambda *args: run("trial", *args)


def test_the_tasks_come_in_the_order_in_which_help_lists_them():
    assert list(TASKS) == ["digits", "ackley", "griewank", "rastrigin", "gan-ring", "cifar10"]


@pytest.mark.parametrize("name", TASKS)
def test_a_task_knows_its_name(name):
    """Results are saved with it."""
    assert TASKS[name].name == name


def test_a_new_file_is_a_new_task_in_the_help(trial):
    """With its options, and what they are where they are left out."""
    told = " ".join(trial("--help").stdout.split())
    assert ", gan-ring, bowl, cifar10 " in told
    assert "--steep NUMBER how steep it is [default: 0.5]" in told
    assert "[default: 128, with adam 32; of gan-ring 256; of bowl 7]" in told


def test_it_is_named_by_its_errors(trial):
    assert "did you mean 'bowl'?" in trial("bowls").stderr
    said = "Error: steep is of bowl, but the task is ackley.\n"
    assert trial("ackley", "--steep", "2").stderr == said


def test_it_trains(trial):
    """By gradient descent down a parabola: x halves in each step of rate 0.5."""
    pytest.importorskip("torch", reason=NO_TORCH)
    grid = ["--epochs", "1", "--steps-per-epoch", "1", "--lr", "0.5"]
    done = trial("bowl", "constant", *grid)
    assert (done.stderr, done.returncode) == ("", 0)
    assert "Depth: how far from the bottom." in done.stdout
    results = json.loads(trial("bowl", "constant", *grid, "--format", "json").stdout)
    assert results["settings"]["steep"] == 0.5
    assert results["runs"][0]["score"] == [0.5]
