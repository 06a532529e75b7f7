"""When cycles start: exact boundaries of one, of equal and of growing (or shrinking) cycles.

A boundary is the correctly rounded float64 of the exact sum of the decimals that the user wrote, so
an epoch that *is* a boundary compares equal to it. Cycle i holds start(i) <= epoch < start(i + 1).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from bisect import bisect_right
from math import ceil, inf, lcm, log, log1p, ulp
from sys import float_info
from typing import TYPE_CHECKING, NamedTuple

from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, np

if TYPE_CHECKING:
    from fractions import Fraction


NEAR = 0.5  # to 1, of a multiplier: others leave float64 after some thousand cycles


class Located(NamedTuple):
    """For `(n,)` epochs: the cycle of each, T_cur and T_i (one number where all are equal)."""

    cycle: Floats
    t_cur: Floats
    t_i: Floats | float


class Cycles(ABC):
    """A sequence of cycles; its kinds differ in where a cycle starts and how long it is."""

    pile_up: float = inf  # the epoch that shrinking cycles never reach

    @abstractmethod
    def at(self, epoch: float) -> int:
        """The cycle in which an epoch lies."""

    @abstractmethod
    def start(self, index: int) -> float:
        """The epoch at which a cycle starts."""

    @abstractmethod
    def length(self, index: int) -> float:
        """The length of a cycle in epochs."""

    @abstractmethod
    def locate(self, epochs: Floats) -> Located:
        """The cycle of each of `(n,)` epochs, the time since its start, and its length."""


class Single(Cycles):
    """One cycle, which starts at `origin` and is the last."""

    def __init__(self, origin: Fraction, length: float = inf) -> None:
        self._start, self._length = rounded(origin), length

    def at(self, epoch: float) -> int:
        return 0

    def start(self, index: int) -> float:
        return self._start if index == 0 else inf

    def length(self, index: int) -> float:
        return self._length

    def locate(self, epochs: Floats) -> Located:
        return Located(np.zeros_like(epochs), epochs - self._start, self._length)


class Equal(Cycles):
    """Cycles of one length: start(i) = (first + i * step)/over, all of them whole numbers."""

    MOST = 2**30  # cycles up to which a floating-point quotient is off by less than MARGIN
    MARGIN = 1e-6  # of a cycle

    def __init__(self, origin: Fraction, interval: Fraction) -> None:
        self._origin, self._interval = rounded(origin), rounded(interval)
        self.over = lcm(origin.denominator, interval.denominator)
        self.first, self.step = int(origin * self.over), int(interval * self.over)
        self._reach = self._start_below(self.MOST * self.step)
        self._whole = self._start_below(2**53 if self.over <= 2**53 else 0)

    def _start_below(self, numerator: int) -> float:
        """The last start whose numerator is below this one."""
        index = (numerator - self.first) // self.step - 1
        return self.start(index) if index > 0 else -inf

    def at(self, epoch: float) -> int:
        if epoch > self._reach:
            return self._far(epoch)
        index = int((epoch - self._origin) / self._interval)
        while epoch < self.start(index):
            index -= 1
        while epoch >= self.start(index + 1):
            index += 1
        return index

    def _far(self, epoch: float) -> int:
        """`at` in exact numbers: the last start that does not round to beyond the epoch."""
        over, under = epoch.as_integer_ratio()
        half_ulp, its_under = (ulp(epoch) / 2).as_integer_ratio()
        furthest = over * its_under + half_ulp * under  # over under * its_under
        index = (furthest * self.over // (under * its_under) - self.first) // self.step
        return index if self.start(index) <= epoch else index - 1

    def start(self, index: int) -> float:
        return _quotient(self.first + index * self.step, self.over)

    def length(self, index: int) -> float:
        return self._interval

    def locate(self, epochs: Floats) -> Located:
        last = epochs.max()
        if last > self._reach:
            return self._locate_far(epochs)
        starts = self._starts if last <= self._whole else self._starts_one_by_one
        index = epochs - self._origin
        if self._interval != 1.0:  # cycles of one epoch are common: one pass less
            index /= self._interval
        np.floor(index, out=index)
        t_cur = starts(index)
        np.subtract(epochs, t_cur, out=t_cur)
        nearly_all = self._interval * (1 - self.MARGIN)
        if t_cur.min() < 0 or t_cur.max() > nearly_all:  # there the quotient may be one off
            for k in np.flatnonzero((t_cur < 0) | (t_cur > nearly_all)):
                index[k] = self.at(float(epochs[k]))
            t_cur = epochs - starts(index)
        return Located(index, t_cur, self._interval)

    def _starts(self, index: Floats) -> Floats:
        """The starts of cycles, by float64 that hold whole numbers exactly."""
        start = index * self.step
        start += self.first
        if self.over > 1:
            start /= self.over
        return start

    def _starts_one_by_one(self, index: Floats) -> Floats:
        distinct, where = np.unique(index, return_inverse=True)
        return np.array([self.start(int(i)) for i in distinct])[where]

    def _locate_far(self, epochs: Floats) -> Located:
        index = [self.at(epoch) for epoch in epochs.tolist()]
        start = np.array([self.start(i) for i in index])
        as_floats = np.array([float(min(i, 2**1023)) for i in index])
        return Located(as_floats, epochs - start, self._interval)


class Table(NamedTuple):
    """The first cycles: when they start, and how long they are."""

    starts: array[float]
    lengths: array[float]


class Geometric(Cycles):
    """Cycle i is interval * multiplier**i long: a table of starts, made as far as it is asked for.

    start(i) = origin + interval * (multiplier**i - 1) / (multiplier - 1). For a multiplier below 1
    the starts pile up at origin + interval / (1 - multiplier): from there on there is no cycle.
    """

    MOST = 2**19  # cycles; the table then takes 8 MiB and about a second
    BITS = 256  # of the fixed-point sums, below the first interval

    def __init__(self, origin: Fraction, interval: Fraction, multiplier: Fraction) -> None:
        self.origin, self.interval, self.multiplier = origin, interval, multiplier
        shrinks = multiplier < 1
        self.pile_up = rounded(origin + interval / (1 - multiplier)) if shrinks else inf
        self._table = self._made(8)

    def _made(self, count: int) -> Table:
        """Starts and lengths of the first cycles, from sums known to lie in [low, high]."""
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
        return Table(starts, lengths)

    def _exact_start(self, index: int) -> float:
        ratio = (self.multiplier**index - 1) / (self.multiplier - 1)
        return rounded(self.origin + self.interval * ratio)

    def _reaching(self, epoch: float) -> Table:
        """A table that reaches beyond an epoch. Raises LogschedError where none can."""
        if epoch >= self.pile_up:
            raise LogschedError(
                f"restart_interval_multiplier is {float(self.multiplier)}, so that cycles shrink "
                f"and pile up at epoch {self.pile_up:.15g}, but the schedule is asked for epoch "
                f"{epoch:.15g}: keep to earlier epochs, or take a multiplier of 1 or more"
            )
        table = self._table
        while table.starts[-1] <= epoch:
            table = self._longer(table, self._count_to(epoch))
        return table

    def _count_to(self, epoch: float) -> float:
        """About how many cycles start before an epoch: log(1 + (epoch - origin)/interval * (m - 1))
        / log(m), where m is so near to 1 that there may be too many.
        """
        from fractions import Fraction

        excess = self.multiplier - 1
        grown = 1 + (Fraction(epoch) - self.origin) / self.interval * excess
        if abs(excess) > NEAR or grown <= 0:
            return 0.0
        return (log(grown.numerator) - log(grown.denominator)) / log1p(excess)

    def _holding(self, index: int) -> Table:
        """A table that has cycle number `index`, or the end of all time before it."""
        table = self._table
        while index >= len(table.starts) and table.starts[-1] < inf:
            endless = self.multiplier < 1 or self._count_to(float_info.max) > 2 * self.MOST
            hopeless = endless and index >= self.MOST
            table = self._longer(table, inf if hopeless else min(index + 1, self.MOST))
        return table

    def _longer(self, table: Table, count: float) -> Table:
        """A longer table, of `count` cycles or twice as many as before; and kept: one store, so
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

    def at(self, epoch: float) -> int:
        return bisect_right(self._reaching(epoch).starts, epoch) - 1

    def start(self, index: int) -> float:
        starts = self._holding(index).starts
        return starts[index] if index < len(starts) else inf

    def length(self, index: int) -> float:
        lengths = self._holding(index).lengths
        return lengths[index] if index < len(lengths) else inf

    def locate(self, epochs: Floats) -> Located:
        table = self._reaching(float(epochs.max()))
        starts, lengths = np.frombuffer(table.starts), np.frombuffer(table.lengths)
        index = np.searchsorted(starts, epochs, side="right") - 1
        return Located(index.astype(np.float64), epochs - starts[index], lengths[index])


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
