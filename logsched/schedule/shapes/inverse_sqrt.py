"""Inverse square root decay."""

from __future__ import annotations

from logsched.base.declare import POSITIVE, exact, parameter
from logsched.schedule.boundaries import Once
from logsched.schedule.curves import inverse_sqrt
from logsched.schedule.parameters import Parameters
from logsched.schedule.parts import Part
from logsched.schedule.shapes.shape import Shape, warmup


class InverseSqrt(Shape):
    """Inverse square root decay: after the warmup it falls ever more slowly, and to no floor."""

    name = "inverse-sqrt"
    formula = inverse_sqrt.InverseSqrt.formula
    source = inverse_sqrt.InverseSqrt.source

    timescale: float = parameter(
        "scale of the fall: three of these after the warmup, the rate is lr/2",
        POSITIVE,
        lambda its: its.warmup_epochs or 1.0,
        unit="epochs",
        left_out="warmup_epochs, or 1 if there is no warmup",
    )

    def parts(self, its: Parameters) -> list[Part]:
        curve = inverse_sqrt.InverseSqrt(timescale=self.timescale)
        times = Once(exact(its.warmup_epochs))
        return [*warmup(its), Part("decay", curve, times, its.lr, 0.0)]
