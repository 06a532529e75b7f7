"""What a task of a trial is, a model, its data, its score; and which tasks there are."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from logsched.base.declare import Declared, Value
from logsched.base.errors import LogschedError
from logsched.base.folder import Folder
from logsched.schedule.run import Run
from logsched.trial.lazy_torch import Tensor, require, torch
from logsched.trial.settings import Training

TASKS: Folder[type[Task]] = Folder(  # those that need no data of the user's come first
    "logsched.trial.tasks", "task", first=("digits", "ackley", "griewank", "rastrigin", "gan-ring")
)


class Player(NamedTuple):
    """Who descends in a step: its parameters, and from a batch its losses.

    The sum of the losses is descended, their mean is shown.
    """

    parameters: Sequence[Tensor]
    loss: Callable[[Any], Tensor]


@dataclass(frozen=True)
class Model:
    """A model from one seed: its network, its players in turn, batches of an epoch, its score."""

    net: Any  # torch.nn.Module
    players: Sequence[Player]
    batches: Callable[[int], Iterable[Any]]
    measure: Callable[[], float]


class Score(NamedTuple):
    """What tells how good a model is: its name, and a sentence on what it is."""

    name: str
    about: str


class Task(Declared):
    """Something to train, and options of its own, declared as fields."""

    name: ClassVar[str]
    score: ClassVar[Score]  # what `measure` of a model gives
    optimizer: ClassVar[str] = "sgd"  # the usual one
    rates: ClassVar[Mapping[str, float]] = {"sgd": 0.1, "adam": 0.001, "lbfgs": 0.1}
    weight_decay: ClassVar[float] = 0.0005  # of sgd; the paper's, §2.1
    cross_entropy: ClassVar[bool] = False  # whether the halting rule looks at the loss
    usual_steps: ClassVar[int] = 100  # of an epoch, where the data do not say
    schedules: ClassVar[tuple[str, ...]] = ()  # what is compared, if not what all tasks compare
    small: ClassVar[bool] = True  # more threads than one would only wait for each other
    extra: ClassVar[str] = "trial"  # of logsched, which brings what is needed:
    packages: ClassVar[Mapping[str, str]] = {"torch": "PyTorch"}  # by the name of the module

    training: Training

    def __init__(self, training: Training, /, **own: object) -> None:
        object.__setattr__(self, "training", training)
        self._settle(own, self)

    @classmethod
    def require(cls) -> None:
        """Raise MissingError where a package that the task needs is not installed."""
        require(cls.extra, **cls.packages)

    @classmethod
    def usual_options(cls, preset: str | None) -> dict[str, Value]:
        """What its options and those of training are where the user leaves them out."""
        return {"optimizer": cls.optimizer}

    @property
    def steps_per_epoch(self) -> int | None:
        """The steps that its data make of an epoch; None where the grid's may be any."""
        return None

    def usual_settings(self) -> dict[str, Value]:
        """What parameters and the grid are where the user leaves them out, if not the default."""
        return {
            "lr": self.rates[self.training.optimizer],
            "steps_per_epoch": self.steps_per_epoch or self.usual_steps,
        }

    def check(self, grid: Run) -> None:
        """Raise LogschedError where the grid has other steps than an epoch of the data."""
        if self.steps_per_epoch not in (None, grid.whole_steps):
            raise LogschedError(
                f"steps_per_epoch is {grid.whole_steps}, but an epoch of {self.name} has "
                f"{self.steps_per_epoch} steps: set steps_per_epoch {self.steps_per_epoch}, "
                "or change batch_size"
            )

    def picture(self) -> bytes:
        """A PNG of what is done to data before training. Raises LogschedError where nothing is."""
        raise LogschedError(f"preprocessing is of cifar10, but the task is {self.name}")

    @abstractmethod
    def model(self, seed: int, grid: Run) -> Model:
        """The model before training; the same for the same seed."""


def device_of(training: Training) -> Any:
    """The `torch.device` to train on. Raises LogschedError for a cuda that is not there."""
    there = torch.cuda.is_available()
    if training.device == "cuda" and not there:
        raise LogschedError("device is cuda, but PyTorch finds none here: use cpu or auto")
    return torch.device("cuda" if there and training.device != "cpu" else "cpu")


def generator_of(*numbers: int) -> Any:
    """A `torch.Generator` for a seed, an epoch, and what else tells one use from another."""
    import numpy as np

    (state,) = np.random.SeedSequence(numbers).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state) >> 1)
