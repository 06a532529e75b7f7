"""Exponential decay."""

from __future__ import annotations

from math import inf

from logsched.base.declare import Value, parameter
from logsched.base.errors import LogschedError
from logsched.base.lazy import Numbers, np
from logsched.schedule.curves.curve import FACTOR, Curve


class Exponential(Curve):
    """Exponential decay: the rate is multiplied by the same factor in every epoch.

    Left out, `gamma` is the factor that takes a cycle from eta_max to eta_min. Where it is given,
    rate = max(floor, eta_max * gamma^T_cur), and floor is eta_min, or eta_max if that is less.
    """

    name = "exponential"
    formula = "rate = eta_max^(1 - u) * eta_min^u"
    source = "exponential decay; PyTorch's ExponentialLR"

    gamma: float | None = parameter(
        "factor of an epoch", FACTOR, None, left_out="(eta_min/eta_max)^(1/T_i)"
    )

    @property
    def chosen_formula(self) -> str:
        return self.formula if self.gamma is None else "rate = max(floor, eta_max * gamma^T_cur)"

    def numbers(self, first: float, last: float) -> dict[str, Value]:
        return {**super().numbers(first, last), "floor": min(first, last)}

    def definitions(self) -> dict[str, str]:
        return {"floor": "min(eta_max, eta_min)"}

    def rate(self, since: Numbers, length: Numbers, first: Numbers, last: Numbers) -> Numbers:
        if self.gamma is None:
            rate = np.power(last / first, since / length)  # exactly 1 at T_cur = 0
        else:
            rate = np.power(self.gamma, since)
        rate *= first
        return np.maximum(rate, np.minimum(first, last))

    def check(self, length: float, first: float, last: float) -> None:
        if self.gamma is not None or first == last:
            return
        way_out = "or the factor of an epoch, as in exponential:gamma=0.9"
        if last == 0:
            raise LogschedError(
                "min_decay_lr is 0, but the equal factors of exponential never lead there: give a "
                f"number above 0, {way_out}"
            )
        if first == 0 or not 0 < last / first < inf:
            raise LogschedError(
                f"exponential has a cycle from {first:.6g} to {last:.6g}, but no factor leads "
                f"there: give rates above 0 and less far apart, {way_out}"
            )
