"""Sweeps: one schedule becomes many, one for each value of a parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from logsched.base.declare import WHOLE, Parameter, Value, declared
from logsched.base.errors import LogschedError
from logsched.base.words import shown, unknown
from logsched.plan.specs import Settings, Spec
from logsched.schedule.parameters import ALIASES, Parameters
from logsched.schedule.run import RUN_PARAMETERS, Run
from logsched.schedule.shapes import find_shape, owner_of

MOST = 10_000  # values of a sweep
FORM = "PARAM=1,2,3, PARAM=FROM:TO:COUNT, PARAM=FROM:TO:COUNT:log or SHAPE:PARAM=..."


class Sweep(NamedTuple):
    """A parameter, of every schedule or of one shape's own, and the values that it takes."""

    name: str
    shape: str | None
    values: Sequence[Value]
    logarithmic: bool


def read_sweep(text: str, shapes: Sequence[str]) -> Sweep:
    """Read `restart_lr=0.05,0.1`, `restart_interval=5:40:8`, `lr=1e-4:1e-1:4:log`, `log:base=2,10`.

    `shapes` are those of the schedules. Raises LogschedError for what it cannot mean.
    """
    head, equals, tail = text.partition("=")
    owner, colon, key = head.rpartition(":")
    name = key.strip().replace("-", "_")
    if not equals or not name:
        raise LogschedError(f"sweep is {shown(text)}, but it must be {FORM}")
    if name in RUN_PARAMETERS:
        raise LogschedError(f"{name} is of the run, not of a schedule: it cannot be swept")
    name = ALIASES[name][0] if name in ALIASES else name
    known = declared(Parameters) | (declared(find_shape(owner)) if colon else {})
    if name not in known:
        if not colon and (shape := owner_of(name, shapes)):
            raise LogschedError(f"{name} is of the shape {shape}: sweep {shape}:{name}={tail}")
        raise unknown("parameter", name, known)
    values = _values(name, known[name], tail)
    return Sweep(name, owner if colon else None, values, tail.endswith(":log"))


def _values(name: str, parameter: Parameter, text: str) -> list[Value]:
    """A list of values, or a range of numbers, evenly spaced or evenly in their logarithms."""
    if ":" not in text:
        return [parameter.rule.parse(name, item) for item in text.split(",")]
    parts = text.split(":")
    if len(parts) not in (3, 4) or parts[3:] not in ([], ["log"]):
        raise LogschedError(f"sweep is {shown(text)}, but it must be {FORM}")
    low, high, count, *log = parts
    ends = [parameter.rule.parse(name, end) for end in (low, high)]
    steps = int(WHOLE.parse("the count of a sweep", count))
    if steps > MOST or any(isinstance(end, str) for end in ends):
        raise LogschedError(f"sweep {shown(text)} must be of numbers, at most {MOST} of them")
    first, last = (float(end) for end in ends)
    if log and not min(first, last) > 0:
        raise LogschedError(f"sweep {shown(text)} is logarithmic, but its ends are not above 0")
    spaced = _even(first, last, steps) if not log else _geometric(first, last, steps)
    return [parameter.rule.check(name, value) for value in spaced]


def _even(first: float, last: float, count: int) -> list[float]:
    """Values whose differences are equal; those between the ends in twelve digits."""
    places = [k / (count - 1) for k in range(1, count - 1)]
    between = [float(f"{first * (1 - place) + last * place:.12g}") for place in places]
    return [first, *between, last][:count]


def _geometric(first: float, last: float, count: int) -> list[float]:
    """Values whose ratios are equal; those between the ends in six digits."""
    places = [k / (count - 1) for k in range(1, count - 1)]
    between = [float(f"{first ** (1 - place) * last**place:.6g}") for place in places]
    return [first, *between, last][:count]


def expand(specs: Sequence[Spec], sweep: Sweep, settings: Settings) -> list[Spec]:
    """Every schedule that the sweep concerns, once for each value; the others as they are.

    Raises LogschedError where it concerns none, or one that sets the parameter itself.
    """
    concerned = [_concerns(sweep, spec, settings) for spec in specs]
    made = sum(concerned) * len(sweep.values)
    if not made:
        raise LogschedError(f"sweep is of {sweep.name}, but no schedule here uses it")
    if made > MOST:
        raise LogschedError(f"sweeps make {made} schedules, but at most {MOST} are feasible")
    each = (
        _values_of(sweep, spec) if its else [spec]
        for spec, its in zip(specs, concerned, strict=True)
    )
    return [spec for specs in each for spec in specs]


def _values_of(sweep: Sweep, spec: Spec) -> list[Spec]:
    """A schedule once for each value."""
    if sweep.name in spec.params:
        raise LogschedError(
            f"schedule {shown(spec.label)} sets {sweep.name} itself, but the sweep is to set it"
        )
    return [spec.with_value(sweep.name, value) for value in sweep.values]


def _concerns(sweep: Sweep, spec: Spec, settings: Settings) -> bool:
    if sweep.shape is not None:
        return spec.shape == sweep.shape
    schedule = spec.schedule(settings, _usual_run(settings))
    return sweep.name in schedule.uses


def _usual_run(settings: Settings) -> Run:
    """A run of the settings' connections, and of their length if that is not in cycles."""
    its = settings.of_run
    return Run(**{name: its[name] for name in declared(Run) if name in its})
