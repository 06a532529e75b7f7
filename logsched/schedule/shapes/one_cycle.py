"""The one-cycle policy."""

from __future__ import annotations

from math import isfinite

from logsched.base.declare import POSITIVE, Rule, exact, parameter
from logsched.base.errors import LogschedError
from logsched.schedule.boundaries import Once, rounded
from logsched.schedule.compose import START
from logsched.schedule.curves import CURVES
from logsched.schedule.parameters import Parameters
from logsched.schedule.parts import Part, Terms, hold
from logsched.schedule.shape import Shape, single
from logsched.schedule.units import LENGTH_ABOVE_0, REST


class OneCycle(Shape):
    """The one-cycle policy: up to lr, then down to far below where it began, and there it stays.

    It takes nothing but lr and parameters of its own. PyTorch's OneCycleLR with N total steps
    is the same on the grid with length (N - 1)/steps_per_epoch and pct_start
    (N * pct_start - 1)/(N - 1): its highest and last rates are at points of the grid.
    """

    name = "one-cycle"
    formula = "g = (1 + cos(pi * u))/2, first up, then down"
    source = "Smith & Topin, Super-Convergence, 2018; PyTorch's OneCycleLR"

    warms = False
    in_turn = ("length",)

    length: float = parameter(
        "length of the whole",
        LENGTH_ABOVE_0,
        lambda its: 45.0 if its.run is None else REST,
        unit="length",
        left_out="the run's",
    )
    pct_start: float = parameter(
        "share of the length in which it rises",
        Rule("a number from 0 to 1", lambda number: 0 <= number <= 1),
        0.3,
    )
    div_factor: float = parameter("it begins at lr/div_factor", POSITIVE, 25.0, left_out="25")
    final_div_factor: float = parameter(
        "it ends at lr/div_factor/final_div_factor", POSITIVE, 10000.0, left_out="10000"
    )
    anneal: str = parameter(
        "how it rises and falls", Rule("cosine or linear", words=("cosine", "linear")), "cosine"
    )

    def body(self, its: Parameters) -> list[Part]:
        curve, first, last = CURVES[self.anneal](), *self._ends(its)
        whole = exact(self.length)
        rise = exact(self.pct_start) * whole
        up = Terms("pct_start * length", "lr/div_factor", "lr")
        down = Terms("(1 - pct_start) * length", "lr", "lr/div_factor/final_div_factor")
        ways = [
            single("warmup", curve, START, rounded(rise), (first, its.lr), up, warms=True),
            single("decay", curve, rise, rounded(whole - rise), (its.lr, last), down),
        ]
        moving = [part for part in ways if part.times.length(0) > 0]
        return [*moving, hold("hold", f"rate = {down.last}", Once(whole), last)]

    def _ends(self, its: Parameters) -> tuple[float, float]:
        """The first rate and the last."""
        first = its.lr / self.div_factor
        last = first / self.final_div_factor
        if not isfinite(first) or not isfinite(last):
            raise LogschedError(
                f"div_factor is {self.div_factor:.6g} and final_div_factor "
                f"{self.final_div_factor:.6g}, but lr divided by them must be finite"
            )
        return first, last
