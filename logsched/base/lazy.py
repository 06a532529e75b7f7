"""Modules imported when their first name is asked for: `--help` and `shapes` do without NumPy."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias


class Lazy:
    """Stands for a module; each name is looked up there once and kept."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        value = getattr(import_module(self._name), name)
        setattr(self, name, value)
        return value


if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
else:
    np = Lazy("numpy")
    Floats = Any

Numbers: TypeAlias = Any
"""A number, or `(n,)` float64."""

__all__ = ["Floats", "Lazy", "Numbers", "np"]
