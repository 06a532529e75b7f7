"""NumPy, imported when its first function is asked for: `--help` and `shapes` do without."""

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
else:

    class _LazyNumPy:
        """Stands for the module; each name is looked up there once and kept."""

        def __getattr__(self, name: str) -> Any:
            import numpy

            value = getattr(numpy, name)
            setattr(self, name, value)
            return value

    np = _LazyNumPy()
    Floats = Any

Numbers: TypeAlias = Any
"""A number, or `(n,)` float64."""

__all__ = ["Floats", "Numbers", "np"]
