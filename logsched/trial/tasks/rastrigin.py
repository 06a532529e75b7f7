"""Rastrigin's function: a bowl with deep pits on a lattice."""

from __future__ import annotations

from collections.abc import Mapping
from math import pi
from typing import ClassVar

from logsched.trial.lazy_torch import Tensor, torch
from logsched.trial.tasks._landscape import Landscape


class Rastrigin(Landscape):
    """sum z^2 + 10 (1 - cos 2 pi z), on [-5.12, 5.12]^dim; its minima are near whole z.

    Rastrigin, 1974; Muehlenbein et al., 1991.
    """

    name = "rastrigin"
    width = 5.12
    roughness = 20.0
    rates: ClassVar[Mapping[str, float]] = {"sgd": 0.003, "adam": 1.0, "lbfgs": 0.1}

    def value(self, z: Tensor) -> Tensor:
        return (z.square() + 10 - 10 * torch.cos(2 * pi * z)).sum(dim=1)

    def basin(self) -> float:
        return 0.5


TASK = Rastrigin
