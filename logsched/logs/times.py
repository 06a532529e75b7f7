"""When the rows of a log were: its columns of epochs and steps read as epochs of a schedule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from logsched.base.declare import EXACT, WHOLE, Rule
from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, np
from logsched.base.words import time
from logsched.logs.rounding import rounding_of, steps_within
from logsched.schedule.series import Series

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from logsched.logs.log import Log

GAP = 1.5  # times the usual distance of two rows: between them one is missing
FEW_GAPS = 0.2  # of the rows: with more gaps than that, rows were left out on purpose


class Counting(NamedTuple):
    """How a run counted: points an epoch (1 where not told), points to add, points a row."""

    steps_per_epoch: int = 1
    offset: int = 0
    every: int | None = None


@dataclass(frozen=True)
class Reading:
    """Logged rates, `(n,)`, with the epochs and the numbers of their rows.

    `source` says in words where the epochs are from. Where nothing connects steps to epochs, each
    is taken for an epoch: `unit` is then "step". `rounding` is how far a time may be from what it
    was, where times are rounded. `said` is what else there is to say, as in `notes`.
    """

    rate: Floats
    epoch: Floats
    row: NDArray[np.int64]
    source: str
    steps_per_epoch: int = 1
    offset: int = 0  # points that were added
    unit: str = "epoch"
    rounding: float = 0.0
    said: tuple[str, ...] = ()

    @property
    def series(self) -> Series:
        """The rows whose rate and epoch are numbers, in the order of their epochs."""
        kept = np.isfinite(self.rate) & np.isfinite(self.epoch)
        epoch, rate = self.epoch[kept], self.rate[kept]
        if (np.diff(epoch) < 0).any():
            order = np.argsort(epoch, kind="stable")
            epoch, rate = epoch[order], rate[order]
        return Series(epoch, rate)

    @property
    def point(self) -> float:
        """The time of one point in epochs: a step, or where none are told of, between rows."""
        if self.steps_per_epoch > 1:
            return 1 / self.steps_per_epoch
        usual = _usual_gap(self.series.epoch)
        return usual if 1 / EXACT < usual < 1 else 1.0

    @property
    def counts_from_1(self) -> bool:
        """Whether the first point is number 1, and nobody said why."""
        return not self.offset and bool(self.series.epoch[0] * self.steps_per_epoch == 1)

    def from_0(self) -> Reading:
        """The same, read as counting its points from 1."""
        return replace(self, epoch=self.epoch - 1 / self.steps_per_epoch, offset=-1)

    def notes(self) -> list[str]:
        """What is odd about the rows' times, each a sentence without its full stop."""
        said = [*self.said]
        if (np.diff(self.epoch) < 0).any():
            said.append("the rows are not in the order of their times")
        lost = np.count_nonzero(~np.isfinite(self.epoch))
        if lost:
            rows = f"{lost} rows have no time and were" if lost > 1 else "1 row has no time and was"
            said.append(f"{rows} left out")
        return said + _gaps(self.series.epoch)


OFFSET = Rule(
    "a whole number of points, as in -1, at most 2**53", lambda n: abs(n) <= EXACT, whole=True
)


def read_counting(steps_per_epoch: int, offset: str | None, every: str | None) -> Counting:
    """What options say of a run's counting. Raises LogschedError where they cannot mean it."""
    return Counting(
        steps_per_epoch,
        0 if offset is None else int(OFFSET.parse("offset", offset)),
        None if every is None else int(WHOLE.parse("every", every)),
    )


def read_times(log: Log, counting: Counting) -> list[Reading]:
    """The ways to read a log's times in epochs, the first the most likely one.

    Iterations are joined to their epochs. With steps_per_epoch the steps decide:
    step/steps_per_epoch, or the rows of equal epochs in turn; without, the epochs as they stand, or
    the steps, as many to an epoch as the columns tell, or each of them an epoch of the schedule.
    Where epochs are rounded, the steps come first.
    Raises LogschedError for a time below 0.
    """
    if counting.every is not None and _tells_time(log):
        raise LogschedError(
            f"every is {counting.every}, but {log.label} says its own time: leave every out"
        )
    if log.iteration is not None:
        return [_joined(log, counting)]
    epoch, step = _whole(log.epoch, log.step), _whole(log.step, log.epoch)
    if counting.steps_per_epoch > 1 or epoch is None:
        return [_by_steps(log, epoch, step, counting)]
    rounding = rounding_of(epoch, step)
    epochs = _reading(log, epoch, "its epochs", counting, rounding=rounding)
    told = _steps_told(epoch, step, rounding)
    steps = [_by_steps(log, epoch, step, counting, one) for one in (told, step is not None) if one]
    return [*steps, epochs] if rounding and step is not None else [epochs, *steps]


def own_time(log: Log, counting: Counting) -> Reading:
    """The time as the log says it: its steps, or else its epochs, or else its rows one by one."""
    if log.iteration is not None or (log.step is None and log.epoch is not None):
        return read_times(log, counting)[0]
    reading = _by_steps(log, None, log.step, counting._replace(steps_per_epoch=1))
    if log.epoch is None or not (rounding := rounding_of(log.epoch, log.step)):
        return reading
    note = f"its epochs are rounded, by up to {time(rounding)}: the steps are the time"
    return replace(reading, said=(*reading.said, note))


def _tells_time(log: Log) -> bool:
    """Whether a log says when each row was: by steps, or by epochs that do not stand twice."""
    return log.step is not None or (log.epoch is not None and not (np.diff(log.epoch) == 0).any())


def _whole(column: Floats | None, other: Floats | None) -> Floats | None:
    """A column of times, unless it has gaps and the other one has none."""
    if column is None or other is None or np.isfinite(column).all():
        return column
    return None if np.isfinite(other).all() else column


def _joined(log: Log, counting: Counting) -> Reading:
    """The epochs with the iterations in them: both count from 0 where a 0 occurs, else from 1."""
    assert log.epoch is not None
    assert log.iteration is not None
    first_epoch, first = (int(not (one == 0).any()) for one in (log.epoch, log.iteration))
    given = counting.steps_per_epoch if counting.steps_per_epoch > 1 else None
    greatest = max(int(np.nanmax(log.iteration)) + 1 - first, 1)
    count = log.iterations or given or greatest
    epoch = log.epoch - first_epoch + (log.iteration - first) / count
    said = f"its epochs and iterations, {count} to an epoch"
    reading = _reading(log, epoch, said, counting._replace(steps_per_epoch=count))
    if log.iterations or given:
        return reading
    note = f"an epoch has {count} iterations, the greatest logged: --steps-per-epoch tells others"
    return replace(reading, said=(note,))


def _by_steps(
    log: Log,
    epoch: Floats | None,
    step: Floats | None,
    counting: Counting,
    told: Fraction | int | None = None,
) -> Reading:
    """The time by steps, as many to an epoch as options say, or as are `told`."""
    steps = told or counting.steps_per_epoch
    whole = int(steps) if steps == int(steps) else 1
    counting = counting._replace(steps_per_epoch=whole)
    if step is not None:
        said, unit = _said("its steps", steps), "epoch" if steps > 1 else "step"
        return _reading(log, step / float(steps), said, counting, unit)
    if epoch is None:
        rows, unit = np.arange(log.rate.size) * float(counting.every or 1), "step"
        return _reading(log, rows / whole, _said("its rows", steps), counting, unit)
    if not (np.diff(epoch) == 0).any():
        return _reading(log, epoch, "its epochs", counting)
    turn = _turns(epoch) * (counting.every or 1)
    return _reading(log, epoch + turn / whole, _said("its rows in each epoch", steps), counting)


def _said(what: str, steps: Fraction | int) -> str:
    return f"{what}, {float(steps):g} to an epoch" if steps > 1 else what


def _reading(
    log: Log,
    epoch: Floats,
    source: str,
    counting: Counting,
    unit: str = "epoch",
    rounding: float = 0.0,
) -> Reading:
    epoch = epoch + counting.offset / counting.steps_per_epoch
    below = np.flatnonzero(epoch < 0)
    if below.size:
        raise LogschedError(
            f"the epoch of row {log.row[below[0]]} is {time(epoch[below[0]])}, but it must be 0 or "
            "more"
        )
    steps, offset = counting.steps_per_epoch, counting.offset
    return Reading(log.rate, epoch, log.row, source, steps, offset, unit, rounding)


def _turns(epoch: Floats) -> Floats:
    """The number of each row among the rows of the same epoch that stand together."""
    starts = np.flatnonzero(np.diff(epoch, prepend=np.nan) != 0)
    begin = np.repeat(starts, np.diff(starts, append=epoch.size))
    return (np.arange(epoch.size) - begin).astype(np.float64)


def _steps_told(epoch: Floats, step: Floats | None, rounding: float) -> Fraction | None:
    """How many steps an epoch has by the columns of both, or by how often an epoch stands."""
    if rounding and step is not None:
        return steps_within(epoch, step, rounding)
    starts = np.flatnonzero(np.diff(epoch, prepend=np.nan) != 0)
    if starts.size < 2:
        return None
    begun = epoch[starts[-1]] - epoch[starts[0]]
    passed = starts[-1] - starts[0] if step is None else step[starts[-1]] - step[starts[0]]
    if not (begun > 0 and 1.5 <= passed / begun < EXACT):  # also where one is not a number
        return None
    return Fraction(round(float(passed / begun)))


def _usual_gap(epoch: Floats) -> float:
    gaps = np.diff(epoch)
    gaps = gaps[gaps > 0]
    return float(np.median(gaps)) if gaps.size else 1.0


def _gaps(epoch: Floats) -> list[str]:
    """What a log that is regular otherwise has left out, and what it says twice."""
    gaps, usual = np.diff(epoch), _usual_gap(epoch)
    wide, twice = np.flatnonzero(gaps > GAP * usual), np.flatnonzero(gaps == 0)
    said = []
    if 0 < wide.size <= FEW_GAPS * gaps.size:
        after = ", ".join(time(one) for one in epoch[wide[:3]].tolist())
        said.append(f"rows are missing after epoch {after}{', ...' if wide.size > 3 else ''}")
    if 0 < twice.size <= FEW_GAPS * gaps.size:
        which = ", ".join(time(one) for one in np.unique(epoch[twice])[:3].tolist())
        said.append(f"epoch {which}{', ...' if twice.size > 3 else ''} is there more than once")
    return said
