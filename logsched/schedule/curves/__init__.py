"""The curves: how a rate goes from one to another within a piece, a module each.

A new one is a subclass of `Curve` in a module of this folder: it is found by being there, and is a
shape, too, with warmup, initial decay and restart cycles.
"""

from importlib import import_module
from pkgutil import iter_modules

from logsched.base.errors import LogschedError
from logsched.base.words import shown, suggestion, unknown
from logsched.schedule.curves.curve import CURVES as CURVES
from logsched.schedule.curves.curve import Curve as Curve

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")


def read_curve(name: str, text: str) -> Curve:
    """The curve that a text names, `cosine` or `power:power=4`.

    Raises LogschedError, about the parameter `name`, for what it cannot mean.
    """
    word, colon, tail = text.partition(":")
    if word not in CURVES:
        hint = suggestion(word, CURVES) or f"; known are {', '.join(CURVES)}"
        raise LogschedError(f"{name} is {shown(word)}, but it must be the name of a curve{hint}")
    known, given = CURVES[word].declares, dict[str, object]()
    for item in tail.split(",") if colon else []:
        key, _, value = item.partition("=")
        if key not in known:
            raise unknown(f"parameter of the curve {word}", key, known)
        given[key] = known[key].rule.parse(key, value)
    return CURVES[word](**given)
