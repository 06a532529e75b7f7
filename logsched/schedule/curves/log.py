"""The paper's Eq. 4."""

from __future__ import annotations

from math import exp, isfinite, log, pi

from logsched.base.declare import Rule, parameter
from logsched.base.errors import LogschedError
from logsched.base.lazy import Numbers, np
from logsched.schedule.curves.logarithm import Logarithm


class Log(Logarithm):
    """Cyclical log annealing, the paper's schedule: a spike, then a slow logarithmic fall.

    Eq. 4 is infinite at T_cur = 0, so `peak` caps g; and it ends above the middle of its range, for
    pi/u never falls below pi.
    """

    name = "log"
    formula = "g = min(peak, (1 + log_base(pi/u))/2)"
    source = "paper Eq. 4 (cyclical log annealing)"

    peak: float = parameter(
        "cap of g: a restart is at eta_min + peak (eta_max - eta_min)",
        Rule("a finite number, 1 or more", lambda number: number >= 1),
        1.0,
    )

    @property
    def overshoots(self) -> bool:
        return self.peak > 1

    def fraction(self, since: Numbers, length: Numbers, first: Numbers, last: Numbers) -> Numbers:
        slope = 0.5 / np.log(self.number(first, last))
        g = np.log(since / length)  # minus infinity at u = 0, where the cap holds
        g *= -slope
        g += 0.5 + slope * log(pi)
        return _at_most(g, self.peak)

    def remarks(self, first: float, last: float) -> list[str]:
        if first <= last:
            return []
        top = (1 - self.peak) * last + self.peak * first
        log_base = log(float(self.number(first, last)))
        floor = self.rate(1.0, 1.0, first, last)
        middle = (first + last) / 2
        capped = min(1.0, pi * exp(-(2 * self.peak - 1) * log_base))
        said = [
            f"a cycle from {top:.6g} falls only to {floor:.6g}, not to {last:.6g}: Eq. 4 stays "
            f"above the middle of its range, {middle:.6g}",
            f"the first {100 * capped:.3g} % of a cycle are flat: peak {self.peak:.6g} caps Eq. 4 "
            "there",
        ]
        if self.peak > 1:
            said.append(
                f"a cycle begins with a spike to {top:.6g}, above {first:.6g}, as peak "
                f"{self.peak:.6g} allows"
            )
        return said

    def check(self, length: float, first: float, last: float) -> None:
        super().check(length, first, last)
        if not isfinite(self.peak * first) or not isfinite((self.peak - 1) * last):
            raise LogschedError(
                f"peak is {self.peak:.6g}, but peak times the rate {max(first, last):.6g} "
                "must be finite"
            )


def _at_most(value: Numbers, most: float) -> Numbers:
    """A value above 0, or its bound; for arrays, clip takes half the time of minimum."""
    return np.clip(value, 0.0, most) if isinstance(value, np.ndarray) else min(value, most)
