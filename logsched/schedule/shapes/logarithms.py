"""Shapes with a logarithm: the paper's Eq. 4, the same bounded, and the released code's formula."""

from __future__ import annotations

from math import exp, inf, isfinite, log, pi

from logsched.base.declare import Rule, Value, exact, parameter
from logsched.base.errors import LogschedError
from logsched.base.lazy import Numbers, np
from logsched.schedule.parameters import Parameters
from logsched.schedule.shapes.shape import Annealing

BASES = {"min-lr": "1/eta_min", "range": "1/abs(eta_max - eta_min)"}
BASE = Rule(
    "a number above 1, or min-lr (1/min_decay_lr), or range (1/|eta_max - eta_min|)",
    lambda number: number > 1,
    words=tuple(BASES),
)


class Logarithm(Annealing):
    """What shapes with a logarithm share: its base, a number or read off the cycle's rates."""

    base: float | str = parameter("base of the logarithm", BASE, "min-lr")

    def numbers(self, its: Parameters, eta_max: float, eta_min: float) -> dict[str, Value]:
        base = float(self.number(eta_max, eta_min))
        return {**super().numbers(its, eta_max, eta_min), "base": base}

    def definitions(self) -> dict[str, str]:
        return {"base": BASES[self.base]} if isinstance(self.base, str) else {}

    def number(self, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        """b: the number, 1/eta_min or 1/|eta_max - eta_min|."""
        if self.base == "min-lr":
            return 1.0 / eta_min
        if self.base == "range":
            return 1.0 / np.abs(eta_max - eta_min)
        return self.base

    def check(self, t_i: float, eta_max: float, eta_min: float) -> None:
        way_out = f"give a number above 1, as in {self.name}:base=1000"
        under = eta_min if self.base == "min-lr" else float(abs(exact(eta_max) - exact(eta_min)))
        if self.base == "min-lr" and under == 0:
            raise LogschedError(
                f"min_decay_lr is 0, but the base of {self.name} is 1/min_decay_lr: {way_out}"
            )
        if isinstance(self.base, str) and eta_max != eta_min and not 1 < 1 / under < inf:
            raise LogschedError(
                f"base is {self.base}, that is 1/{under:.6g} = {1 / under:.6g} in a cycle between "
                f"{eta_max:.6g} and {eta_min:.6g}, but it must be finite and above 1: {way_out}"
            )


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

    def fraction(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        slope = 0.5 / np.log(self.number(eta_max, eta_min))
        g = np.log(t_cur / t_i)  # minus infinity at u = 0, where the cap holds
        g *= -slope
        g += 0.5 + slope * log(pi)
        return _at_most(g, self.peak)

    def remarks(self, its: Parameters, eta_max: float, eta_min: float) -> list[str]:
        if eta_max <= eta_min:
            return []
        top = (1 - self.peak) * eta_min + self.peak * eta_max
        log_base = log(float(self.number(eta_max, eta_min)))
        floor = self.rate(1.0, 1.0, eta_max, eta_min)
        middle = (eta_max + eta_min) / 2
        capped = min(1.0, pi * exp(-(2 * self.peak - 1) * log_base))
        said = [
            f"a cycle from {top:.6g} falls only to {floor:.6g}, not to {eta_min:.6g}: Eq. 4 stays "
            f"above the middle of its range, {middle:.6g}",
            f"the first {100 * capped:.3g} % of a cycle are flat: peak {self.peak:.6g} caps Eq. 4 "
            "there",
        ]
        if self.peak > 1:
            said.append(
                f"a cycle begins with a spike to {top:.6g}, above {eta_max:.6g}, as peak "
                f"{self.peak:.6g} allows"
            )
        return said

    def check(self, t_i: float, eta_max: float, eta_min: float) -> None:
        super().check(t_i, eta_max, eta_min)
        if not isfinite(self.peak * eta_max) or not isfinite((self.peak - 1) * eta_min):
            raise LogschedError(
                f"peak is {self.peak:.6g}, but peak times the rate {max(eta_max, eta_min):.6g} "
                "must be finite"
            )


class LogBounded(Logarithm):
    """The same logarithm made practical: from eta_max at a restart to eta_min at the end."""

    name = "log-bounded"
    formula = "g = 1 - log1p((base - 1) * u)/log1p(base - 1)"
    source = "Eq. 4's logarithm, bounded, by logsched; base towards 1 is linear"

    def fraction(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        less = self.number(eta_max, eta_min) - 1.0
        u = t_cur / t_i
        u *= less
        g = np.log1p(u)
        g /= -np.log1p(less)
        g += 1.0
        return g


class LogReleased(Annealing):
    """The formula of the code that the paper's author released, applied in our cycles."""

    name = "log-released"
    formula = "g = (1 - log_{T_i}(max(1, T_cur)))/2"
    source = "the code released with the paper; never above the middle of its range"

    def fraction(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        g = np.log(np.maximum(t_cur, 1.0))
        g /= -np.log(t_i)
        g += 1.0
        g *= 0.5
        return g

    def check(self, t_i: float, eta_max: float, eta_min: float) -> None:
        if t_i <= 1:
            raise LogschedError(
                f"log-released has a cycle of {t_i:.6g}, but its formula needs more than 1 epoch: "
                "make init_decay_epochs and restart_interval longer"
            )


def _at_most(value: Numbers, most: float) -> Numbers:
    """A value above 0, or its bound; for arrays, clip takes half the time of minimum."""
    return np.clip(value, 0.0, most) if isinstance(value, np.ndarray) else min(value, most)
