"""A phase of a schedule: cycles of one shape, each from its highest to its lowest rate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf, isfinite
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

from logsched.errors import LogschedError
from logsched.lazy import Floats, Numbers, np

if TYPE_CHECKING:
    from logsched.cycles import Cycles
    from logsched.parameters import Parameters, Value


class Curve(Protocol):
    """What a phase needs of a shape, and what there is to tell of it."""

    formula: ClassVar[str]

    @property
    def overshoots(self) -> bool:
        """Whether rates may rise above eta_max."""

    def fraction(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        """g, how much of the way from eta_min up to eta_max the rate is."""

    def rate(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        """The rate at T_cur of T_i epochs, on the way from eta_max to eta_min."""

    def check(self, t_i: float, eta_max: float, eta_min: float) -> None:
        """Raise LogschedError where the formula does not hold for such a cycle."""

    def numbers(self, its: Parameters, eta_max: float, eta_min: float) -> Mapping[str, Value]:
        """What the names in the formula stand for."""


EtaMax = Callable[[Numbers], Numbers]
"""From cycles' numbers, `(n,)` float64, to their highest rates: `(n,)`, or one number for all."""


class Stretch(NamedTuple):
    """One cycle of a phase in numbers: it holds start <= epoch < start + length."""

    cycle: int
    start: float
    length: float
    eta_max: float
    eta_min: float


class Phase:
    """A part of a schedule: its name, its shape, when its cycles are and between which rates.

    Where `eta_min` is None the rate does not move within a cycle.
    """

    def __init__(
        self,
        name: str,
        shape: Curve,
        cycles: Cycles,
        eta_max: EtaMax,
        eta_min: float | None = None,
    ) -> None:
        self.name, self.shape, self.cycles = name, shape, cycles
        self._eta_max, self._eta_min = eta_max, eta_min
        self._latest: Stretch | None = None

    @property
    def plural(self) -> str:
        """The name of the phase as a whole: `cycles` of a `cycle`."""
        return f"{self.name}s" if self.name in ("cycle", "step") else self.name

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
        with np.errstate(all="ignore"):
            eta_max = np.ravel(self._eta_max(np.array([float(min(cycle, 2**1023))])))[0].item()
        if not isfinite(eta_max) or eta_max < 0:
            raise LogschedError(
                f"restart_lr_decay takes the rate at restart {cycle} out of bounds: it must be a "
                "finite number, 0 or more"
            )
        length, eta_min = self.cycles.length(cycle), self._eta_min
        if eta_min is not None:
            self.shape.check(length, eta_max, eta_min)
        start = self.cycles.start(cycle)
        return Stretch(cycle, start, length, eta_max, eta_max if eta_min is None else eta_min)

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
        if eta_max == eta_min:
            return eta_max
        rate = float(self.shape.rate(epoch - start, length, eta_max, eta_min))
        if self.shape.overshoots:
            return abs(rate)
        return min(max(rate, min(eta_max, eta_min)), max(eta_max, eta_min))

    def rates(self, epochs: Floats, first: float, last: float) -> Floats:
        """The rates at `(n,)` contiguous epochs of this phase, of which two are the extremes."""
        final = self.stretch(self.cycles.at(last))
        stretch = self.stretch(self.cycles.at(first))
        if stretch.cycle != final.cycle:
            return self._rates_of_cycles(epochs)
        return self._between(epochs - stretch.start, *stretch[2:])

    def _rates_of_cycles(self, epochs: Floats) -> Floats:
        """`rates` of epochs in several cycles, each with its own start, length and eta_max."""
        cycle, t_cur, t_i = self.cycles.locate(epochs)
        eta_max, eta_min = self._eta_max(cycle), self._eta_min
        if eta_min is None:
            return np.full_like(t_cur, eta_max)
        if isinstance(eta_max, float):
            return self._between(t_cur, t_i, eta_max, eta_min)
        rates: Floats = self.shape.rate(t_cur, t_i, eta_max, eta_min)
        np.copyto(rates, eta_min, where=eta_max == eta_min)
        return self._confined(rates, np.minimum(eta_max, eta_min), np.maximum(eta_max, eta_min))

    def _between(self, t_cur: Floats, t_i: Numbers, eta_max: float, eta_min: float) -> Floats:
        """The rates of cycles that all go from one rate to one other."""
        if eta_max == eta_min:
            return np.full_like(t_cur, eta_max)
        rates = self.shape.rate(t_cur, t_i, eta_max, eta_min)
        return self._confined(rates, min(eta_max, eta_min), max(eta_max, eta_min))

    def _confined(self, rates: Floats, low: Numbers, high: Numbers) -> Floats:
        """Rates, where rounding may have left the range put back into it."""
        if self.shape.overshoots:
            return np.abs(rates, out=rates)
        return np.clip(rates, low, high, out=rates)
