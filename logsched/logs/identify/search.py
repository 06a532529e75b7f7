"""Which schedule a run's log is of: the shape and the parameters that explain it best."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product

from logsched.base.declare import Value, declared
from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, np
from logsched.logs.agreement import Tolerance, rates_of
from logsched.logs.identify.breaks import Breaks, find_breaks
from logsched.logs.identify.fitting import (
    LENGTHS,
    POINTS,
    Effort,
    Fit,
    Fitter,
    absent,
    changed,
    misfit_of,
    numbers_of,
)
from logsched.logs.identify.rounding import in_digits, settled, shortened, simplified
from logsched.logs.identify.timings import Timing, first_timings, whole_timings
from logsched.logs.identify.variants import own_lengths, warmed, with_ends, with_own, without_rates
from logsched.schedule.parameters import Parameters
from logsched.schedule.schedule import Schedule
from logsched.schedule.series import Series
from logsched.schedule.settled import known_of
from logsched.schedule.shapes import SHAPES

NEARLY = 1e4  # times the tolerance: from there short times may lead to a fit
TRIED = 2  # of the varied candidates, or those for the whole, that are improved
KEPT = 3  # of a shape's candidates that are looked into
FEW = 4  # different rates that tell little
NEAR = 3  # shapes that are gone on with where none explains even a part of a log
BEST = 5  # matches at most
TIMINGS = 40  # of a part of a log: a log has few, or it is noise
CYCLES = 400  # in which a jump is looked for
OFF = range(4, 17)  # digits of a match that is only near
WORSE = 1.02  # times as far off, it is as near
SOUGHT = tuple(name for name, shape in SHAPES.items() if shape.by_numbers)
ROUNDS = 3  # in which points that a fit to a few left out are taken in


@dataclass(frozen=True)
class Match:
    """A schedule that explains a log, and how far off it is."""

    schedule: Schedule  # with as few parameters given as needed
    greatest: float  # the greatest |logged - planned|
    epoch: float  # and its first epoch
    fits: bool  # every rate within the tolerance


def identify(
    series: Series,
    tolerance: Tolerance,
    effort: Effort | None = None,
    shapes: Collection[str] = SOUGHT,
) -> list[Match]:
    """The schedules that explain a log best, at least one and one of a shape.

    Those that fit come first, the simplest before the others; then those that come near. Raises
    LogschedError for a log without a point.
    """
    if not series.epoch.size:
        raise LogschedError("there is no rate to identify a schedule by")
    search = Search(find_breaks(series, tolerance), tolerance, effort, shapes)
    matches = [_confirmed(fit, series, search.fitter) for fit in search.found()]
    return sorted(matches, key=_rank)[:BEST]


def refined(matches: Iterable[Match], series: Series, tolerance: Tolerance) -> list[Match]:
    """Matches by a smaller tolerance, if need be with better numbers."""
    fitter = Search(find_breaks(series, tolerance), tolerance).fitter
    plain = [_match(one.schedule, series, tolerance) for one in matches]
    closer = [
        one if one.fits else _confirmed(fitter.improved(Fit(one.schedule, {})), series, fitter)
        for one in plain
    ]
    return sorted(closer, key=_rank)


def rounded_off(match: Match, series: Series, tolerance: Tolerance) -> Match:
    """A match with numbers in four digits, or in more where that is much less near."""
    params = match.schedule.params
    given = [name for name in numbers_of(match.schedule) if params[name] is not None]
    for schedule in in_digits(match.schedule, given, OFF):
        other = _match(schedule, series, tolerance)
        if other.greatest <= WORSE * match.greatest:
            return other
    return match


def _rank(match: Match) -> tuple[object, ...]:
    if match.fits:
        return (0, *complexity(match.schedule), match.greatest)
    return (1, match.greatest)


def complexity(schedule: Schedule) -> tuple[int, int, int, int]:
    """How much there is to a schedule: what is given, what is at work, how many characters.

    A phase of length 0 is none.
    """
    given = {name: value for name, value in schedule.params.items() if value is not None}
    none = absent(schedule)
    characters = sum(len(str(value).removesuffix(".0")) for value in given.values())
    at_work = schedule.uses - none
    common = given.keys() & declared(Parameters)
    return len(given.keys() - none), len(at_work), len(common), characters


def _confirmed(fit: Fit, series: Series, fitter: Fitter) -> Match:
    """The simplest form of a fit to a few points, by all points of the log."""
    if not fitter.fits(fit.schedule):
        return _match(fit.schedule, series, fitter.tolerance)
    for _ in range(ROUNDS):
        match = _match(simplified(fit, fitter), series, fitter.tolerance)
        if match.fits:
            break
        fitter = _with_missed(match.schedule, series, fitter)
        fit = fitter.improved(fit)
    return match


def _match(schedule: Schedule, series: Series, tolerance: Tolerance) -> Match:
    planned = rates_of(schedule, series.epoch)
    apart = np.abs(series.rate - planned)
    worst = int(np.argmax(apart))
    fits = bool(tolerance.allows(series.rate, planned).all())
    return Match(schedule, float(apart[worst]), float(series.epoch[worst]), fits)


def _with_missed(schedule: Schedule, series: Series, fitter: Fitter) -> Fitter:
    """The fitter with some of the points of the log that a schedule misses."""
    planned = rates_of(schedule, series.epoch)
    missed = np.flatnonzero(~fitter.tolerance.allows(series.rate, planned))
    some = missed[np.linspace(0, missed.size - 1, POINTS // 3).astype(np.int64)]
    epoch = np.append(fitter.few.epoch, series.epoch[some])
    order = np.argsort(epoch, kind="stable")
    rate = np.append(fitter.few.rate, series.rate[some])
    return Fitter(Series(epoch[order], rate[order]), fitter.tolerance, fitter.spacing)


@dataclass(frozen=True)
class Candidate:
    """A fit in the making: to the points of a fitter, with some numbers known from a part of them.

    `odd` counts the jumps that it does not explain, and what it has where nothing is seen.
    """

    fit: Fit
    fitter: Fitter
    odd: int
    known: frozenset[str] = frozenset()

    @property
    def shape(self) -> str:
        """The name of its shape."""
        return self.fit.schedule.shape.name

    @cached_property
    def missed(self) -> Floats | None:
        """How far its rates are from those of its points."""
        return self.fitter.misses(self.fit.schedule)

    @cached_property
    def misfit(self) -> float:
        """The same as one number."""
        return misfit_of(self.missed)

    @cached_property
    def fits(self) -> bool:
        """Whether it explains its points."""
        return self.fitter.holds(self.missed)

    @property
    def trivial(self) -> bool:
        """Whether its points are too few to tell."""
        return self.fitter.distinct < FEW

    @property
    def certain(self) -> bool:
        """Whether it explains more than it could by chance."""
        return self.fits and self.fitter.distinct > 2 * len(numbers_of(self.fit.schedule))

    @cached_property
    def rank(self) -> tuple[object, ...]:
        """What sorts the likelier ones first."""
        simple = complexity(self.fit.schedule)
        misfit = 0.0 if self.fits else self.misfit
        return self.trivial, not self.fits, self.odd, misfit, -self.fitter.distinct, simple


class Search:
    """The search for schedules near a log, of all shapes.

    First for what explains a part of it, its cycles or its first decay, then for the rest.
    """

    def __init__(
        self,
        breaks: Breaks,
        tolerance: Tolerance,
        effort: Effort | None = None,
        shapes: Collection[str] = SOUGHT,
    ) -> None:
        self.breaks, self.shapes = breaks, shapes
        self.fitter = Fitter(breaks.few, tolerance, breaks.spacing, effort)
        self._part = cache(self.fitter.part)

    def found(self) -> list[Fit]:
        """Fits, or else what comes near: the best of a shape."""
        first = {shape: _kept(self._guesses(shape)) for shape in self.shapes}
        near, whole = self._from(first)
        if not any(one.fits for one in whole) and not self.fitter.effort.tired:
            varied = {shape: [*self._varied(some)] for shape, some in first.items()}
            more, whole = self._from(varied)
            near += more
        if not any(one.fits for one in whole):
            for one in _best_of_shapes(near)[: 1 if self.fitter.effort.tired else NEAR]:
                whole += self._extended(one)
        best = _best_of_shapes(whole)
        return [one.fit for one in [one for one in best if one.fits] or best]

    def _from(
        self, parts: Mapping[str, list[Candidate]]
    ) -> tuple[list[Candidate], list[Candidate]]:
        """What explains parts, and from these the whole; once one does, only what fits at sight."""
        near: list[Candidate] = []
        whole: list[Candidate] = []
        found = False
        order = [(k > 0, one.rank, one) for some in parts.values() for k, one in enumerate(some)]
        for _, _, one in sorted(order, key=lambda each: each[:2]):
            if self.fitter.effort.tired and near:
                break
            if not found or one.fits:
                one = self._fitted(one)
                near.append(one)
                whole += self._extended(one) if one.fits else []
                found = found or any(each.certain for each in whole)
        return near, whole

    def _extended(self, part: Candidate) -> list[Candidate]:
        """What explains a part, made to explain the whole."""
        whole = sorted(self._whole(part), key=lambda one: one.rank)
        fitting = [one for one in whole[:KEPT] if one.fits]
        if fitting or part.trivial:
            return fitting or whole[:1]
        return [self._fitted(one) for one in whole[:TRIED]]

    def _fitted(self, one: Candidate) -> Candidate:
        """The candidate with better numbers: first the new ones, then all, then short times."""
        fit, fitter = one.fit, one.fitter
        new = [name for name in numbers_of(fit.schedule) if name not in one.known]
        if not one.known:
            new = [name for name in new if name != "warmup_start_lr"]
        if not fitter.fits(fit.schedule):
            fit = fitter.improved(fit, new)
        if one.known and not fitter.fits(fit.schedule):
            fit = fitter.improved(fit)
        if not fitter.fits(fit.schedule) and fitter.misfit(fit.schedule) <= NEARLY:
            fit = settled(fit, fitter, 4)
            if not fitter.fits(fit.schedule):
                fit = fitter.improved(fit, None if one.known else new, steps=10)
        if not one.known and fitter.fits(fit.schedule):
            fit = settled(fit, fitter)
        return self._candidate(shortened(fit, fitter), fitter, one.known)

    def _guesses(self, shape: str) -> Iterator[Candidate]:
        """What may explain a part of the log, by its times alone."""
        seen = set()
        own = declared(SHAPES[shape])
        words = [
            [(name, word) for word in one.rule.words] for name, one in own.items() if one.rule.words
        ]
        for timing in first_timings(self.breaks)[:TIMINGS]:
            for chosen in product(*words):
                schedule = self._guess(shape, timing, dict(chosen))
                if (timing.begin, timing.until, schedule) not in seen:
                    seen.add((timing.begin, timing.until, schedule))
                    fitter = self._part(timing.begin, timing.until)
                    yield self._screened(Fit(schedule, timing.ends), fitter)

    def _guess(self, shape: str, timing: Timing, words: Mapping[str, Value]) -> Schedule:
        """A schedule with these times, and the rates seen at them."""
        interval = timing.lengths["restart_interval"]
        own = dict.fromkeys(own_lengths(SHAPES[shape]), interval or None)
        lengths = {**timing.lengths, **own}
        params = {**lengths, **words, **self._levels(timing)}
        schedule = Schedule(shape, **params)
        used = schedule.uses
        return Schedule(shape, **{name: value for name, value in params.items() if name in used})

    def _levels(self, timing: Timing) -> dict[str, float]:
        """The rates at the ends of phases."""
        warmup, decay = (timing.lengths[name] for name in LENGTHS[:2])
        few = self.breaks.few
        seen = {
            "lr": self.breaks.rate_at(warmup),
            "min_decay_lr": self.breaks.rate_at(warmup) / 100,
            "warmup_start_lr": float(few.rate[0]),
            "restart_lr": self.breaks.rate_at(warmup + decay),
        }
        return {name: max(rate, 0.0) for name, rate in seen.items()}

    def _varied(self, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
        """The likeliest of the same with other numbers of the shape's own, or other ends."""
        seen = set()
        for one in candidates:
            schedule, ends = one.fit.schedule, one.fit.ends
            plain = changed(schedule, min_decay_lr=None) or schedule
            lowest = changed(schedule, min_decay_lr=float(self.breaks.few.rate.min()))
            others = (lowest or plain, *with_own(plain), *with_ends(Fit(plain, ends)))
            varied = []
            for other in others:
                key = one.fitter, without_rates(other)
                if key not in seen:
                    seen.add(key)
                    varied.append(self._screened(Fit(other, ends), one.fitter))
            yield from sorted(varied, key=lambda one: one.rank)[:TRIED]

    def _whole(self, part: Candidate) -> Iterator[Candidate]:
        """What may explain the whole log, with the numbers of what explains a part."""
        schedule = part.fit.schedule
        known = frozenset(numbers_of(schedule))
        for timing in whole_timings(self.breaks, schedule, part.fit.ends):
            levels = self._levels(timing)
            new = {"warmup_start_lr", *timing.new}
            cycles_are_new = "restart_interval" in timing.lengths and not schedule.restart_interval
            own = own_lengths(type(schedule.shape)) if cycles_are_new else []
            other = changed(
                schedule,
                **timing.lengths,
                **{name: levels[name] for name in new if name in levels},
                **dict.fromkeys(own, timing.lengths.get("restart_interval")),
            )
            for variant in [] if other is None else warmed(other):
                yield self._screened(Fit(variant, timing.ends), self.fitter, known - new - {*own})

    def _screened(self, fit: Fit, fitter: Fitter, known: frozenset[str] = frozenset()) -> Candidate:
        """A candidate after one step of its unknown rates: enough to tell it from unlikely ones."""
        params, held = known_of(fit.schedule), known or {"warmup_start_lr"}
        rates = [n for n in numbers_of(fit.schedule) if params[n].unit == "rate" and n not in held]
        return self._candidate(fitter.improved(fit, rates, 1), fitter, known)

    def _candidate(self, fit: Fit, fitter: Fitter, known: frozenset[str]) -> Candidate:
        return Candidate(fit, fitter, self._odd(fit.schedule, fitter), known)

    def _odd(self, schedule: Schedule, fitter: Fitter) -> int:
        """How many jumps between a fitter's points are no start of one of its cycles."""
        begin, end = float(fitter.few.epoch[0]), float(fitter.few.epoch[-1])
        jumps = [gap for gap in self.breaks.jumps if begin < gap.high <= end]
        try:
            starts = [piece.start for _, piece in schedule.pieces(0.0, self.breaks.end, CYCLES)]
        except LogschedError:
            return len(jumps)
        return sum(not any(low < one <= high for one in starts) for low, high in jumps)


def _kept(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The likeliest of those for a part with cycles, and of the others."""
    groups: dict[tuple[bool, bool], list[Candidate]] = {}
    for one in sorted(candidates, key=lambda one: one.rank):
        groups.setdefault((one.fit.schedule.restart_interval > 0, one.trivial), []).append(one)
    kept = (one for some in groups.values() for one in some[: TRIED if some[0].trivial else KEPT])
    return sorted(kept, key=lambda one: one.rank)


def _best_of_shapes(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The likeliest candidate of each shape."""
    best: dict[str, Candidate] = {}
    for one in sorted(candidates, key=lambda one: one.rank):
        best.setdefault(one.shape, one)
    return [*best.values()]
