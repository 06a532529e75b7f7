"""A fit in the numbers that were set: as few digits, and as few parameters, as explain it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from logsched.logs.identify.fitting import (
    DIGITS,
    LENGTHS,
    Fit,
    Fitter,
    Unknowns,
    absent,
    changed,
    levels_of,
    numbers_of,
)
from logsched.schedule.schedule import Schedule
from logsched.schedule.settled import known_of, value_of

MADE_UP = 6  # digits up to which other numbers may make up for rounding one


CLOSE = 10.0  # times the tolerance: so near, shorter numbers may be the true ones


SHORT = range(2, 8)  # digits of these


def settled(fit: Fit, fitter: Fitter, most: int = DIGITS) -> Fit:
    """The first fit whose phases end at short decimals; where none fits, the nearest."""
    best = fit
    first = 1 - fitter.digits  # as coarse as the longest time itself
    for places in range(first, min(first + most, fitter.places)):
        names = [name for name in LENGTHS if name in numbers_of(fit.schedule)]
        schedule = Unknowns(fit, names, fitter).rounded(places)
        if schedule is not None and absent(schedule) == absent(fit.schedule):
            plain = Fit(schedule, fit.ends)
            if not fitter.fits(schedule):
                plain = fitter.improved(plain, levels_of(schedule), 6)
            if fitter.fits(plain.schedule):
                return plain
            best = min(best, plain, key=lambda one: fitter.misfit(one.schedule))
    return fit if fitter.fits(fit.schedule) else best


def shortened(fit: Fit, fitter: Fitter) -> Fit:
    """A fit that comes close, with all numbers in as few digits as make it fit, if any do.

    Least squares leave the rates of a rounded log a little farther off than rounding did.
    """
    if fitter.fits(fit.schedule) or fitter.misfit(fit.schedule) > CLOSE:
        return fit
    for schedule in in_digits(fit.schedule, numbers_of(fit.schedule), SHORT):
        if fitter.fits(schedule):
            return Fit(schedule, fit.ends)
    return fit


def in_digits(
    schedule: Schedule, names: Iterable[str], digits: Iterable[int]
) -> Iterator[Schedule]:
    """The schedule with some of its numbers in each of so many digits, as far as it holds."""
    values = {name: float(value_of(schedule, name)) for name in names}
    for kept in digits:
        short = {name: float(f"{value:.{kept}g}") for name, value in values.items()}
        other = changed(schedule, **short)
        if other is not None:
            yield other


def simplified(fit: Fit, fitter: Fitter) -> Schedule:
    """A schedule that fits, with as few parameters given as will do, and these rounded."""
    schedule = settled(fit, fitter).schedule
    used = schedule.uses
    schedule = schedule.replace(**{name: None for name in schedule.params if name not in used})
    for name in reversed(known_of(schedule)):
        if schedule.params[name] is not None and name not in absent(schedule):
            schedule = _made_up(changed(schedule, **{name: None}), fitter) or schedule
    done: list[str] = []
    for name in numbers_of(schedule):
        if schedule.params[name] is not None:
            done.append(name)
            schedule = _rounded(schedule, name, fitter, done)
    return schedule


def _made_up(
    schedule: Schedule | None, fitter: Fitter, done: Collection[str] = (), steps: int = 4
) -> Schedule | None:
    """A schedule that fits, if need be by changes of other numbers that are given."""
    if schedule is None or fitter.fits(schedule):
        return schedule
    free = [n for n in levels_of(schedule) if n not in done and schedule.params[n] is not None]
    again = fitter.improved(Fit(schedule, {}), free, steps).schedule
    return again if fitter.fits(again) else None


def _rounded(schedule: Schedule, name: str, fitter: Fitter, done: Collection[str]) -> Schedule:
    """The schedule with one number in as few digits as will do, rather 0."""
    value = float(value_of(schedule, name))
    for digits in range(DIGITS + 1):
        short = changed(schedule, **{name: float(f"{value:.{digits - 1}e}") if digits else 0.0})
        plain = _made_up(short, fitter, done, 3 if digits <= MADE_UP else 0)
        if plain is not None:
            return plain
    return schedule
