"""Eq. 4's logarithm, bounded."""

from __future__ import annotations

from logsched.base.lazy import Numbers, np
from logsched.schedule.curves.logarithm import Logarithm


class LogBounded(Logarithm):
    """The same logarithm made practical: from eta_max at a restart to eta_min at the end."""

    name = "log-bounded"
    formula = "g = 1 - log1p((base - 1) * u)/log1p(base - 1)"
    source = "Eq. 4's logarithm, bounded, by logsched; base towards 1 is linear"

    def fraction(self, since: Numbers, length: Numbers, first: Numbers, last: Numbers) -> Numbers:
        less = self.number(first, last) - 1.0
        u = since / length
        u *= less
        g = np.log1p(u)
        g /= -np.log1p(less)
        g += 1.0
        return g
