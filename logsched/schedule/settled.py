"""A shape and its parameters, settled: what was left out is derived, and lengths are numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from logsched.base.declare import Parameter, Value, declared, exact, settings_of
from logsched.base.errors import LogschedError
from logsched.base.words import listed, unknown
from logsched.schedule.parameters import Parameters, own_name
from logsched.schedule.shape import Shape, find_shape
from logsched.schedule.units import REST, Exact

if TYPE_CHECKING:
    from logsched.schedule.parts import Part


class Settled(Parameters):
    """A shape, what was given of its parameters, what all are in effect, and the parts they make.

    Raises LogschedError for what breaks a rule.
    """

    shape: Shape
    params: Mapping[str, Value | None] = field(compare=False)  # as given, None where left out

    def __init__(self, shape: str, *, run: Any = None, **params: Any) -> None:
        made = find_shape(shape)
        own = declared(made)
        known = declared(Parameters) | own
        given = _as_set(shape, params, known, "epoch" if run is None else run.unit)
        object.__setattr__(self, "run", run)
        settled = {**given, **made.implied(given)}
        object.__setattr__(self, "given", frozenset(k for k, v in settled.items() if v is not None))
        self._settle({name: settled[name] for name in settled if name not in own}, self)
        fitting = made(self, **{name: given[name] for name in own})
        object.__setattr__(self, "shape", fitting)
        object.__setattr__(self, "params", MappingProxyType(given))
        _fill(self)

    def _key(self) -> tuple[object, ...]:
        return (*super()._key(), self.unit)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The parts in their order: each holds until the next begins, the last for good."""
        return tuple(self.shape.parts(self))


def known_of(schedule: Settled) -> dict[str, Parameter]:
    """All declared parameters of a schedule: every schedule's, then its shape's own."""
    return declared(Parameters) | declared(type(schedule.shape))


def in_effect(schedule: Settled) -> dict[str, Value]:
    """What these parameters are, also where they were left out."""
    return settings_of(schedule) | settings_of(schedule.shape)


def value_of(schedule: Settled, name: str) -> Any:
    """What one of them is: of `wsd` its own `end`, not the schedule's."""
    return getattr(schedule if name in declared(Parameters) else schedule.shape, name)


def _as_set(
    shape: str, params: Mapping[str, object], known: Mapping[str, Parameter], unit: str
) -> dict[str, Value | None]:
    """Parameters by their own names, checked; None where they were left out."""
    given = dict[str, "Value | None"].fromkeys(known)
    for written, value in params.items():
        name, value = own_name(written, value, unit)
        if name not in known:
            raise unknown(f"{shape} parameter", name, known)
        if value is not None and given[name] is not None:
            raise LogschedError(f"{name} is given twice, as {written} too")
        if value is not None:
            given[name] = known[name].rule.check(name, value)
    return given


def _fill(schedule: Settled) -> None:
    """Put a number for `rest`: the run's length less those that the shape has before and after it.

    Raises LogschedError where that is less than 0, or `rest` is said of two lengths.
    """
    names = schedule.shape.in_turn
    resting = [name for name in names if value_of(schedule, name) == REST]
    if not resting:
        return
    name, run = resting[0], schedule.run
    if run is None:
        raise LogschedError(
            f"{name} is rest, but there is no run: give one, as in run=Run(epochs=90)"
        )
    if len(resting) > 1:
        raise LogschedError(f"{listed(resting)} are both what is left of the run: give one of them")
    if schedule.restart_interval > 0 and "restart_interval" in schedule.given and name == "decay":
        raise LogschedError("decay is the rest of the run, but restarts are to follow: give decay")
    before = 0 if schedule.warmup_mode == "before" else exact(schedule.warmup) * ("warmup" in names)
    others = [exact(value_of(schedule, other)) for other in names if other != name]
    left = run.length - sum(others) + before
    if left < 0 and name in schedule.given:
        raise LogschedError(
            f"{name} is the rest of the run, but the run of {run.end:.15g} {run.unit}s ends before "
            "it begins: make the run longer, or what comes before it shorter"
        )
    owner = schedule if name in declared(Parameters) else schedule.shape
    object.__setattr__(owner, name, Exact(max(left, Fraction(0))))
