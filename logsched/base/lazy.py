"""Modules imported when their first name is asked for: `--help` and `shapes` do without NumPy."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias


@contextmanager
def unbroken() -> Iterator[None]:
    """SIGINT and SIGTERM wait: a compiled module that they break off, as it is imported, aborts."""
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Lazy:
    """Stands for a module; each name is looked up there once and kept."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        with unbroken():
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

__all__ = ["Floats", "Lazy", "Numbers", "np", "unbroken"]
