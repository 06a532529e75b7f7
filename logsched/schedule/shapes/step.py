"""Step decay."""

from __future__ import annotations

from fractions import Fraction

from logsched.base.declare import NOT_NEGATIVE, exact, parameter
from logsched.base.lazy import Numbers, np
from logsched.schedule.boundaries import Equal, Once
from logsched.schedule.curves.curve import FACTOR, Hold
from logsched.schedule.parameters import Parameters
from logsched.schedule.parts import Part, hold
from logsched.schedule.shapes.shape import Shape, warmup


class Step(Shape):
    """Step decay: after the warmup, the rate is multiplied by gamma every `size` epochs.

    j counts the steps, and floor is min_decay_lr, or lr if that is less.
    """

    name = "step"
    formula = "rate = max(floor, lr * gamma^j)"
    source = "step decay (the paper's section 2.1)"

    size: float = parameter(
        "epochs between steps; 0 = it never steps",
        NOT_NEGATIVE,
        lambda its: its.restart_interval,
        unit="epochs",
        left_out="restart_interval",
    )
    gamma: float = parameter("factor of a step", FACTOR, 0.1)

    def parts(self, its: Parameters) -> list[Part]:
        start = exact(its.warmup_epochs)
        if self.size == 0:
            return [*warmup(its), hold("step", "rate = lr", Once(start), its.lr)]
        return [*warmup(its), self._steps(its, start)]

    def _steps(self, its: Parameters, start: Fraction) -> Part:
        lr, gamma, floor = its.lr, self.gamma, min(its.lr, its.min_decay_lr)
        curve = Hold(self.formula, floor=("min(lr, min_decay_lr)", floor))

        def level(number: Numbers) -> Numbers:
            return np.maximum(lr * np.power(gamma, number), floor)

        return Part("step", curve, Equal(start, exact(self.size)), level, lr, repeats=True)
