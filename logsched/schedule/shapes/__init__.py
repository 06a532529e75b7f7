"""The shapes: which parts a schedule has, a module each; and every curve is one as well.

A new one is a subclass of `Shape` in a module of this folder: it is found by being there.
"""

from importlib import import_module
from pkgutil import iter_modules

from logsched.schedule.shape import SHAPES as SHAPES
from logsched.schedule.shape import Annealed as Annealed
from logsched.schedule.shape import Shape as Shape
from logsched.schedule.shape import find_shape as find_shape
from logsched.schedule.shape import owner_of as owner_of

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
