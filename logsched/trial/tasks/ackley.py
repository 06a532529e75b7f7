"""Ackley's function: a funnel with pits in its walls."""

from __future__ import annotations

from collections.abc import Mapping
from math import e, pi
from typing import ClassVar

from logsched.trial.lazy_torch import Tensor, torch
from logsched.trial.tasks._landscape import Landscape


class Ackley(Landscape):
    """20 + e - 20 exp(-0.2 sqrt(mean z^2)) - exp(mean cos 2 pi z), on [-32.768, 32.768]^dim.

    Its minima are near whole z. Ackley, 1987.
    """

    name = "ackley"
    width = 32.768
    roughness = 2.0
    rates: ClassVar[Mapping[str, float]] = {"sgd": 0.05, "adam": 1.5, "lbfgs": 0.1}

    def value(self, z: Tensor) -> Tensor:
        size = (z.square().mean(dim=1) + 1e-30).sqrt()  # its gradient is finite at 0
        waves = torch.cos(2 * pi * z).mean(dim=1)
        return 20 + e - 20 * torch.exp(-0.2 * size) - torch.exp(waves)

    def basin(self) -> float:
        return 0.5


TASK = Ackley
