"""What there is of a kind, a module each: found by being in a folder, imported on first use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeVar

from logsched.base.words import unknown

Member = TypeVar("Member")


class Folder(Mapping[str, Member]):
    """By name, what the modules of a package define, each as the kind in capitals.

    `gan_ring.py` in the folder of tasks has the task `gan-ring`, its `TASK`; a module whose name
    begins with `_` is what others share. Names come in the order of `first`, then of the alphabet;
    telling them imports no module.
    """

    def __init__(self, package: str, kind: str, first: Sequence[str] = ()) -> None:
        self.package, self.kind, self.first = package, kind, tuple(first)

    def find(self, name: str) -> Member:
        """What has a name. Raises LogschedError with the nearest name there is."""
        if name not in self:
            raise unknown(self.kind, name, self)
        return self[name]

    def __getitem__(self, name: str) -> Member:
        if name not in self:
            raise KeyError(name)
        module = import_module(f"{self.package}.{name.replace('-', '_')}")
        member: Member = getattr(module, self.kind.upper())
        return member

    def __contains__(self, name: object) -> bool:
        return name in self._names()

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def _names(self) -> Sequence[str]:
        return _ordered(self.first, *import_module(self.package).__path__)


@cache
def _ordered(first: Sequence[str], *folders: str) -> Sequence[str]:
    """The names of the modules in folders, or in zipped ones."""
    files = sorted(module.name for module in iter_modules(folders))
    names = [file.replace("_", "-") for file in files if not file.startswith("_")]
    return tuple(sorted(names, key=lambda name: [*first, name].index(name)))
