"""Why a run's rates are not the schedule's: each mistake that runs make, tried on all points.

A cause is named only if it alone, or with the log's rounding, brings every rate within tolerance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from sys import float_info

from logsched.base.declare import Value, declared
from logsched.base.errors import LogschedError
from logsched.base.lazy import np
from logsched.base.words import number, time
from logsched.logs.agreement import Predict, Tolerance, rates_of, roundings, telling_rounding
from logsched.logs.check import time_causes
from logsched.logs.check.mismatch import Case, Cause, Suspect
from logsched.logs.check.values import ValueSearch, fitting_values
from logsched.schedule.parameters import Parameters
from logsched.schedule.schedule import Schedule
from logsched.schedule.settled import in_effect, known_of
from logsched.schedule.shapes import SHAPES

AROUND = ("stair", "lead", "floor_lr")  # searched for only where they are planned


def find_causes(case: Case) -> list[Cause]:
    """All causes that explain a log, the plainest first; of several of one kind the first.

    Where none does, and the log is rounded, those that explain it as near as that.
    """
    found = _explaining(case)
    rounding = telling_rounding(case.series.rate, case.tolerance)
    if found or rounding is None:
        return found
    besides = f"; besides, the log is rounded to {rounding.kept}"
    near = replace(case, tolerance=rounding.tolerance)
    return [one._replace(sentence=one.sentence + besides) for one in _explaining(near)]


def _explaining(case: Case) -> list[Cause]:
    found: dict[tuple[str, str | None], Cause] = {}
    for suspects in STILL if case.still else CAUSES:
        for one in suspects(case):
            which = one.cause.kind, one.cause.parameter
            if which not in found and case.explained_by(one):
                found[which] = one.cause
    return list(found.values())


def _with(cause: Cause, schedule: Schedule) -> Suspect:
    return Suspect(cause, lambda epochs: rates_of(schedule, epochs))


def _warmups(case: Case) -> Iterator[Suspect]:
    """The warmup left out, counted twice, or counted into the decay."""
    if case.warms_up:
        for said, predict in _warming(case.schedule).items():
            yield Suspect(Cause("warmup", f"the warmup {said}"), predict)


def _warming(schedule: Schedule) -> dict[str, Predict]:
    """What can be done wrong with a warmup, and the rates that come of it."""
    length, lr = schedule.warmup, schedule.lr or 1.0
    planned, without, twice = (
        partial(rates_of, one)
        for one in (
            schedule,
            schedule.replace(warmup=0),
            schedule.replace(warmup=min(2 * length, float_info.max)),
        )
    )

    def warming(during: Predict, after: Predict) -> Predict:
        return lambda epochs: np.where(epochs < length, during(epochs), after(epochs))

    return {
        "is left out: the schedule begins after it": without,
        "is left out: the rate is lr from the start": warming(
            lambda epochs: np.full_like(epochs, schedule.lr), planned
        ),
        "is counted twice: it takes twice as long": twice,
        "has its epochs counted into the decay as well": warming(planned, without),
        "is counted twice: its factor is multiplied in once more": warming(
            lambda epochs: planned(epochs) ** 2 / lr, planned
        ),
        "is multiplied into a decay that begins at once": warming(
            lambda epochs: planned(epochs) / lr * without(epochs), without
        ),
    }


def _no_restarts(case: Case) -> Iterator[Suspect]:
    """The first decay only, or one decay over all the run."""
    if case.schedule.cyclic is None:
        return
    single = case.schedule.replace(restart_interval=0)
    if case.schedule.decay == 0:
        single = single.replace(decay=case.schedule.restart_interval)
    said = "restarts are ignored: the rate stays where the first decay ends"
    yield _with(Cause("restarts", said), single)
    for length in fitting_values(case.search(single, "decay")):
        said = f"restarts are ignored: one decay takes {time(float(length))} epochs"
        yield _with(Cause("restarts", said, length), single.replace(decay=length))


def _scales(case: Case) -> Iterator[Suspect]:
    """All rates multiplied by one number, or all from some epoch on."""
    begun = float(case.wrong[0])
    planned = np.where(case.series.epoch < begun, 0.0, case.planned(case.series.epoch))
    top = int(np.nanargmax(planned))
    ratio = float(case.series.rate[top] / planned[top])
    if case.wrong.size > 1 and 0 < ratio < np.inf:
        near = case.tolerance.rtol + case.tolerance.floor / float(case.series.rate[top])
        for scale in _short(ratio, near):
            yield _scaled(case, scale)
        for scale in _short(ratio, near):
            yield _scaled(case, scale, begun)


def _scaled(case: Case, scale: float, begun: float = 0.0) -> Suspect:
    since = f" from epoch {time(begun)} on" if begun else ""
    return Suspect(
        _scale(scale, since),
        lambda epochs: np.where(epochs < begun, 1.0, scale) * case.planned(epochs),
    )


def _frozen(case: Case) -> Iterator[Suspect]:
    """The rate stays what it was before the first point that differs."""
    begun = float(case.wrong[0])
    before = case.series.epoch[case.series.epoch < begun]
    if before.size:
        last = float(before[-1])
        said = f"the rate stays what it is at epoch {time(last)}: the scheduler is not stepped"
        yield Suspect(
            Cause("frozen", said, last), lambda epochs: case.planned(np.minimum(epochs, last))
        )


def _short(scale: float, rtol: float) -> list[float]:
    """A number in as few digits as the tolerance leaves, and in more."""
    texts = (f"{scale:.{digits}g}" for digits in range(1, 18))
    return [*dict.fromkeys(float(one) for one in texts if abs(float(one) - scale) <= rtol * scale)]


def _scale(scale: float, since: str = "") -> Cause:
    said = f"all rates{since} are multiplied by {number(scale)}"
    if scale > 1 and scale == int(scale):
        said += ", as by the number of workers"
    return Cause("scale", said, scale)


def _parameters(case: Case) -> Iterator[Suspect]:
    """Another value of one parameter; of one that others follow, also without all or most."""
    schedule, settled = case.schedule, _settled(case.schedule)
    peaks = settled.replace(restart_lr=schedule.params["restart_lr"])
    for name in known_of(schedule):
        if name in schedule.uses and (name not in AROUND or name in schedule.given):
            search = case.search(schedule, name)
            yield from _others(search)
            if _followed(search):
                yield from _others(search._replace(schedule=settled))
                yield from _others(search._replace(schedule=peaks))


def _followed(search: ValueSearch) -> bool:
    """Whether other parameters, left out, follow this one."""
    other = {search.name: search.value / 2} if isinstance(search.value, float) else {}
    try:
        changed = search.schedule.replace(**other)
    except LogschedError:
        return False
    return _settled(changed) != _settled(search.schedule).replace(**other)


def _others(search: ValueSearch) -> Iterator[Suspect]:
    for value in fitting_values(search):
        other = search.schedule.replace(**{search.name: value})
        yield _with(_other(search.name, value, search.value), other)


def _settled(schedule: Schedule) -> Schedule:
    """The same schedule with every parameter given."""
    return schedule.replace(**in_effect(schedule))


def _other(name: str, value: Value, planned: Value | None) -> Cause:
    new, old = (number(one) if isinstance(one, float) else one for one in (value, planned))
    return Cause("parameter", f"{name} is {new}, not {old}", value, name)


def _shapes(case: Case) -> Iterator[Suspect]:
    """Another shape with the same parameters, its own left out."""
    common = {name: case.schedule.params[name] for name in declared(Parameters)}
    for name, shape in SHAPES.items():
        if shape.by_numbers and name != case.schedule.shape.name:
            said = f"the shape is {name}, not {case.schedule.shape.name}"
            with suppress(LogschedError):  # its own lengths may not go with the others
                other = Schedule(name, run=case.schedule.run, **common)
                yield _with(Cause("shape", said, name), other)


def _single(case: Case) -> Iterator[Suspect]:
    """One row alone differs."""
    if case.wrong.size == 1:
        off = Tolerance(np.inf, np.inf)
        said = f"only the rate at epoch {time(float(case.wrong[0]))} differs"
        yield Suspect(Cause("damage", said, float(case.wrong[0])), case.planned, off)


def _rounded(case: Case) -> Iterator[Suspect]:
    """The log keeps few digits: within half of the last one the rates are the planned ones."""
    for kept, tolerance, *_ in roundings(case.series.rate, case.tolerance):
        said = f"the log is rounded to {kept}, and as near as that it is the schedule"
        yield Suspect(Cause("rounding", said), case.planned, tolerance)


CAUSES: tuple[Callable[[Case], Iterator[Suspect]], ...] = (
    _single,
    _frozen,
    _warmups,
    time_causes.second_warmups,
    _no_restarts,
    time_causes.waves,
    time_causes.shifts,
    time_causes.resumes,
    time_causes.units,
    _scales,
    _parameters,
    _shapes,
    _rounded,
)
STILL = (_frozen, _shapes)  # what may be said of a rate that never changes
