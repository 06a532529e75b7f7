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

    def rate(self, since: Numbers, length: Numbers, first: Numbers, last: Numbers) -> Numbers:
        """(1 - u) first + u last, so that a tenth of the way up from 0 is a tenth."""
        u = since / length
        rate = 1.0 - u
        rate *= first
        u *= last
        rate += u
        return rate
