"""What functions with many minima share: hundreds of starts that descend at once (paper 1.2)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from functools import partial
from typing import Any, ClassVar

from logsched.base.declare import NOT_NEGATIVE, Rule, parameter
from logsched.schedule.run import Run
from logsched.trial.lazy_torch import Tensor, torch
from logsched.trial.settings import COUNT
from logsched.trial.task import Model, Player, Score, Task, device_of, generator_of

DIM = Rule("a whole number from 1 to 1000", lambda number: 1 <= number <= 1000, whole=True)


class Landscape(Task):
    """A function of z = x - o, whose least value is 0, at an optimum o that the seed decides.

    The starts x are uniform on the function's usual domain, o on its inner half: were it in the
    middle, whatever pulls towards 0 would find it.
    """

    score = Score(
        "global basin", "Global basin: the share of starts that end in the pit of the least value."
    )
    weight_decay = 0.0  # it would pull towards 0
    width: ClassVar[float]  # the domain is from -width to width in every dimension
    roughness: ClassVar[float]  # the usual noise: of the order of the slopes between pits

    dim: int = parameter("dimensions of the function", DIM, 2)
    starts: int = parameter("starts, which descend side by side", COUNT, 300)
    noise: float = parameter(
        "standard deviation of what is added to each component of a gradient, as batches do",
        NOT_NEGATIVE,
        lambda its: its.roughness,
        left_out="2 of ackley, 0.3 of griewank, 20 of rastrigin",
    )

    @abstractmethod
    def value(self, z: Tensor) -> Tensor:
        """The function at `(starts, dim)` points; `(starts,)` float64."""

    @abstractmethod
    def basin(self) -> Tensor | float:
        """Half the width of the optimum's basin in each dimension, `(dim,)` or a number."""

    def model(self, seed: int, grid: Run) -> Model:
        draw = generator_of(seed)
        optimum = self._uniform(1, self.width / 2, draw)
        x = torch.nn.Parameter(self._uniform(self.starts, self.width, draw))
        return Model(
            net=torch.nn.ParameterList([x]),
            players=[Player([x], partial(self._noisy_value, x, optimum))],
            batches=partial(self._noises, seed, grid.whole_steps),
            measure=partial(self._share, x, optimum),
        )

    def _uniform(self, count: int, half: float, draw: Any) -> Tensor:
        """Points between -half and half in every dimension, `(count, dim)`."""
        unit = torch.rand(count, self.dim, generator=draw, dtype=torch.float64)
        return ((2 * unit - 1) * half).to(device_of(self.training))

    def _noisy_value(self, x: Tensor, optimum: Tensor, noise: Tensor) -> Tensor:
        """f(x), with the gradient of f(x) + noise x: a batch's own function."""
        return self.value(x - optimum) + (noise * (x - x.detach())).sum(dim=1)

    def _noises(self, seed: int, steps: int, epoch: int) -> Iterator[Tensor]:
        """The noise of each step of an epoch, `(starts, dim)`."""
        draw, device = generator_of(seed, epoch), device_of(self.training)
        for _ in range(steps):
            unit = torch.randn(self.starts, self.dim, generator=draw, dtype=torch.float64)
            yield self.noise * unit.to(device)

    def _share(self, x: Tensor, optimum: Tensor) -> float:
        """The share of starts that are in the optimum's basin."""
        near = (x.detach() - optimum).abs() < self.basin()
        return float(near.all(dim=1).double().mean())
