"""Warmup-stable-decay."""

from __future__ import annotations

from fractions import Fraction

from logsched.base.declare import Rule, exact, parameter
from logsched.schedule.boundaries import Once
from logsched.schedule.compose import START
from logsched.schedule.curves import CURVES
from logsched.schedule.parameters import Parameters
from logsched.schedule.parts import Part, Terms, hold
from logsched.schedule.shape import Shape, single
from logsched.schedule.units import LENGTH, REST


class Wsd(Shape):
    """Warmup-stable-decay: it stays at lr, then falls to min_decay_lr in decay.

    And it holds that. Where the decay begins changes nothing before it, so that a run can be made
    longer as it goes.
    """

    name = "wsd"
    formula = "rate = lr, then g = 1 - u"
    source = "Hu et al., MiniCPM, 2024; Haegele et al., 2024, for 1-sqrt"

    in_turn = ("warmup", "stable", "decay")

    stable: float = parameter(
        "length of the plateau at lr, after the warmup; 0 = none",
        LENGTH,
        lambda its: 30.0 if its.run is None else REST,
        unit="length",
        left_out="what fills the run",
    )
    end: str = parameter(
        "how it falls: 1 - u, (1 + cos(pi * u))/2 or 1 - sqrt(u)",
        Rule("linear, cosine or 1-sqrt", words=("linear", "cosine", "1-sqrt")),
        "linear",
    )

    def body(self, its: Parameters) -> list[Part]:
        return [*self._plateau(its), *self._decay(its, exact(self.stable))]

    def _plateau(self, its: Parameters) -> list[Part]:
        if self.stable == 0:
            return []
        return [hold("stable", "rate = lr", Once(START, self.stable), its.lr)]

    def _decay(self, its: Parameters, start: Fraction) -> list[Part]:
        length = its.decay
        last = hold("hold", "rate = min_decay_lr", Once(start + exact(length)), its.min_decay_lr)
        if length == 0:
            return [last]
        terms, rates = Terms("decay", "lr", "min_decay_lr"), (its.lr, its.min_decay_lr)
        return [single("decay", CURVES[self.end](), start, length, rates, terms), last]
