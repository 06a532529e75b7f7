"""Triangular cycles."""

from __future__ import annotations

from logsched.schedule.compose import START
from logsched.schedule.curves import triangular
from logsched.schedule.parameters import Parameters
from logsched.schedule.parts import Part
from logsched.schedule.shape import Annealed


class Triangular(Annealed):
    """Triangular cycles from the start: up from min_decay_lr to restart_lr, and down again.

    Its first rise is its warmup. restart_lr_decay 0.5 halves the triangles: "triangular2".
    """

    name = "triangular"
    curve_type = triangular.Triangular
    warms = False
    in_turn = ()

    def body(self, its: Parameters) -> list[Part]:
        return [self.cycles(its, START)]
