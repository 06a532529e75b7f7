"""Schedules near a found one: other words, other lengths, ends elsewhere between two points."""

from __future__ import annotations

from collections.abc import Iterator

from logsched.base.declare import Value, declared
from logsched.logs.identify.fitting import (
    Fit,
    changed,
)
from logsched.schedule.parameters import Parameters
from logsched.schedule.schedule import Schedule
from logsched.schedule.settled import known_of, value_of
from logsched.schedule.shapes import Shape

SPREAD = (0.1, 0.3, 0.5, 0.9, 1.5, 2.0, 3.0, 5.0, 10.0, 100.0, 1e3, 1e5)  # tried of own numbers


SHIFTS = (0.25, 0.5, 0.75)  # of the time between two points, where a phase may end


def own_lengths(shape: type[Shape]) -> list[str]:
    """The parameters of a shape's own that are lengths."""
    return [name for name, one in declared(shape).items() if one.unit == "length"]


def without_rates(schedule: Schedule) -> tuple[Value | None, ...]:
    """What tells apart schedules whose rates are to be fitted, but for where a decay ends."""
    known, given = known_of(schedule), schedule.params.items()
    return tuple(one for n, one in given if known[n].unit != "rate" or n == "min_decay_lr")


def warmed(schedule: Schedule) -> Iterator[Schedule]:
    """The schedule with each shape of a warmup, if it has one."""
    if "warmup_shape" not in schedule.uses:
        yield schedule.replace(warmup_shape=None, warmup_start_lr=None)
        return
    for word in declared(Parameters)["warmup_shape"].rule.words:
        yield schedule.replace(warmup_shape=word)


def with_own(schedule: Schedule) -> Iterator[Schedule]:
    """The schedule with other numbers of its shape's own."""
    for name, one in declared(type(schedule.shape)).items():
        for value in SPREAD:
            if one.unit != "length" and one.rule.holds(value):
                other = changed(schedule, **{name: value})
                if other is not None:
                    yield other


def with_ends(fit: Fit) -> Iterator[Schedule]:
    """The schedule with phases that end elsewhere between two points of the log."""
    for name, (low, high) in fit.ends.items():
        length = float(value_of(fit.schedule, name))
        for shift in SHIFTS if length > high - low else ():
            other = changed(fit.schedule, **{name: length - shift * (high - low)})
            if other is not None:
                yield other
