"""A straight line."""

from __future__ import annotations

from logsched.base.lazy import Numbers
from logsched.schedule.curves.curve import Annealing


class Linear(Annealing):
    """A straight line from eta_max to eta_min."""

    name = "linear"
    formula = "g = 1 - u"
    source = "linear decay"

    def fraction(self, since: Numbers, length: Numbers, first: Numbers, last: Numbers) -> Numbers:
        return 1.0 - since / length
