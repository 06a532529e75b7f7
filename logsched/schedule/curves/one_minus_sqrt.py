"""The square root's way down."""

from __future__ import annotations

from logsched.base.lazy import Numbers, np
from logsched.schedule.curves.curve import Annealing


class RootDecay(Annealing):
    """The square root's way down: fast at first."""

    name = "1-sqrt"
    formula = "g = 1 - sqrt(u)"
    source = ""
    is_shape = False

    def fraction(self, since: Numbers, length: Numbers, first: Numbers, last: Numbers) -> Numbers:
        return 1.0 - np.sqrt(since / length)
