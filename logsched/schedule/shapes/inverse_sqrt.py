"""Inverse square root decay."""

from __future__ import annotations

from logsched.base.declare import parameter
from logsched.schedule.boundaries import Once
from logsched.schedule.compose import START
from logsched.schedule.curves import inverse_sqrt
from logsched.schedule.parameters import Parameters
from logsched.schedule.parts import Part
from logsched.schedule.shape import Shape
from logsched.schedule.units import SPAN_ABOVE_0


class InverseSqrt(Shape):
    """Inverse square root decay: after the warmup it falls ever more slowly, and to no floor."""

    name = "inverse-sqrt"
    formula = inverse_sqrt.InverseSqrt.formula
    source = inverse_sqrt.InverseSqrt.source

    timescale: float = parameter(
        "scale of the fall: three of these after the warmup, the rate is lr/2",
        SPAN_ABOVE_0,
        lambda its: its.warmup or 1.0,
        unit="length",
        left_out="warmup, or 1 if there is no warmup",
    )

    def body(self, its: Parameters) -> list[Part]:
        curve = inverse_sqrt.InverseSqrt(timescale=self.timescale)
        return [Part("decay", curve, Once(START), its.lr, 0.0)]
