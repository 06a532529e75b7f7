"""The control: no scheduler at all."""

from __future__ import annotations

from logsched.schedule.boundaries import Once
from logsched.schedule.compose import START
from logsched.schedule.parameters import Parameters
from logsched.schedule.parts import Part, hold
from logsched.schedule.shape import Shape


class Constant(Shape):
    """The control of the paper's experiments: no scheduler at all, and so no warmup."""

    name = "constant"
    formula = "rate = lr"
    source = "the paper's control (section 2.1)"
    warms = False
    in_turn = ()

    def body(self, its: Parameters) -> list[Part]:
        return [hold("constant", self.formula, Once(START), its.lr)]
