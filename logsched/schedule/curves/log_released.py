"""The formula of the code that the paper's author released."""

from __future__ import annotations

from logsched.base.errors import LogschedError
from logsched.base.lazy import Numbers, np
from logsched.schedule.curves.curve import Annealing


class LogReleased(Annealing):
    """The formula of the code that the paper's author released, applied in our cycles."""

    name = "log-released"
    formula = "g = (1 - log_{T_i}(max(1, T_cur)))/2"
    source = "the code released with the paper; never above the middle of its range"

    def fraction(self, since: Numbers, length: Numbers, first: Numbers, last: Numbers) -> Numbers:
        g = np.log(np.maximum(since, 1.0))
        g /= -np.log(length)
        g += 1.0
        g *= 0.5
        return g

    def check(self, length: float, first: float, last: float) -> None:
        if length <= 1:
            raise LogschedError(
                f"log-released has a cycle of {length:.6g}, but its formula needs more than 1 "
                "epoch: make decay and restart_interval longer"
            )
