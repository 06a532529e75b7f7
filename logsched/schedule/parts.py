"""A part of a schedule: pieces of one curve, by one rule of time, between two levels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from math import inf, isfinite, nextafter
from typing import TYPE_CHECKING, NamedTuple

from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, Numbers, np
from logsched.schedule.curves.curve import Curve, Hold

if TYPE_CHECKING:
    from fractions import Fraction

    from logsched.schedule.boundaries import Times

Level = float | Callable[[Numbers], Numbers]
"""The rate at which pieces begin: one for all, or from their numbers, `(n,)` float64, to theirs."""


class Terms(NamedTuple):
    """How a piece's length and its rates come from the parameters; `{i}` is its number."""

    length: str
    first: str
    last: str


class Piece(NamedTuple):
    """A piece in numbers: from `first` to `last` while start <= time < start + length."""

    number: int
    start: float
    length: float
    first: float
    last: float


@dataclass(eq=False)
class Part:
    """Pieces of one curve: their name, when they are, between which rates.

    `repeats` says whether there is more than one piece, `warms` whether it is a warmup, whose ends
    are no extremes.
    """

    name: str
    curve: Curve
    times: Times
    first: Level
    last: float
    terms: Terms | None = None
    repeats: bool = False
    warms: bool = False
    _latest: Piece | None = field(default=None, init=False, repr=False)

    @property
    def plural(self) -> str:
        """The name of the part as a whole: `cycles` of a `cycle`."""
        return f"{self.name}s" if self.repeats else self.name

    def name_of(self, number: int) -> str:
        """The name of one of its pieces: `cycle 0`."""
        return f"{self.name} {number}" if self.repeats else self.name

    @property
    def formula(self) -> str:
        """The formula of the rate, or of g."""
        return self.curve.chosen_formula

    @property
    def holds(self) -> bool:
        """Whether the rate stands still within a piece."""
        return isinstance(self.curve, Hold)

    @property
    def decays(self) -> bool:
        """Whether it leads from a highest rate to a lowest, once or in cycles."""
        return not self.holds and not self.warms

    @property
    def cyclic(self) -> bool:
        """Whether it is of cycles between two rates."""
        return self.repeats and not self.holds

    @property
    def restarts(self) -> bool:
        """Whether its cycles are restart cycles, which begin at the top."""
        return self.cyclic and self.curve.top == 0

    @property
    def start(self) -> float:
        """When the part begins."""
        return self.times.start(0)

    def shifted(self, by: Fraction) -> Part:
        """The same, later by an exact time."""
        return replace(self, times=self.times.shifted(by))

    def piece(self, number: int) -> Piece:
        """One of its pieces. Raises LogschedError where its formula does not hold."""
        latest = self._latest
        if latest is None or latest.number != number:
            self._latest = latest = self._piece(number)
        return latest

    def _piece(self, number: int) -> Piece:
        first = self._first(number)
        if not isfinite(first) or first < 0:
            raise LogschedError(
                f"restart_lr_decay takes the rate at restart {number} out of bounds: it must be a "
                "finite number, 0 or more"
            )
        start, length = self.times.start(number), self.times.length(number)
        if self.holds:
            return Piece(number, start, length, first, first)
        self.curve.check(length, first, self.last)
        return Piece(number, start, length, first, self.last)

    def _first(self, number: int) -> float:
        """The first rate of one piece, by the same ufuncs as those of many."""
        if isinstance(self.first, float):
            return self.first
        with np.errstate(all="ignore"):
            return float(self.first(np.array([float(min(number, 2**1023))]))[0])

    def pieces(self, begin: float, end: float, most: int) -> Iterator[Piece]:
        """The pieces of the time between two others; of more than `most` so many, chosen evenly,
        the first and last among them.
        """
        first = self.times.at(max(begin, self.start))
        count = self.times.at(nextafter(end, 0.0)) + 1 - first
        for k in range(min(count, most)):
            yield self.piece(first + (k if count <= most else k * (count - 1) // (most - 1)))

    def turns(self, piece: Piece) -> tuple[float, ...]:
        """The times at which a piece has a corner: its start, and its top."""
        if self.curve.top == 0:
            return (piece.start,)
        return piece.start, piece.start + self.curve.top * piece.length

    def check(self, last: float, steps: int) -> None:
        """Raise LogschedError where it does not hold up to a time, on so many steps in one unit.

        Lengths and rates of pieces only grow or only fall, so the first and last tell for all.
        """
        self.piece(0)
        piece = self.piece(self.times.at(last))
        if self.times.pile_up < inf and piece.length < 1 / steps:
            raise LogschedError(
                "restart_interval_multiplier is below 1, so that cycles shrink and pile up at "
                f"epoch {self.times.pile_up:.15g}, and the one at epoch {piece.start:.15g} is "
                "shorter than a step of the grid: end the run earlier, or take 1 or more"
            )

    def rate(self, time: float) -> float:
        """The rate at one time of this part, by the same ufuncs as `rates`."""
        _, start, length, first, last = self.piece(self.times.at(time))
        if first == last:
            return first
        rate = float(self.curve.rate(time - start, length, first, last))
        if self.curve.overshoots:
            return abs(rate)
        return min(max(rate, min(first, last)), max(first, last))

    def rates(self, times: Floats, earliest: float, latest: float) -> Floats:
        """The rates at `(n,)` contiguous times of this part, of which two are the extremes."""
        final = self.piece(self.times.at(latest))
        piece = self.piece(self.times.at(earliest))
        if piece.number == final.number:
            return self._between(times - piece.start, *piece[2:])
        number, since, length = self.times.locate(times)
        first = self.first if isinstance(self.first, float) else self.first(number)
        if self.holds or isinstance(first, float):
            return self._between(since, length, first, first if self.holds else self.last)
        rates = self.curve.rate(since, length, first, self.last)
        np.copyto(rates, self.last, where=first == self.last)
        return self._confined(rates, np.minimum(first, self.last), np.maximum(first, self.last))

    def _between(self, since: Floats, length: Numbers, first: Numbers, last: Numbers) -> Floats:
        """The rates of pieces that all go from one rate to one other, or that stand still."""
        if self.holds or first == last:
            return np.full_like(since, first)
        rates = self.curve.rate(since, length, first, last)
        return self._confined(rates, min(first, last), max(first, last))

    def _confined(self, rates: Floats, low: Numbers, high: Numbers) -> Floats:
        """Rates, where rounding may have left the range put back into it."""
        if self.curve.overshoots:
            return np.abs(rates, out=rates)
        return np.clip(rates, low, high, out=rates)


def hold(name: str, formula: str, times: Times, rate: float) -> Part:
    """A part that holds one rate."""
    return Part(name, Hold(formula), times, rate, rate)
