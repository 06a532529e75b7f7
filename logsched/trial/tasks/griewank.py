"""Griewank's function: a wide bowl with ripples."""

from __future__ import annotations

from collections.abc import Mapping
from math import pi
from typing import ClassVar

from logsched.trial.lazy_torch import Tensor, torch
from logsched.trial.task import device_of
from logsched.trial.tasks._landscape import Landscape


class Griewank(Landscape):
    """1 + sum z^2/4000 - prod cos(z_i/sqrt(i)), on [-600, 600]^dim. Griewank, 1981.

    In the box |z_i| < pi sqrt(i)/2 no cosine changes its sign, and the only minimum is the optimum.
    """

    name = "griewank"
    width = 600.0
    roughness = 0.3
    rates: ClassVar[Mapping[str, float]] = {"sgd": 3.0, "adam": 10.0, "lbfgs": 0.3}

    def _roots(self) -> Tensor:
        index = torch.arange(1, self.dim + 1, dtype=torch.float64, device=device_of(self.training))
        return index.sqrt()

    def value(self, z: Tensor) -> Tensor:
        return 1 + z.square().sum(dim=1) / 4000 - torch.cos(z / self._roots()).prod(dim=1)

    def basin(self) -> Tensor:
        return self._roots() * pi / 2


TASK = Griewank
