"""How a warmup, a stair, a lead and a floor are put around the parts that follow a warmup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil

from logsched.base.declare import exact
from logsched.schedule.boundaries import Equal, Once
from logsched.schedule.curves import read_curve
from logsched.schedule.parameters import Parameters
from logsched.schedule.parts import Part, Ramp, Terms

START = Fraction(0)


def composed(its: Parameters, parts: Sequence[Part], warms: bool) -> list[Part]:
    """The parts of a schedule, of those that count from 0 and follow its warmup, if it has one.

    The order, from the outside: stair, lead, the schedule with its warmup, floor.
    """
    parts = [replace(part, floor=its.floor_lr) for part in parts] if its.floor_lr > 0 else parts
    warmup, lead = exact(its.warmup) if warms else START, exact(its.lead)
    if warmup == 0:
        return staired(early(parts, lead), exact(its.stair))
    if its.warmup_mode == "times":
        held = staired(early(parts, lead), exact(its.stair))
        return _multiplied(held, Ramp(make_warmup(its).shifted(-lead), its.lr), warmup - lead)
    joined = [make_warmup(its, rate_at(parts, warmup) if its.warmup_mode == "into" else None)]
    before = its.warmup_mode == "before"
    joined += cut([part.shifted(warmup) for part in parts] if before else parts, warmup)
    return staired(early(joined, lead), exact(its.stair))


def make_warmup(its: Parameters, last: float | None = None) -> Part:
    """The warmup along warmup_shape, from warmup_start_lr to lr, or to another rate."""
    curve, first = read_curve("warmup_shape", its.warmup_shape), its.warmup_start_lr
    terms = Terms("warmup", "warmup_start_lr", "lr" if last is None else repr(last))
    top = its.lr if last is None else last
    return Part("warmup", curve, Once(START, its.warmup), first, top, terms, warms=True)


def rate_at(parts: Sequence[Part], time: Fraction) -> float:
    """The rate that parts have at an exact time."""
    return cut(parts, time)[0].rate(float(time))


def cut(parts: Sequence[Part], begin: Fraction) -> list[Part]:
    """The parts without what is before a time."""
    later = [part.begins for part in parts[1:]]
    kept = [part for part, end in zip(parts, [*later, None], strict=True) if _reaches(end, begin)]
    return [kept[0].cut(begin), *kept[1:]]


def _reaches(end: Fraction | None, begin: Fraction) -> bool:
    return end is None or end > begin


def early(parts: Sequence[Part], lead: Fraction) -> list[Part]:
    """The parts, all of them earlier by a lead; what comes before 0 is gone."""
    return cut([part.shifted(-lead) for part in parts], START) if lead else list(parts)


def staired(parts: Sequence[Part], height: Fraction) -> list[Part]:
    """The parts as they are read at every `height` only; those of no length are gone."""
    if height == 0:
        return list(parts)
    begins = [height * ceil(part.begins / height) for part in parts]
    stair = Equal(START, height)
    return [
        replace(part, begin=begin, stair=stair)
        for part, begin, over in zip(parts, begins, [*begins[1:], None], strict=True)
        if over is None or over > begin
    ]


def _multiplied(parts: Sequence[Part], ramp: Ramp, end: Fraction) -> list[Part]:
    """The parts, and until the end of the warmup they are multiplied with it."""
    if end <= 0:
        return list(parts)
    under = [
        replace(part, ramp=ramp, name=part.name if part.repeats else "warmup")
        for part in parts
        if part.begins < end
    ]
    return [*under, *cut(parts, end)]
