"""What curves with a logarithm share: its base."""

from __future__ import annotations

from math import inf

from logsched.base.declare import Rule, Value, exact, parameter
from logsched.base.errors import LogschedError
from logsched.base.lazy import Numbers, np
from logsched.schedule.curves.curve import Annealing

BASES = {"min-lr": "1/eta_min", "range": "1/abs(eta_max - eta_min)"}
BASE = Rule(
    "a number above 1, or min-lr (1/min_decay_lr), or range (1/|eta_max - eta_min|)",
    lambda number: number > 1,
    words=tuple(BASES),
)


class Logarithm(Annealing):
    """What shapes with a logarithm share: its base, a number or read off the cycle's rates."""

    base: float | str = parameter("base of the logarithm", BASE, "min-lr")

    def numbers(self, first: float, last: float) -> dict[str, Value]:
        base = float(self.number(first, last))
        return {**super().numbers(first, last), "base": base}

    def definitions(self) -> dict[str, str]:
        return {"base": BASES[self.base]} if isinstance(self.base, str) else {}

    def number(self, first: Numbers, last: Numbers) -> Numbers:
        """b: the number, 1/eta_min or 1/|eta_max - eta_min|."""
        if self.base == "min-lr":
            return 1.0 / last
        if self.base == "range":
            return 1.0 / np.abs(first - last)
        return self.base

    def check(self, length: float, first: float, last: float) -> None:
        way_out = f"give a number above 1, as in {self.name}:base=1000"
        under = last if self.base == "min-lr" else float(abs(exact(first) - exact(last)))
        if self.base == "min-lr" and under == 0:
            raise LogschedError(
                f"min_decay_lr is 0, but the base of {self.name} is 1/min_decay_lr: {way_out}"
            )
        if isinstance(self.base, str) and first != last and not 1 < 1 / under < inf:
            raise LogschedError(
                f"base is {self.base}, that is 1/{under:.6g} = {1 / under:.6g} in a cycle between "
                f"{first:.6g} and {last:.6g}, but it must be finite and above 1: {way_out}"
            )
