"""Cosine annealing."""

from __future__ import annotations

from math import pi

from logsched.base.lazy import Numbers, np
from logsched.schedule.curves.curve import Annealing


class Cosine(Annealing):
    """Cosine annealing: a wave that leaves eta_max slowly and comes to eta_min slowly."""

    name = "cosine"
    formula = "g = (1 + cos(pi * u))/2"
    source = "paper Eq. 3; Loshchilov & Hutter, SGDR, 2016"

    def fraction(self, since: Numbers, length: Numbers, first: Numbers, last: Numbers) -> Numbers:
        u = since / length
        u *= pi
        g = np.cos(u)
        g += 1.0
        g *= 0.5
        return g
