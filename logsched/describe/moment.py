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
from logsched.schedule.curves.curve import Annealing, Curve
from logsched.schedule.parameters import Parameters
from logsched.schedule.schedule import Schedule
from logsched.schedule.settled import in_effect
from logsched.schedule.shapes import SHAPES

if TYPE_CHECKING:
    from logsched.schedule.parts import Piece

OWNERS: list[type[Declared]] = [Parameters, *SHAPES.values()]
LENGTHS = {
    name for owner in OWNERS for name, one in declared(owner).items() if one.unit == "length"
}
TIMES = {"t", "T_cur", "T_i", *LENGTHS}  # names whose numbers keep all their digits


@dataclass(frozen=True)
class Moment:
    """A schedule at one time; `worked` is the formula with its numbers, `g` what it comes to.

    `t_i` and `u` are None in a phase without an end, `g` where the formula gives the rate itself.
    """

    at: float
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


def find_moment(schedule: Schedule, at: float) -> Moment:
    """What a schedule does at a time. Raises LogschedError where it has no rate there."""
    lr, part = schedule(at), schedule.part_at(at)
    read = part.read(at)
    piece = part.piece(part.times.at(read))
    t_cur, t_i = read - piece.start, piece.length if isfinite(piece.length) else None
    u = None if t_i is None else min(t_cur / t_i, 1.0)
    flat = not part.holds and piece.first == piece.last
    formula = "rate = eta_max" if flat else part.formula
    its = dict[str, object](in_effect(schedule))
    its |= {} if flat else part.curve.numbers(piece.first, piece.last)
    its |= {"t": read, "T_cur": t_cur, "T_i": piece.length, "u": u, "j": piece.number}
    its |= {"eta_max": piece.first, "eta_min": piece.last}
    worked = put_in(formula.partition(" = ")[2], its)
    g = None if flat else _fraction(part.curve, t_cur, piece)
    where = (at, part.name, piece.number, piece.start, t_cur, t_i, u, piece.first, piece.last)
    return Moment(*where, formula, worked, g, lr)


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


def _fraction(curve: Curve, t_cur: float, piece: Piece) -> float | None:
    if not isinstance(curve, Annealing):
        return None
    with np.errstate(all="ignore"):
        return float(curve.fraction(t_cur, piece.length, piece.first, piece.last))
