"""What a schedule uses: the parameters that are read where its parts are made."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from logsched.base.declare import Declared

if TYPE_CHECKING:
    from logsched.schedule.parameters import Parameters
    from logsched.schedule.shape import Shape

Owner = TypeVar("Owner", bound=Declared)


class _Notes(NamedTuple):
    """What was given, of what the rest is derived, and the names that have been read."""

    params: Mapping[str, Any]
    its: Parameters | None
    read: set[str]


def find_uses(its: Parameters, shape: Shape, params: Mapping[str, Any]) -> frozenset[str]:
    """The parameters, every schedule's and the shape's own, that bear on a schedule.

    One that was left out counts with those that it is derived from.
    """
    read = set[str]()
    tracing = _tracing(its, _Notes(params, None, read))
    _tracing(shape, _Notes(params, tracing, read)).parts(tracing)
    return frozenset(read)


def _tracing(owner: Owner, notes: _Notes) -> Owner:
    """The same object, but it notes which of its parameters are read."""
    plain: Any = type(owner)
    traced: Owner = object.__new__(_traced_type(plain))
    vars(traced).update(vars(owner), _notes=notes)
    return traced


@cache
def _traced_type(plain: Any) -> Any:
    known = plain.declares

    def read(self: Declared, name: str) -> Any:
        if name in known:
            notes = vars(self)["_notes"]
            notes.read.add(name)
            if notes.params.get(name) is None:
                known[name].derive(notes.its or self)
        return object.__getattribute__(self, name)

    return type(plain.__name__, (plain,), {"__getattribute__": read})
