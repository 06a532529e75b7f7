"""Which schedule a log is of where it may be rounded, count from 1, or say its time in two ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from logsched.base.declare import EXACT
from logsched.base.errors import LogschedError
from logsched.base.lazy import np
from logsched.base.words import time
from logsched.logs.agreement import Tolerance, telling_rounding, tolerance_for
from logsched.logs.identify.fitting import Effort
from logsched.logs.identify.search import SOUGHT, Match, complexity, identify, refined, rounded_off
from logsched.logs.times import Reading

LATER = 800  # comparisons that all further ways to read a log may take together
LIKELY = 2  # shapes that are tried in it: those that came nearest before
SHORT = 4  # digits of numbers that are thought to be meant


@dataclass(frozen=True)
class Answer:
    """What explains a log best, by which reading of it, and how near that is.

    `kept` says what the log is rounded to where it is explained only as near as that.
    """

    reading: Reading
    matches: list[Match]
    tolerance: Tolerance
    kept: str | None = None

    @property
    def fits(self) -> bool:
        """Whether every rate is explained."""
        return self.matches[0].fits

    @property
    def plain(self) -> bool:
        """Whether it is explained by short numbers."""
        numbers = [v for v in self.matches[0].schedule.params.values() if isinstance(v, float)]
        return self.fits and all(float(f"{one:.{SHORT}g}") == one for one in numbers)


def recognize(readings: Sequence[Reading], label: str, rtol: float) -> Answer:
    """The answer by the first reading that is explained, or where none is, the nearest by one.

    A rounded log is first explained as near as that, which is easier, and then exactly if it can
    be. Raises LogschedError for a log without a point, and for one that no run can have.
    """
    _check(readings, label)
    exact = tolerance_for(readings[0].rate, rtol)
    rounding = telling_rounding(readings[0].series.rate, exact)
    answer = _plainest(readings, rounding.tolerance if rounding else exact)
    series = answer.reading.series
    if not answer.fits:
        nearest = rounded_off(answer.matches[0], series, exact)
        return Answer(answer.reading, [nearest], exact)
    if rounding is None:
        return answer
    closer = refined(answer.matches, series, exact)
    if closer[0].fits:
        return Answer(answer.reading, closer, exact)
    return replace(answer, kept=rounding.kept)


def _check(readings: Sequence[Reading], label: str) -> None:
    """Raise LogschedError where a log has no point, or no run has as many as its times say."""
    if not readings[0].series.epoch.size:
        raise LogschedError(f"{label} has no rate with a time")
    for reading in readings:
        last = float(reading.series.epoch[-1])
        if last * reading.steps_per_epoch >= EXACT:
            raise LogschedError(
                f"{label} reaches epoch {time(last)} by {reading.source}, but a run has at most "
                "2**53 points"
            )


def _plainest(readings: Sequence[Reading], tolerance: Tolerance) -> Answer:
    """The answer by a reading as it stands; or counted from 1, where that is plainer."""
    attempts = _Attempts(tolerance)
    answers = [*attempts.until_explained([r for r in readings if _is_one_run(r)] or readings[:1])]
    last = answers[-1]
    if not last.plain:
        standing = [last.reading] if last.fits else [one.reading for one in answers]
        answers += attempts.until_explained(r.from_0() for r in standing if r.counts_from_1)
    fitting = [one for one in answers if one.fits]
    return min(fitting or answers[:1], key=lambda one: complexity(one.matches[0].schedule))


def _is_one_run(reading: Reading) -> bool:
    """Whether no time has two rates, as that of an epoch has where it is logged at every step."""
    epoch, rate = reading.series
    return not ((np.diff(epoch) == 0) & (np.diff(rate) != 0)).any()


class _Attempts:
    """Attempts to explain a log by readings in turn, of which the later ones cost less."""

    def __init__(self, tolerance: Tolerance) -> None:
        self.tolerance, self.shapes = tolerance, [*SOUGHT]
        self.effort, self.later = Effort(), Effort(LATER)

    def until_explained(self, readings: Iterable[Reading]) -> Iterator[Answer]:
        """An answer by each reading, up to the first that is explained."""
        for reading in readings:
            matches = identify(reading.series, self.tolerance, self.effort, self.shapes)
            yield Answer(reading, matches, self.tolerance)
            if matches[0].fits:
                return
            self.shapes = [one.schedule.shape.name for one in matches[:LIKELY]]
            self.effort = self.later
