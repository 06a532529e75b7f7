"""Polynomial decay."""

from __future__ import annotations

from logsched.base.declare import POSITIVE, parameter
from logsched.base.lazy import Numbers, np
from logsched.schedule.curves.curve import Annealing


class Polynomial(Annealing):
    """Polynomial decay: a power of the straight line; below 1 it falls late, above 1 early."""

    name = "polynomial"
    formula = "g = (1 - u)^power"
    source = "DeepLab's \"poly\", Chen et al., 2016; PyTorch's PolynomialLR"

    power: float = parameter("power of the straight line; 1 = linear", POSITIVE, 0.9)

    def fraction(self, since: Numbers, length: Numbers, first: Numbers, last: Numbers) -> Numbers:
        return np.power(1.0 - since / length, self.power)  # u <= 1: ends are rounded as lengths are
