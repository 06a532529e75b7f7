"""The shapes: how a rate falls from eta_max to eta_min within a cycle, one small class each.

A new one is a subclass of `Annealing`, or of another base, in a module of this package.
"""

from logsched.schedule.shapes.decays import Exponential, Polynomial
from logsched.schedule.shapes.logarithms import Log, LogBounded, LogReleased
from logsched.schedule.shapes.phased import InverseSqrt, OneCycle, Triangular, Wsd
from logsched.schedule.shapes.shape import (
    SHAPES,
    Annealing,
    Constant,
    Cosine,
    Decay,
    Linear,
    Shape,
    Step,
    find_shape,
    owner_of,
    steady,
)

__all__ = [
    "SHAPES",
    "Annealing",
    "Constant",
    "Cosine",
    "Decay",
    "Exponential",
    "InverseSqrt",
    "Linear",
    "Log",
    "LogBounded",
    "LogReleased",
    "OneCycle",
    "Polynomial",
    "Shape",
    "Step",
    "Triangular",
    "Wsd",
    "find_shape",
    "owner_of",
    "steady",
]
