"""Axes: from epochs and rates to places from 0 to 1, and round numbers for their ticks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, count

import numpy as np

from logsched.base.lazy import Floats

_TOPS = ("1", "1.2", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10")
_SLACK = Decimal("1e-12")  # of a logarithm, whose rounding may leave out a number at an axis' end


@dataclass(frozen=True)
class Scale:
    """An axis between two numbers, or between two powers of ten where `log`."""

    low: float
    high: float
    log: bool = False

    def place(self, values: Floats) -> Floats:
        """Where values lie; zero, which has no logarithm, at the bottom."""
        if self.log:
            bottom = np.full(values.shape, self.low)
            values = np.log10(values, out=bottom, where=values > 0)
        return (values - self.low) / (self.high - self.low)

    def within(self, values: Sequence[float]) -> Floats:
        """The places of those values that lie on the axis."""
        at = self.place(np.array(values, dtype=np.float64))
        return at[(at >= 0) & (at <= 1)]

    def ticks(self, most: int) -> tuple[list[float], list[str]]:
        """Round numbers, two or about `most` of them: where they lie, and how they read."""
        low, high = Decimal(repr(self.low)), Decimal(repr(self.high))
        values = (_rounded if self.log else _multiples)(low, high, most)
        values = values if len(values) > 1 else [low, high]
        places = ((v.log10() if self.log else v) - low for v in values)
        return [min(max(0.0, float(at / (high - low))), 1.0) for at in places], _numbers(values)


def fitting(
    scale: Scale, most: int, room: float, width: Callable[[str], float]
) -> tuple[list[float], list[str]]:
    """The most round numbers that fit side by side, each as wide as is said."""
    fewer = map(scale.ticks, range(most, 1, -1))
    fit = (ticks for ticks in fewer if sum(map(width, ticks[1])) <= room)
    return next(fit, scale.ticks(1))


def told_apart(places: Floats, length: float, least: float) -> Floats:
    """Those of ascending places that are so far from both neighbours on an axis of this length."""
    far = np.diff(places, prepend=-np.inf, append=np.inf) * length >= least
    return places[far[1:] & far[:-1]]


def spread(wanted: Floats, room: float, each: float) -> Floats:
    """Places near those wanted within this room, so far apart; of equals the first is highest."""
    order = np.lexsort((-np.arange(len(wanted)), wanted))
    stairs = each * (np.arange(len(wanted)) + 0.5)
    free = np.clip(wanted[order] - stairs, 0, max(0.0, room - each * len(wanted)))
    up, down = np.maximum.accumulate(free), np.minimum.accumulate(free[::-1])[::-1]
    places = np.empty(len(wanted))
    places[order] = (up + down) / 2 + stairs
    return places


def x_limits(limits: tuple[float, float]) -> tuple[float, float]:
    """The ends of the epoch axis, never the same number."""
    low, high = map(float, limits)
    return low, high if high > low else low + max(1.0, abs(low))


def y_scale(rates: Floats, log: bool) -> Scale:
    """The axis that holds all rates: from zero, or over half a decade at least."""
    if not log:
        return Scale(0.0, _round_up(float(rates.max(initial=0.0)) or 1.0))
    powers = np.log10(rates[rates > 0])
    low, high = (float(powers.min()), float(powers.max())) if len(powers) else (0.0, 0.0)
    margin = max(0.0, 0.5 - (high - low)) / 2
    return Scale(low - margin, high + margin, log=True)


def shorter(name: str) -> list[str]:
    """A phase's name, and its last word where that still says something."""
    last = name.rpartition(" ")[2]
    return [name] if last.isdigit() else [name, last]


def _round_up(rate: float) -> float:
    """The next number of few digits: a tick can stand at the top of the axis."""
    exact = Decimal(repr(rate))
    tops = (Decimal(digits).scaleb(exact.adjusted()) for digits in _TOPS)
    top = float(next(top for top in tops if top >= exact))
    return top if math.isfinite(top) else rate


def _multiples(low: Decimal, high: Decimal, most: int) -> list[Decimal]:
    """The multiples of 1, 2 or 5 times a power of ten between two numbers."""
    least = (high - low) / most
    sizes = (Decimal(digits).scaleb(least.adjusted()) for digits in ("1", "2", "5", "1e1"))
    step = next(size for size in sizes if size >= least)
    return [step * n for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _rounded(low: Decimal, high: Decimal, most: int) -> list[Decimal]:
    """Numbers of one digit between two logarithms, at most `most` where two at least are fewer."""
    low, high, chosen = low - _SLACK, high + _SLACK, list[Decimal]()
    powers = range(math.floor(low), math.ceil(high) + 1)
    sparse = [(every, "1") for every in range(-(-len(powers) // (most + 1)), 0, -1)]
    for every, digits in [*sparse, (1, "13"), (1, "125")]:
        ticks = [Decimal(d).scaleb(p) for p in powers if p % every == 0 for d in digits]
        inside = [tick for tick in ticks if low <= tick.log10() <= high]
        if len(chosen) > 1 and len(inside) > most:
            break
        chosen = inside
    finer = chain([chosen], (_multiples(10**low, 10**high, more) for more in count(most)))
    return next(ticks for ticks in finer if len(ticks) > 1)


def _numbers(values: list[Decimal]) -> list[str]:
    """The numbers of an axis in one form: 0.01, or 1e-9 where that gets long."""
    plain = [f"{value:f}" for value in values]
    if max(map(len, plain), default=0) <= 6:
        return plain
    return [f"{value.normalize():e}".replace("e+", "e") if value else "0" for value in values]
