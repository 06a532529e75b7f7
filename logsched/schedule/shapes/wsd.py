"""Warmup-stable-decay."""

from __future__ import annotations

from fractions import Fraction

from logsched.base.declare import NOT_NEGATIVE, Rule, exact, parameter
from logsched.schedule.boundaries import Once
from logsched.schedule.curves import CURVES
from logsched.schedule.parameters import Parameters
from logsched.schedule.parts import Part, Terms, hold
from logsched.schedule.shapes.shape import Shape, single, warmup


class Wsd(Shape):
    """Warmup-stable-decay: it stays at lr, then falls to min_decay_lr in init_decay_epochs.

    And it holds that. Where the decay begins changes nothing before it, so that a run can be made
    longer as it goes.
    """

    name = "wsd"
    formula = "rate = lr, then g = 1 - u"
    source = "Hu et al., MiniCPM, 2024; Haegele et al., 2024, for 1-sqrt"

    stable_epochs: float = parameter(
        "length of the plateau at lr, after the warmup; 0 = none",
        NOT_NEGATIVE,
        30.0,
        unit="epochs",
        left_out="30",
    )
    end: str = parameter(
        "how it falls: 1 - u, (1 + cos(pi * u))/2 or 1 - sqrt(u)",
        Rule("linear, cosine or 1-sqrt", words=("linear", "cosine", "1-sqrt")),
        "linear",
    )

    def parts(self, its: Parameters) -> list[Part]:
        start = exact(its.warmup_epochs)
        stable = exact(self.stable_epochs)
        return [*warmup(its), *self._plateau(its, start), *self._decay(its, start + stable)]

    def _plateau(self, its: Parameters, start: Fraction) -> list[Part]:
        if self.stable_epochs == 0:
            return []
        return [hold("stable", "rate = lr", Once(start, self.stable_epochs), its.lr)]

    def _decay(self, its: Parameters, start: Fraction) -> list[Part]:
        length = its.init_decay_epochs
        last = hold("hold", "rate = min_decay_lr", Once(start + exact(length)), its.min_decay_lr)
        if length == 0:
            return [last]
        terms, rates = Terms("init_decay_epochs", "lr", "min_decay_lr"), (its.lr, its.min_decay_lr)
        return [single("decay", CURVES[self.end](), start, length, rates, terms), last]
