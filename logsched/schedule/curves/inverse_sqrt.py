"""The inverse square root."""

from __future__ import annotations

from logsched.base.declare import POSITIVE, parameter
from logsched.base.lazy import Numbers, np
from logsched.schedule.curves.curve import Curve


class InverseSqrt(Curve):
    """The inverse square root of the time, which comes to no end."""

    name = "inverse-sqrt"
    formula = "rate = lr * sqrt(timescale/(timescale + T_cur))"
    source = "Vaswani et al., Attention Is All You Need, 2017"
    is_shape = False  # its shape has no cycles

    timescale: float = parameter("scale of the fall", POSITIVE, 1.0, unit="length")

    def rate(self, since: Numbers, length: Numbers, first: Numbers, last: Numbers) -> Numbers:
        rate = np.sqrt(self.timescale / (since + self.timescale))
        rate *= first
        return rate
