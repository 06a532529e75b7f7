"""The shapes: how a rate falls from eta_max to eta_min within a cycle, one small class each.

A new one is a subclass of `Annealing`, or of another base, in a module of this package.
"""

from logsched.shapes.base import (
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
from logsched.shapes.logarithms import Log, LogBounded, LogReleased

__all__ = [
    "SHAPES",
    "Annealing",
    "Constant",
    "Cosine",
    "Decay",
    "Linear",
    "Log",
    "LogBounded",
    "LogReleased",
    "Shape",
    "Step",
    "find_shape",
    "owner_of",
    "steady",
]
