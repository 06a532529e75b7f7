"""When the phases of a schedule may be, by what is seen of them in a log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, pairwise
from math import ceil, floor, inf, log10
from typing import TYPE_CHECKING, NamedTuple

from logsched.base.lazy import np
from logsched.logs.identify.breaks import Breaks, Gap
from logsched.schedule.parameters import Parameters

if TYPE_CHECKING:
    from logsched.schedule.schedule import Schedule

UNSEEN = Parameters().warmup  # a warmup that is over when a log begins
SPANS = (1.0, 2.0, 4.0)  # times what is seen of a decay: how long it may be
GROWTHS = (1.0, 1.5, 2.0, 3.0)  # of cycles, where a log does not show them
SHORT = 30  # growths in short decimals that are tried where it does


class Timing(NamedTuple):
    """Lengths of phases by their parameters' names, and between which times each may end.

    It is to explain a log from `begin` until before `until`.
    """

    lengths: Mapping[str, float]
    ends: Mapping[str, Gap]
    begin: float = 0.0
    until: float = inf
    new: frozenset[str] = frozenset()  # parameters that the part did not tell


def first_timings(breaks: Breaks) -> list[Timing]:
    """Of parts of a log by themselves: of its cycles, or of a decay before them."""
    return [*_all_cycles(breaks), *_decays(breaks)]


def whole_timings(breaks: Breaks, part: Schedule, ends: Mapping[str, Gap]) -> Iterator[Timing]:
    """Of the whole log, by what explains a part of it: with a warmup, and with what comes after."""
    warmup, decay = part.warmup, part.decay
    yield Timing({"warmup": warmup, "decay": decay}, ends)
    if part.restart_interval and not decay:
        yield from _before_cycles(breaks, warmup, ends)
    elif not part.restart_interval and breaks.jumps:
        yield from _after_decay(breaks, warmup)


def _before_cycles(breaks: Breaks, start: float, ends: Mapping[str, Gap]) -> Iterator[Timing]:
    """A shorter warmup and a decay, up to the start of cycles that are known."""
    later = {"decay": ends.get("warmup", Gap(start - breaks.spacing, start))}
    if "restart_interval" in ends:
        later["restart_interval"] = ends["restart_interval"]
    for warmup in _warmups(breaks, start):
        if warmup < start:
            lengths = {"warmup": warmup, "decay": start - warmup}
            yield Timing(lengths, later, new=frozenset({"lr", "warmup"}))


def _after_decay(breaks: Breaks, warmup: float) -> Iterator[Timing]:
    """Cycles after a decay that is known, or right after its warmup, in its place."""
    around = Gap(max(warmup - breaks.spacing, 0.0), warmup)
    for starts in _sequences(breaks, warmup):
        for origin, rest in ((starts[0], starts[1:]), (around, starts)):
            gaps = {"decay": origin}
            if rest:
                gaps["restart_interval"] = rest[0]
            for begun, interval, growth in _cycles(breaks, origin, rest):
                decay = 0.0 if origin is around else begun - warmup
                timing = _timing(warmup, decay, interval, growth, gaps)
                yield timing._replace(new=frozenset({"restart_lr"}))


def _warmups(breaks: Breaks, before: float) -> list[float]:
    """Times up to another one at which a warmup may end; 0 is none."""
    seen = breaks.few.epoch
    after = [float(seen[np.searchsorted(seen, turn) + 1]) for turn in breaks.turns]
    unseen = [UNSEEN] if breaks.first > 0 else []
    jump = [end for gap in breaks.jumps[:1] for end in gap]
    ends = {0.0, *breaks.turns, *after, *unseen, *jump, breaks.end}
    return sorted(end for end in ends if end <= before)


def _decays(breaks: Breaks) -> Iterator[Timing]:
    """A decay without restarts, up to the first jump after the warmup."""
    for warmup in _warmups(breaks, breaks.jumps[0].high if breaks.jumps else inf):
        jump = next((gap for gap in breaks.jumps if gap.low >= warmup), None)
        until = jump.high if jump else inf
        ends = [turn for turn in breaks.turns if warmup < turn < until]
        if jump:
            ends.append(jump.high)
        elif breaks.few.rate[-1] == 0:  # as of a decay that is just over
            ends.append(float(breaks.few.epoch[-1]))
        span = breaks.end - max(warmup, breaks.first)
        ends += [warmup] if jump else [warmup, *(warmup + times * span for times in SPANS)]
        for end in dict.fromkeys(ends):
            gaps = {"decay": jump} if jump and end == jump.high else {}
            if warmup > breaks.first:
                gaps["warmup"] = Gap(warmup - 2 * breaks.spacing, warmup + 2 * breaks.spacing)
            yield _timing(warmup, end - warmup, 0.0, None, gaps, warmup, until)


def _all_cycles(breaks: Breaks) -> Iterator[Timing]:
    """Cycles from the first restart on, or from the warmup's end on."""
    for starts in _sequences(breaks):
        ends = _warmups(breaks, starts[0].low)
        warmed = [(Gap(max(end - breaks.spacing, 0.0), end), starts) for end in ends]
        for origin, rest in ((starts[0], starts[1:]), *warmed):
            yield from _cycles_from(breaks, origin, rest)
        if breaks.first > breaks.spacing:
            yield from _begun_before(breaks, starts)


def _sequences(breaks: Breaks, after: float = 0.0) -> list[list[Gap]]:
    """The times after another one that may be restarts."""
    seen = [breaks.rises, breaks.drops, breaks.jumps, breaks.climbs, breaks.troughs, breaks.peaks]
    later = (tuple(gap for gap in kind if gap.low >= after) for kind in seen)
    return [[*one] for one in dict.fromkeys(later) if one]


def _cycles_from(breaks: Breaks, origin: Gap, starts: Sequence[Gap]) -> Iterator[Timing]:
    """Cycles whose first start lies in a gap, and the others in others."""
    for begun, interval, growth in _cycles(breaks, origin, starts):
        ends = {"restart_interval": starts[0]} if starts else {}
        if origin.high > 0:
            ends["warmup"] = origin
        yield _timing(begun, 0.0, interval, growth, ends, origin.high)


def _begun_before(breaks: Breaks, starts: Sequence[Gap]) -> Iterator[Timing]:
    """Cycles of which some were over when the log began."""
    for origin, interval, growth in _cycles(breaks, starts[0], starts[1:]):
        while origin > breaks.first and origin >= interval / growth > breaks.spacing / 10:
            interval /= growth
            origin -= interval
        yield _timing(origin, 0.0, interval, growth)


def _timing(
    warmup: float,
    decay: float,
    interval: float,
    growth: float | None = None,
    ends: Mapping[str, Gap] | None = None,
    begin: float = 0.0,
    until: float = inf,
) -> Timing:
    """A timing by its lengths, of which a decay is none rather than below 0."""
    lengths = {
        "warmup": warmup,
        "decay": max(decay, 0.0),
        "restart_interval": interval,
    }
    if growth is not None:
        lengths["restart_interval_multiplier"] = growth
    return Timing(lengths, ends or {}, begin, until)


class _Cycles(NamedTuple):
    """When restart cycles begin, how long the first one is, and how they grow."""

    origin: float
    interval: float
    growth: float


def _cycles(breaks: Breaks, origin: Gap, starts: Sequence[Gap]) -> Iterator[_Cycles]:
    """The likeliest cycles whose first start lies in one gap and the next ones in others."""
    if not starts:
        later = [turn for turn in breaks.turns if turn > origin.high]
        for end in (*later, breaks.end):
            if end > origin.high:
                yield _Cycles(origin.high, end - origin.high, 2.0)
    elif len(starts) == 1:
        begun = shortest_decimal(*origin)
        interval = shortest_decimal(starts[0].low - begun, starts[0].high - begun)
        for growth in GROWTHS:
            yield _Cycles(begun, interval, growth)
    else:
        fitted = [_fitted(origin, starts, one) for one in _growths(origin, starts)]
        yield from (cycles for _, cycles in sorted(fitted, key=lambda each: -each[0])[:2])


def _growths(origin: Gap, starts: Sequence[Gap]) -> list[float]:
    """By how much cycles may grow: short decimals within bounds that all lengths set."""
    low, high = _growth_bounds(origin, starts)
    short = (
        round(unit * k, 2)
        for unit in (1.0, 0.5, 0.1, 0.05, 0.01)
        for k in range(max(ceil(low / unit), 1), floor(high / unit) + 1)
    )
    return [*dict.fromkeys(islice(short, SHORT))] or [(low * high) ** 0.5 or 1.0]


def _growth_bounds(origin: Gap, starts: Sequence[Gap]) -> Gap:
    """The bounds within which all lengths leave the growth of cycles."""
    lengths = [Gap(b.low - a.high, b.high - a.low) for a, b in pairwise([origin, *starts])]
    bounds = Gap(0.0, 1e3)
    first_low, first_high = lengths[0]
    for k, (low, high) in enumerate(lengths[1:], 1):  # cycle k is growth**k times the first
        least = max(bounds.low, (max(low, 0.0) / first_high) ** (1 / k))
        most = min(bounds.high, (high / first_low) ** (1 / k)) if first_low > 0 else bounds.high
        if least > most:
            break
        bounds = Gap(least, most)
    return bounds


def _fitted(origin: Gap, starts: Sequence[Gap], growth: float) -> tuple[int, _Cycles]:
    """The origin and the interval with which most starts are where they should be; how many."""
    lows, highs = (np.array([gap[k] for gap in starts]) for k in (0, 1))
    with np.errstate(all="ignore"):
        sums = np.cumsum(growth ** np.arange(len(starts)))
    begun = np.array([origin.high, shortest_decimal(*origin), *np.linspace(*origin, 9)[1:-1]])
    low = np.maximum.accumulate((lows - begun[:, None]) / sums, axis=1)
    high = np.minimum.accumulate((highs - begun[:, None]) / sums, axis=1)
    held = np.count_nonzero(low < high, axis=1)
    best = int(held.argmax())
    most = int(held[best])
    if not most:
        return 0, _Cycles(origin.high, highs[0] - origin.high, growth)
    interval = shortest_decimal(float(low[best, most - 1]), float(high[best, most - 1]))
    return most, _Cycles(float(begun[best]), interval, growth)


def shortest_decimal(low: float, high: float) -> float:
    """The number of the fewest digits above `low` and at most `high`, the greatest of those."""
    if not 0 <= low < high < inf:
        return high
    for places in range(-ceil(log10(high)), 16 - ceil(log10(high))):
        unit = 10.0**-places
        number = round(floor(high / unit + 1e-9) * unit, max(places, 0))
        if low < number <= high:
            return number
    return high
