"""The curves: how a rate goes from one to another within a piece, a module each.

A new one is a subclass of `Curve` in a module of this folder: it is found by being there, and is a
shape, too, with warmup, initial decay and restart cycles.
"""

from importlib import import_module
from pkgutil import iter_modules

from logsched.schedule.curves.curve import CURVES as CURVES

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
