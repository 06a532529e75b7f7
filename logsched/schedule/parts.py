"""A phase of a schedule: cycles of one shape, each from its highest to its lowest rate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf, isfinite
from typing import TYPE_CHECKING, NamedTuple

from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, Numbers, np

if TYPE_CHECKING:
    from logsched.schedule.boundaries import Cycles
    from logsched.schedule.shapes.shape import Decay


EtaMax = Callable[[Numbers], Numbers]
"""From cycles' numbers, `(n,)` float64, to their highest rates: `(n,)`, or one number for all."""


class Terms(NamedTuple):
    """How T_i and the rates between which a cycle moves come from the parameters; `{i}` counts."""

    t_i: str
    eta_max: str
    eta_min: str


class Stretch(NamedTuple):
    """One cycle of a phase in numbers: it holds start <= epoch < start + length."""

    cycle: int
    start: float
    length: float
    eta_max: float
    eta_min: float


@dataclass(eq=False)
class Phase:
    """A part of a schedule: its name, when its cycles are, between which rates, by which formula.

    Without `shape` and `eta_min` the rate stands still within a cycle. `repeats` says whether there
    is more than one cycle, `rises` whether it is to lead up, as a warmup does: then `eta_max` is
    where it starts.
    """

    name: str
    formula: str
    cycles: Cycles
    eta_max: EtaMax
    eta_min: float | None = None
    shape: Decay | None = None
    terms: Terms | None = None
    repeats: bool = False
    rises: bool = False
    _latest: Stretch | None = field(default=None, init=False, repr=False)

    @property
    def plural(self) -> str:
        """The name of the phase as a whole: `cycles` of a `cycle`."""
        return f"{self.name}s" if self.repeats else self.name

    def name_of(self, cycle: int) -> str:
        """The name of one of its cycles: `cycle 0`."""
        return f"{self.name} {cycle}" if self.repeats else self.name

    @property
    def decays(self) -> bool:
        """Whether it leads from a highest rate to a lowest, once or in cycles."""
        return self.shape is not None and not self.rises

    @property
    def cyclic(self) -> bool:
        """Whether it is of cycles between two rates."""
        return self.repeats and self.shape is not None

    @property
    def restarts(self) -> bool:
        """Whether its cycles are restart cycles, which begin at the top."""
        return self.repeats and self.shape is not None and self.shape.top == 0

    @property
    def start(self) -> float:
        """The epoch at which the phase begins."""
        return self.cycles.start(0)

    def stretch(self, cycle: int) -> Stretch:
        """Cycle number `cycle`. Raises LogschedError where its formula does not hold."""
        latest = self._latest
        if latest is None or latest.cycle != cycle:
            self._latest = latest = self._stretch(cycle)
        return latest

    def _stretch(self, cycle: int) -> Stretch:
        eta_max = self._eta_max(cycle)
        if not isfinite(eta_max) or eta_max < 0:
            raise LogschedError(
                f"restart_lr_decay takes the rate at restart {cycle} out of bounds: it must be a "
                "finite number, 0 or more"
            )
        start, length = self.cycles.start(cycle), self.cycles.length(cycle)
        if self.shape is None or self.eta_min is None:
            return Stretch(cycle, start, length, eta_max, eta_max)
        self.shape.check(length, eta_max, self.eta_min)
        return Stretch(cycle, start, length, eta_max, self.eta_min)

    def _eta_max(self, cycle: int) -> float:
        """The highest rate of one cycle, by the same ufuncs as those of many."""
        with np.errstate(all="ignore"):
            eta_max = self.eta_max(np.array([float(min(cycle, 2**1023))]))
        return eta_max if isinstance(eta_max, float) else eta_max[0].item()

    def turns(self, stretch: Stretch) -> tuple[float, ...]:
        """The epochs at which a cycle's curve has a corner: its start, and its top."""
        if self.shape is None or self.shape.top == 0:
            return (stretch.start,)
        return stretch.start, stretch.start + self.shape.top * stretch.length

    def check_last(self, last: Stretch, steps_per_epoch: int) -> None:
        """Raise LogschedError where cycles have shrunk below a step of the grid."""
        if self.cycles.pile_up < inf and last.length < 1 / steps_per_epoch:
            raise LogschedError(
                "restart_interval_multiplier is below 1, so that cycles shrink and pile up at "
                f"epoch {self.cycles.pile_up:.15g}, and the one at epoch {last.start:.15g} is "
                "shorter than a step of the grid: end the run earlier, or take 1 or more"
            )

    def rate(self, epoch: float) -> float:
        """The rate at one epoch of this phase, by the same ufuncs as `rates`."""
        _, start, length, eta_max, eta_min = self.stretch(self.cycles.at(epoch))
        if eta_max == eta_min or self.shape is None:
            return eta_max
        rate = float(self.shape.rate(epoch - start, length, eta_max, eta_min))
        if self.shape.overshoots:
            return abs(rate)
        return min(max(rate, min(eta_max, eta_min)), max(eta_max, eta_min))

    def rates(self, epochs: Floats, first: float, last: float) -> Floats:
        """The rates at `(n,)` contiguous epochs of this phase, of which two are the extremes."""
        final = self.stretch(self.cycles.at(last))
        stretch = self.stretch(self.cycles.at(first))
        if stretch.cycle == final.cycle:
            return self._between(epochs - stretch.start, *stretch[2:])
        cycle, t_cur, t_i = self.cycles.locate(epochs)
        eta_max = self.eta_max(cycle)
        if self.shape is None or self.eta_min is None or isinstance(eta_max, float):
            return self._between(t_cur, t_i, eta_max, self.eta_min)
        rates = self.shape.rate(t_cur, t_i, eta_max, self.eta_min)
        return self._varying(rates, eta_max, self.eta_min)

    def _between(
        self, t_cur: Floats, t_i: Numbers, eta_max: Numbers, eta_min: float | None
    ) -> Floats:
        """The rates of cycles that all go from one rate to one other, or that stand still."""
        if self.shape is None or eta_min is None or eta_max == eta_min:
            return np.full_like(t_cur, eta_max)
        rates = self.shape.rate(t_cur, t_i, eta_max, eta_min)
        return self._confined(rates, min(eta_max, eta_min), max(eta_max, eta_min))

    def _varying(self, rates: Floats, eta_max: Floats, eta_min: float) -> Floats:
        """The rates of cycles from several highest rates, of which some may be the lowest."""
        np.copyto(rates, eta_min, where=eta_max == eta_min)
        return self._confined(rates, np.minimum(eta_max, eta_min), np.maximum(eta_max, eta_min))

    def _confined(self, rates: Floats, low: Numbers, high: Numbers) -> Floats:
        """Rates, where rounding may have left the range put back into it."""
        if self.shape is not None and self.shape.overshoots:
            return np.abs(rates, out=rates)
        return np.clip(rates, low, high, out=rates)
