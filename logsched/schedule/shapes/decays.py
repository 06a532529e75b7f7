"""Decays of other papers and libraries, in the same phases as the plain ones."""

from __future__ import annotations

from math import inf

from logsched.base.declare import POSITIVE, Value, parameter
from logsched.base.errors import LogschedError
from logsched.base.lazy import Numbers, np
from logsched.schedule.parameters import Parameters
from logsched.schedule.shapes.shape import FACTOR, Annealing, Decay


class Polynomial(Annealing):
    """Polynomial decay: a power of the straight line; below 1 it falls late, above 1 early."""

    name = "polynomial"
    formula = "g = (1 - u)^power"
    source = "DeepLab's \"poly\", Chen et al., 2016; PyTorch's PolynomialLR"

    power: float = parameter("power of the straight line; 1 = linear", POSITIVE, 0.9)

    def fraction(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        return np.power(1.0 - t_cur / t_i, self.power)  # u <= 1: ends are rounded as lengths are


class Exponential(Decay):
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

    def numbers(self, its: Parameters, eta_max: float, eta_min: float) -> dict[str, Value]:
        return {**super().numbers(its, eta_max, eta_min), "floor": min(eta_max, eta_min)}

    def definitions(self) -> dict[str, str]:
        return {"floor": "min(eta_max, eta_min)"}

    def rate(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        if self.gamma is None:
            rate = np.power(eta_min / eta_max, t_cur / t_i)  # exactly 1 at T_cur = 0
        else:
            rate = np.power(self.gamma, t_cur)
        rate *= eta_max
        return np.maximum(rate, np.minimum(eta_max, eta_min))

    def check(self, t_i: float, eta_max: float, eta_min: float) -> None:
        if self.gamma is not None or eta_max == eta_min:
            return
        way_out = "or the factor of an epoch, as in exponential:gamma=0.9"
        if eta_min == 0:
            raise LogschedError(
                "min_decay_lr is 0, but the equal factors of exponential never lead there: give a "
                f"number above 0, {way_out}"
            )
        if eta_max == 0 or not 0 < eta_min / eta_max < inf:
            raise LogschedError(
                f"exponential has a cycle from {eta_max:.6g} to {eta_min:.6g}, but no factor leads "
                f"there: give rates above 0 and less far apart, {way_out}"
            )
