"""When pieces start, exactly: one piece, equal ones, growing (or shrinking) ones.

A boundary is the correctly rounded float64 of the exact sum of the decimals that the user wrote, so
a time that *is* a boundary compares equal to it. Piece i holds start(i) <= time < start(i + 1).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from math import ceil, inf, lcm, log, log1p, ulp
from sys import float_info
from typing import TYPE_CHECKING, NamedTuple

from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, np

if TYPE_CHECKING:
    from fractions import Fraction


NEAR = 0.5  # to 1, of a multiplier: others leave float64 after some thousand pieces


class Located(NamedTuple):
    """For `(n,)` times: the number of each one's piece, the time since its start, and its length.

    The length is one number where all are equal.
    """

    number: Floats
    since: Floats
    length: Floats | float


class Times(ABC):
    """When pieces start and how long they are, without a list of them."""

    pile_up: float = inf  # the time that shrinking pieces never reach
    origin: Fraction  # when the first piece starts

    @abstractmethod
    def at(self, time: float) -> int:
        """The number of the piece in which a time lies."""

    @abstractmethod
    def start(self, index: int) -> float:
        """When a piece starts."""

    @abstractmethod
    def length(self, index: int) -> float:
        """How long a piece is."""

    @abstractmethod
    def locate(self, times: Floats) -> Located:
        """Where each of `(n,)` times lies."""

    @abstractmethod
    def shifted(self, by: Fraction) -> Times:
        """The same pieces, all of them later by an exact fraction, or earlier."""


class Once(Times):
    """One piece, which starts at `origin` and is the last."""

    def __init__(self, origin: Fraction, length: float = inf) -> None:
        self.origin = origin
        self._start, self._length = rounded(origin), length

    def at(self, time: float) -> int:
        return 0

    def start(self, index: int) -> float:
        return self._start if index == 0 else inf

    def length(self, index: int) -> float:
        return self._length

    def locate(self, times: Floats) -> Located:
        return Located(np.zeros_like(times), times - self._start, self._length)

    def shifted(self, by: Fraction) -> Once:
        return Once(self.origin + by, self._length)


class Listed(Times):
    """Pieces that start at given times, in order; the last has no end."""

    def __init__(self, starts: Sequence[Fraction]) -> None:
        self.starts, self.origin = tuple(starts), starts[0]
        self._starts = [rounded(start) for start in starts]

    def at(self, time: float) -> int:
        return bisect_right(self._starts, time) - 1

    def start(self, index: int) -> float:
        return self._starts[index] if index < len(self._starts) else inf

    def length(self, index: int) -> float:
        last = index + 1 >= len(self.starts)
        return inf if last else rounded(self.starts[index + 1] - self.starts[index])

    def locate(self, times: Floats) -> Located:
        index = np.searchsorted(self._starts, times, side="right") - 1
        lengths = np.array([self.length(k) for k in range(len(self._starts))])
        since = times - np.array(self._starts)[index]
        return Located(index.astype(np.float64), since, lengths[index])

    def shifted(self, by: Fraction) -> Listed:
        return Listed([start + by for start in self.starts])


class Equal(Times):
    """Pieces of one length: start(i) = (first + i * step)/over, all of them whole numbers."""

    MOST = 2**30  # pieces up to which a floating-point quotient is off by less than MARGIN
    MARGIN = 1e-6  # of a piece

    def __init__(self, origin: Fraction, interval: Fraction) -> None:
        self.origin, self.interval = origin, interval
        self._origin, self._interval = rounded(origin), rounded(interval)
        self.over = lcm(origin.denominator, interval.denominator)
        self.first, self.step = int(origin * self.over), int(interval * self.over)
        self._reach = self._start_below(self.MOST * self.step)
        self._whole = self._start_below(2**53 if self.over <= 2**53 else 0)

    def _start_below(self, numerator: int) -> float:
        """The last start whose numerator is below this one."""
        index = (numerator - self.first) // self.step - 1
        return self.start(index) if index > 0 else -inf

    def at(self, time: float) -> int:
        if time > self._reach:
            return self._far(time)
        index = int((time - self._origin) / self._interval)
        while time < self.start(index):
            index -= 1
        while time >= self.start(index + 1):
            index += 1
        return index

    def _far(self, time: float) -> int:
        """`at` in exact numbers: the last start that does not round to beyond the time."""
        over, under = time.as_integer_ratio()
        half_ulp, its_under = (ulp(time) / 2).as_integer_ratio()
        furthest = over * its_under + half_ulp * under  # over under * its_under
        index = (furthest * self.over // (under * its_under) - self.first) // self.step
        return index if self.start(index) <= time else index - 1

    def start(self, index: int) -> float:
        return _quotient(self.first + index * self.step, self.over)

    def length(self, index: int) -> float:
        return self._interval

    def locate(self, times: Floats) -> Located:
        last = times.max()
        if last > self._reach:
            return self._locate_far(times)
        starts = self._starts if last <= self._whole else self._starts_one_by_one
        index = times - self._origin
        if self._interval != 1.0:  # pieces of length 1 are common: one pass less
            index /= self._interval
        np.floor(index, out=index)
        since = starts(index)
        np.subtract(times, since, out=since)
        nearly_all = self._interval * (1 - self.MARGIN)
        if since.min() < 0 or since.max() > nearly_all:  # there the quotient may be one off
            for k in np.flatnonzero((since < 0) | (since > nearly_all)):
                index[k] = self.at(float(times[k]))
            since = times - starts(index)
        return Located(index, since, self._interval)

    def _starts(self, index: Floats) -> Floats:
        """The starts of pieces, by float64 that hold whole numbers exactly."""
        start = index * self.step
        start += self.first
        if self.over > 1:
            start /= self.over
        return start

    def _starts_one_by_one(self, index: Floats) -> Floats:
        distinct, where = np.unique(index, return_inverse=True)
        return np.array([self.start(int(i)) for i in distinct])[where]

    def floor(self, times: Floats) -> Floats:
        """When the piece of each of `(n,)` times started."""
        index = self.locate(times).number
        whole = times.max() <= self._whole
        return self._starts(index) if whole else self._starts_one_by_one(index)

    def shifted(self, by: Fraction) -> Equal:
        return Equal(self.origin + by, self.interval)

    def _locate_far(self, times: Floats) -> Located:
        index = [self.at(time) for time in times.tolist()]
        start = np.array([self.start(i) for i in index])
        as_floats = np.array([float(min(i, 2**1023)) for i in index])
        return Located(as_floats, times - start, self._interval)


class Starts(NamedTuple):
    """The first pieces: when they start, and how long they are."""

    starts: array[float]
    lengths: array[float]


class Growing(Times):
    """Piece i is interval * multiplier**i long: a table of starts, made as far as it is asked for.

    start(i) = origin + interval * (multiplier**i - 1) / (multiplier - 1). For a multiplier below 1
    the starts pile up at origin + interval / (1 - multiplier): from there on there is no cycle.
    """

    MOST = 2**19  # pieces; the table then takes 8 MiB and about a second
    BITS = 256  # of the fixed-point sums, below the first interval

    def __init__(self, origin: Fraction, interval: Fraction, multiplier: Fraction) -> None:
        self.origin, self.interval, self.multiplier = origin, interval, multiplier
        shrinks = multiplier < 1
        self.pile_up = rounded(origin + interval / (1 - multiplier)) if shrinks else inf
        self._table = self._made(8)

    def _made(self, count: int) -> Starts:
        """Starts and lengths of the first pieces, from sums known to lie in [low, high]."""
        one = 1 << max(self.BITS, self.BITS - _exponent(self.interval))
        over, under = self.multiplier.numerator, self.multiplier.denominator
        low, high = _floor(self.origin * one), _ceil(self.origin * one)
        short, long = _floor(self.interval * one), _ceil(self.interval * one)
        starts, lengths = array("d", [inf]) * count, array("d", [inf]) * count
        for index in range(count):
            start = _quotient(low, one)
            if start == inf:
                break
            starts[index] = start if start == _quotient(high, one) else self._exact_start(index)
            lengths[index] = _quotient(short, one)
            low, high = low + short, high + long
            short, long = short * over // under, -(-long * over // under)
        return Starts(starts, lengths)

    def _exact_start(self, index: int) -> float:
        ratio = (self.multiplier**index - 1) / (self.multiplier - 1)
        return rounded(self.origin + self.interval * ratio)

    def _reaching(self, time: float) -> Starts:
        """A table that reaches beyond a time. Raises LogschedError where none can."""
        if time >= self.pile_up:
            raise LogschedError(
                f"restart_interval_multiplier is {float(self.multiplier)}, so that cycles shrink "
                f"and pile up at epoch {self.pile_up:.15g}, but the schedule is asked for epoch "
                f"{time:.15g}: keep to earlier epochs, or take a multiplier of 1 or more"
            )
        table = self._table
        while table.starts[-1] <= time:
            table = self._longer(table, self._count_to(time))
        return table

    def _count_to(self, time: float) -> float:
        """About how many pieces start before a time: log(1 + (epoch - origin)/interval * (m - 1))
        / log(m), where m is so near to 1 that there may be too many.
        """
        from fractions import Fraction

        excess = self.multiplier - 1
        grown = 1 + (Fraction(time) - self.origin) / self.interval * excess
        if abs(excess) > NEAR or grown <= 0:
            return 0.0
        return (log(grown.numerator) - log(grown.denominator)) / log1p(excess)

    def _holding(self, index: int) -> Starts:
        """A table that has piece number `index`, or the end of all time before it."""
        table = self._table
        while index >= len(table.starts) and table.starts[-1] < inf:
            endless = self.multiplier < 1 or self._count_to(float_info.max) > 2 * self.MOST
            hopeless = endless and index >= self.MOST
            table = self._longer(table, inf if hopeless else min(index + 1, self.MOST))
        return table

    def _longer(self, table: Starts, count: float) -> Starts:
        """A longer table, of `count` pieces or twice as many as before; and kept: one store, so
        that threads at worst make it twice.
        """
        if len(table.starts) >= self.MOST or count > 2 * self.MOST:
            raise LogschedError(
                f"restart_interval_multiplier is {float(self.multiplier)}, which makes more than "
                f"{self.MOST} cycles, each of another length, but so many are not feasible: take "
                "1, or a longer restart_interval"
            )
        self._table = longer = self._made(min(self.MOST, max(2 * len(table.starts), ceil(count))))
        return longer

    def at(self, time: float) -> int:
        return bisect_right(self._reaching(time).starts, time) - 1

    def start(self, index: int) -> float:
        starts = self._holding(index).starts
        return starts[index] if index < len(starts) else inf

    def length(self, index: int) -> float:
        lengths = self._holding(index).lengths
        return lengths[index] if index < len(lengths) else inf

    def locate(self, times: Floats) -> Located:
        table = self._reaching(float(times.max()))
        starts, lengths = np.frombuffer(table.starts), np.frombuffer(table.lengths)
        index = np.searchsorted(starts, times, side="right") - 1
        return Located(index.astype(np.float64), times - starts[index], lengths[index])

    def shifted(self, by: Fraction) -> Growing:
        return Growing(self.origin + by, self.interval, self.multiplier)


def rounded(number: Fraction) -> float:
    """The nearest float64, infinity beyond the largest."""
    return _quotient(number.numerator, number.denominator)


def _quotient(over: int, under: int) -> float:
    try:
        return over / under  # Python rounds the quotient of two whole numbers correctly
    except OverflowError:
        return inf


def _floor(number: Fraction) -> int:
    return number.numerator // number.denominator


def _ceil(number: Fraction) -> int:
    return -(-number.numerator // number.denominator)


def _exponent(number: Fraction) -> int:
    return number.numerator.bit_length() - number.denominator.bit_length()
