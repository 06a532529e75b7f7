"""A part of a schedule: pieces of one curve, by one rule of time, between two levels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf, isfinite, nextafter
from typing import TYPE_CHECKING, NamedTuple

from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, Numbers, np
from logsched.schedule.boundaries import rounded
from logsched.schedule.curves.curve import Curve, Hold

if TYPE_CHECKING:
    from fractions import Fraction

    from logsched.schedule.boundaries import Equal, Times

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
    are no extremes. It holds from `begin` on, the start of its first piece if nothing is said. Its
    rates are read at the starts of `stair` only, cut off below at `floor`, multiplied by a `ramp`.
    """

    name: str
    curve: Curve
    times: Times
    first: Level
    last: float
    terms: Terms | None = None
    repeats: bool = False
    warms: bool = False
    begin: Fraction | None = None
    floor: float = 0.0
    stair: Equal | None = None
    ramp: Ramp | None = None
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
    def stays(self) -> bool:
        """Whether it is of one rate."""
        return self.holds and isinstance(self.first, float) and self.ramp is None

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
    def begins(self) -> Fraction:
        """When the part begins, exactly."""
        return self.times.origin if self.begin is None else self.begin

    @cached_property
    def start(self) -> float:
        """When the part begins."""
        return rounded(self.begins)

    @cached_property
    def number(self) -> int:
        """The number of the piece with which it begins: above 0 where others were cut off."""
        return self.times.at(self.read(self.start))

    def numbers(self, end: float) -> range:
        """The numbers of its pieces up to a time."""
        return range(self.number, self.times.at(self.read(nextafter(end, 0.0))) + 1)

    def shifted(self, by: Fraction) -> Part:
        """The same, later by an exact time."""
        return replace(
            self,
            times=self.times.shifted(by),
            begin=None if self.begin is None else self.begin + by,
            stair=self.stair and self.stair.shifted(by),
            ramp=self.ramp and Ramp(self.ramp.part.shifted(by), self.ramp.top),
        )

    def cut(self, begin: Fraction) -> Part:
        """The same, without what is before a time."""
        return replace(self, begin=begin) if begin > self.begins else self

    def read(self, time: float) -> float:
        """When the rate of a time is read: then, or at the start of a stair."""
        return time if self.stair is None else self.stair.start(self.stair.at(time))

    def start_of(self, number: int) -> float:
        """When a piece shows: at its start, where a stair first reads it, not before the part."""
        start = max(self.start, self.times.start(number))
        if self.stair is None or start == inf:
            return start
        index = max(0, self.stair.at(start) - 1)
        while self.times.at(self.stair.start(index)) < number:
            index += 1
        return max(self.start, self.stair.start(index))

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
        first = self.times.at(self.read(max(begin, self.start)))
        count = self.times.at(self.read(nextafter(end, 0.0))) + 1 - first
        for k in range(min(count, most)):
            yield self.piece(first + (k if count <= most else k * (count - 1) // (most - 1)))

    def turns(self, piece: Piece) -> tuple[float, ...]:
        """The times at which a piece has a corner: its start, and its top."""
        if self.curve.top == 0:
            return (piece.start,)
        return piece.start, piece.start + self.curve.top * piece.length

    def check(self, last: float, step: float) -> None:
        """Raise LogschedError where it does not hold up to a time, at points so far apart.

        Lengths and rates of pieces only grow or only fall, so the first and last tell for all.
        """
        self.piece(self.number)
        piece = self.piece(self.times.at(self.read(last)))
        if self.times.pile_up < inf and piece.length < step:
            raise LogschedError(
                "restart_interval_multiplier is below 1, so that cycles shrink and pile up at "
                f"epoch {self.times.pile_up:.15g}, and the one at epoch {piece.start:.15g} is "
                "shorter than a step of the grid: end the run earlier, or take 1 or more"
            )

    def rate(self, time: float) -> float:
        """The rate at one time of this part, by the same ufuncs as `rates`."""
        rate = max(self._rate(self.read(time)), self.floor)
        return rate if self.ramp is None else self.ramp.times(time, rate)

    def _rate(self, time: float) -> float:
        _, start, length, first, last = self.piece(self.times.at(time))
        if first == last:
            return first
        rate = float(self.curve.rate(time - start, length, first, last))
        if self.curve.overshoots:
            return abs(rate)
        return min(max(rate, min(first, last)), max(first, last))

    def rates(self, times: Floats, earliest: float, latest: float) -> Floats:
        """The rates at `(n,)` contiguous times of this part, of which two are the extremes."""
        if self.stair is None:
            rates = self._rates(times, earliest, latest)
        else:
            rates = self._rates(self.stair.floor(times), self.read(earliest), self.read(latest))
        if self.floor > 0:
            np.maximum(rates, self.floor, out=rates)
        return rates if self.ramp is None else self.ramp.all_times(times, rates)

    def _rates(self, times: Floats, earliest: float, latest: float) -> Floats:
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


class Ramp(NamedTuple):
    """A warmup that is multiplied with what is under it, in shares of its top."""

    part: Part
    top: float

    def times(self, time: float, rate: float) -> float:
        """A rate under the warmup."""
        return rate * (self.part.rate(time) / self.top) if self.top else 0.0

    def all_times(self, times: Floats, rates: Floats) -> Floats:
        """The same for `(n,)` rates."""
        if not self.top:
            return np.zeros_like(rates)
        rates *= self.part.rates(times, float(times.min()), float(times.max())) / self.top
        return rates


def hold(name: str, formula: str, times: Times, rate: float) -> Part:
    """A part that holds one rate."""
    return Part(name, Hold(formula), times, rate, rate)
