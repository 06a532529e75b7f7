"""NumPy's format for one array, a float64 a row."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from logsched.base.lazy import Floats, np

if TYPE_CHECKING:
    from logsched.export.arrays import Chunks


def write_array(size: int, blocks: Iterator[Floats]) -> Chunks:
    """The header, and blocks of so many numbers in all."""
    header = io.BytesIO()
    described = {"descr": "<f8", "fortran_order": False, "shape": (size,)}
    np.lib.format.write_array_header_1_0(header, described)
    yield header.getvalue()
    for block in blocks:
        yield block.astype("<f8", copy=False).tobytes()
