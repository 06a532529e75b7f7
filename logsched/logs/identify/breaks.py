"""Where a log breaks: its jumps, its turns and kinks; and a few points that still show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from logsched.base.lazy import Floats, np
from logsched.logs.agreement import Tolerance
from logsched.schedule.series import Series

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 2**18  # points that are searched for jumps at once
JUMPS = 200  # that are looked for; a log with more of them is cut there
STEEP = 3.0  # times as steep as its neighbours: a jump
EVEN = 1000  # points, evenly chosen, that stand for a long log
NEAR = 20  # points that are kept at its start, and jumps of which more surroundings are
AROUND = range(-2, 4)  # points that are kept around a jump
ZOOMS = 4  # times that turns are looked at more closely
CLOSER = 50  # points of those around a turn, each time
TURNS = 4  # that are told of, and as many kinks


class Gap(NamedTuple):
    """Between two points of a log: what happens in it happens after `low`, at or before `high`."""

    low: float
    high: float


@dataclass(frozen=True)
class Breaks:
    """What is seen of a schedule's times in a log.

    Rates jump in `rises` and `drops`; they rise in `climbs`; they turn in `troughs` and `peaks`; at
    `turns` they turn, stop, start or have a kink. `few` is a part of the log that still shows this,
    `end` the time one point past its last.
    """

    few: Series
    end: float
    rises: Sequence[Gap]
    drops: Sequence[Gap]
    climbs: Sequence[Gap]
    troughs: Sequence[Gap]
    peaks: Sequence[Gap]
    turns: Sequence[float]

    @property
    def jumps(self) -> list[Gap]:
        """All jumps in the order of their times."""
        return sorted([*self.rises, *self.drops])

    @property
    def first(self) -> float:
        """The time of the first point."""
        return float(self.few.epoch[0])

    @property
    def spacing(self) -> float:
        """The usual time from one point to the next."""
        return self.end - float(self.few.epoch[-1])

    def rate_at(self, time: float) -> float:
        """The first rate from a time on, or the last one there is."""
        found = int(np.searchsorted(self.few.epoch, time))
        return float(self.few.rate[min(found, self.few.rate.size - 1)])


def find_breaks(series: Series, tolerance: Tolerance) -> Breaks:
    """The breaks of a log of one point or more."""
    once = np.diff(series.epoch, prepend=-inf) > 0
    epoch, rate = (column[once] for column in series)
    jumps = _jumps(epoch, rate, tolerance)[: JUMPS + 1]
    if jumps.size > JUMPS:
        end = jumps[-1] + 1  # the point before the first jump that is left out
        epoch, rate, jumps = epoch[:end], rate[:end], jumps[:-1]
    up = rate[jumps + 1] > rate[jumps]
    usual = float(np.median(np.diff(epoch))) if epoch.size > 1 else 1.0
    chosen = _chosen(epoch.size, jumps)
    for _ in range(ZOOMS):
        few = Series(epoch[chosen], rate[chosen])
        slopes = _Slopes(few, tolerance, np.isin(chosen[:-1], jumps))
        chosen = _nearer(chosen, slopes.turning())
    return Breaks(
        few=few,
        end=float(epoch[-1]) + usual,
        rises=_gaps(epoch, jumps[up]),
        drops=_gaps(epoch, jumps[~up]),
        climbs=slopes.climbs(),
        troughs=slopes.bends(-1),
        peaks=slopes.bends(1),
        turns=few.epoch[slopes.turning()].tolist(),
    )


def _gaps(epoch: Floats, before: NDArray[np.int64], width: int = 1) -> list[Gap]:
    return [Gap(float(epoch[k]), float(epoch[k + width])) for k in before]


def _jumps(epoch: Floats, rate: Floats, tolerance: Tolerance) -> NDArray[np.int64]:
    """The points after which the rate jumps, found block by block."""
    found = [np.empty(0, np.int64)]
    for begin in range(0, epoch.size, BLOCK):
        part = slice(max(begin - 1, 0), begin + BLOCK + 2)
        here = part.start + _jumps_in(epoch[part], rate[part], tolerance)
        found.append(here[(begin <= here) & (here < begin + BLOCK)])
    return np.concatenate(found)


def _jumps_in(epoch: Floats, rate: Floats, tolerance: Tolerance) -> NDArray[np.int64]:
    """A jump goes against what is on either side of it, or is much steeper."""
    slope = np.diff(rate) / np.diff(epoch)
    if not slope.size:
        return np.empty(0, np.int64)
    before, after = np.append(0.0, slope[:-1]), np.append(slope[1:], 0.0)
    against = (slope * before <= 0) & (slope * after <= 0)
    steep = np.abs(slope) > STEEP * np.maximum(np.abs(before), np.abs(after))
    return np.flatnonzero(_differ(rate, tolerance) & (against | steep))


def _differ(rate: Floats, tolerance: Tolerance) -> NDArray[np.bool]:
    """Where two neighbouring rates differ by more than inaccuracy."""
    allowed = tolerance.rtol * np.abs(rate) + tolerance.floor
    return np.abs(np.diff(rate)) > 2 * (allowed[1:] + allowed[:-1])


def _chosen(size: int, jumps: NDArray[np.int64]) -> NDArray[np.int64]:
    """Points evenly chosen, those at the start, and those around jumps."""
    even = np.linspace(0, size - 1, min(size, EVEN)).astype(np.int64)
    around = np.add.outer(jumps, np.array(AROUND)).ravel()
    after = np.add.outer(jumps[:NEAR], 2 ** np.arange(2, NEAR)).ravel()
    chosen = np.unique([*even, *range(NEAR), *around, *after])
    return chosen[(chosen >= 0) & (chosen < size)].astype(np.int64)


def _nearer(chosen: NDArray[np.int64], turning: NDArray[np.int64]) -> NDArray[np.int64]:
    """More points between those that are on either side of a turn."""
    closer = [np.linspace(chosen[k - 1], chosen[k + 1], CLOSER).astype(np.int64) for k in turning]
    return np.unique(np.concatenate([chosen, *closer]))


class _Slopes:
    """The slopes between few points, and whether there is a jump between them."""

    def __init__(self, few: Series, tolerance: Tolerance, jump: NDArray[np.bool]) -> None:
        self.epoch = few.epoch
        slope = np.diff(few.rate) / np.diff(few.epoch)
        self.slope = np.where(_differ(few.rate, tolerance), slope, 0.0)
        self.noise = 8 * (tolerance.rtol * np.abs(few.rate) + tolerance.floor)
        self.way = np.sign(self.slope)
        self.smooth = ~(jump[1:] | jump[:-1])  # at points 1, 2, ..., the last but one

    def climbs(self) -> list[Gap]:
        """All gaps in which the rate rises, after the first in which it does not."""
        level = np.flatnonzero(self.way <= 0)
        rising = np.flatnonzero(self.way > 0)
        return _gaps(self.epoch, rising[rising > level[0]]) if level.size else []

    def bends(self, way: int) -> list[Gap]:
        """Where the rate turns without a jump, from one way to the other."""
        there = (self.way[:-1] * way > 0) & (self.way[1:] * way < 0) & self.smooth
        return _gaps(self.epoch, np.flatnonzero(there), width=2)

    def turning(self) -> NDArray[np.int64]:
        """The points at which a phase may end without a jump."""
        changes = (self.way[1:] != self.way[:-1]) & self.smooth
        return np.unique([*np.flatnonzero(changes)[:TURNS], *self._kinks()]).astype(np.int64) + 1

    def _kinks(self) -> NDArray[np.int64]:
        """The points at which the slope changes more than it does nearby."""
        if self.slope.size < 2:
            return np.empty(0, np.int64)
        bend, span = np.abs(np.diff(self.slope)), self.epoch[2:] - self.epoch[:-2]
        bend[~self.smooth | (bend * span < self.noise[1:-1])] = 0.0
        bend /= span
        around = np.pad(bend, 2)
        nearby = np.maximum(around[:-4], around[4:])
        kink = (bend >= around[1:-3]) & (bend >= around[3:-1]) & (bend > 2 * nearby)
        at = np.flatnonzero(kink)
        return at[np.argsort(nearby[at] / bend[at], kind="stable")[:TURNS]]
