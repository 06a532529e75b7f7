"""One moment of a schedule: where the epoch lies, and the formula with its numbers put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from logsched.base.declare import Declared, declared
from logsched.base.lazy import np
from logsched.base.words import number, time
from logsched.schedule.parameters import Parameters
from logsched.schedule.schedule import Schedule, in_effect
from logsched.schedule.shapes import SHAPES, Annealing

if TYPE_CHECKING:
    from logsched.schedule.parts import Phase

OWNERS: list[type[Declared]] = [Parameters, *SHAPES.values()]
EPOCHS = {name for owner in OWNERS for name, one in declared(owner).items() if one.unit == "epochs"}
TIMES = {"t", "T_cur", "T_i", *EPOCHS}  # names whose numbers keep all their digits


@dataclass(frozen=True)
class Moment:
    """A schedule at one epoch; `worked` is the formula with its numbers, `g` what it comes to.

    `t_i` and `u` are None in a phase without an end, `g` where the formula gives the rate itself.
    """

    epoch: float
    phase: str
    cycle: int
    start: float
    t_cur: float
    t_i: float | None
    u: float | None
    eta_max: float
    eta_min: float
    formula: str
    worked: str
    g: float | None
    lr: float


def find_moment(schedule: Schedule, epoch: float) -> Moment:
    """What a schedule does at an epoch. Raises LogschedError where it has no rate there."""
    lr, phase = schedule(epoch), schedule.phase_at(epoch)
    cycle, start, length, eta_max, eta_min = phase.stretch(phase.cycles.at(epoch))
    t_cur, t_i = epoch - start, length if isfinite(length) else None
    u = None if t_i is None else min(t_cur / t_i, 1.0)
    flat = phase.shape is not None and eta_max == eta_min
    formula = "rate = eta_max" if flat else phase.formula
    its = dict[str, object](in_effect(schedule))
    its |= {} if flat else (phase.shape or schedule.shape).numbers(schedule, eta_max, eta_min)
    its |= {"t": epoch, "T_cur": t_cur, "T_i": length, "u": u, "j": cycle}
    its |= {"eta_max": eta_max, "eta_min": eta_min}
    worked = put_in(formula.partition(" = ")[2], its)
    g = None if flat else _fraction(phase, t_cur, length, eta_max, eta_min)
    return Moment(
        epoch, phase.name, cycle, start, t_cur, t_i, u, eta_max, eta_min, formula, worked, g, lr
    )


def put_in(formula: str, numbers: Mapping[str, object]) -> str:
    """A formula with numbers for names: of times all digits, of others six."""
    shown = {
        name: time(one) if name in TIMES else number(one)
        for name, one in numbers.items()
        if isinstance(one, float | int) and isfinite(one)
    }
    names = "|".join(sorted(map(re.escape, shown), key=len, reverse=True))
    whole_name = rf"(?<![A-Za-z])({names})(?![A-Za-z0-9_])"
    return re.sub(whole_name, lambda found: shown[found.group(1)], formula)


def _fraction(
    phase: Phase, t_cur: float, t_i: float, eta_max: float, eta_min: float
) -> float | None:
    if not isinstance(phase.shape, Annealing):
        return None
    with np.errstate(all="ignore"):
        return float(phase.shape.fraction(t_cur, t_i, eta_max, eta_min))
