"""A power of the time, and the square root's way down."""

from __future__ import annotations

from logsched.base.declare import POSITIVE, parameter
from logsched.base.lazy import Numbers, np
from logsched.schedule.curves.curve import Annealing


class Power(Annealing):
    """A power of the time that has passed: above 1 it falls late, below 1 early."""

    name = "power"
    formula = "g = 1 - u^power"
    source = "Darknet's burn-in, upwards, with power 4"

    power: float = parameter("power of the time; 1 = linear", POSITIVE, 2.0)

    def fraction(self, since: Numbers, length: Numbers, first: Numbers, last: Numbers) -> Numbers:
        return 1.0 - np.power(since / length, self.power)


class RootDecay(Annealing):
    """The square root's way down: fast at first."""

    name = "1-sqrt"
    formula = "g = 1 - sqrt(u)"
    source = ""
    is_shape = False

    def fraction(self, since: Numbers, length: Numbers, first: Numbers, last: Numbers) -> Numbers:
        return 1.0 - np.sqrt(since / length)
