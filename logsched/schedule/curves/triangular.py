"""Triangles."""

from __future__ import annotations

from logsched.base.declare import Rule, parameter
from logsched.base.lazy import Numbers, np
from logsched.schedule.curves.curve import Annealing


class Triangular(Annealing):
    """Up along a line, and down along another."""

    name = "triangular"
    formula = "g = min(u/up, (1 - u)/(1 - up))"
    source = "Smith, Cyclical Learning Rates, 2017; PyTorch's CyclicLR"
    is_shape = False  # its shape begins with a rise

    up: float = parameter(
        "share of a cycle in which it rises",
        Rule("a number above 0 and below 1", lambda number: 0 < number < 1),
        0.5,
    )

    @property
    def top(self) -> float:
        return self.up

    def fraction(self, since: Numbers, length: Numbers, first: Numbers, last: Numbers) -> Numbers:
        u = since / length
        return np.minimum(u / self.up, (1.0 - u) / (1.0 - self.up))
