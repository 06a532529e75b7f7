"""PyTorch, imported when its first name is asked for; what is said where it lacks something."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, TypeAlias

from logsched.base.errors import MissingError
from logsched.base.lazy import Lazy
from logsched.base.words import listed

torch: Any = Lazy("torch")
functional: Any = Lazy("torch.nn.functional")

Tensor: TypeAlias = Any
"""A `torch.Tensor`."""

CPU = "DefaultCPUAllocator"  # what finds no memory, in PyTorch's words


def require(extra: str, **packages: str) -> None:
    """Raise MissingError where a package, by the name of its module, is not installed."""
    missing = [package for module, package in packages.items() if find_spec(module) is None]
    if missing:
        raise MissingError(
            f"this needs {listed(missing)}: pip install 'logsched[{extra}]', or "
            f"pip install {' '.join(name.lower().replace('pytorch', 'torch') for name in missing)}"
        )


@contextmanager
def want_of_memory() -> Iterator[None]:
    """Raise MemoryError where PyTorch raises what it raises for want of memory."""
    try:
        yield
    except RuntimeError as error:
        if isinstance(error, torch.cuda.OutOfMemoryError) or CPU in str(error):
            raise MemoryError from None
        raise
