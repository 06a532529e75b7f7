"""NumPy's files as tables."""

from __future__ import annotations

import io
from math import nan
from typing import TYPE_CHECKING, Any

from logsched.base.errors import LogschedError
from logsched.base.lazy import np
from logsched.base.memory import require_memory
from logsched.logs import blocks
from logsched.logs.kind import By, Kind
from logsched.logs.opened import Opened
from logsched.logs.table import (
    LESS,
    Column,
    Content,
    Oddities,
    Table,
    check_cells,
    numbered,
    row_numbers,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

NPY = b"\x93NUMPY"  # how it begins
NUMPY = (NPY, b"PK\x03\x04")  # and npz


def _knows(file: Opened) -> bool:
    return file.start.startswith(NUMPY)


def _read(file: Opened) -> Content:
    require_memory(2 * file.size // 8, file.name, LESS)
    return Content(_table(file.whole(), file.name), Oddities())


def _table(data: bytes, name: str) -> Table:
    """An array of rates or with a column of times, of named fields, or an archive of columns."""
    arrays = _arrays(data, name)
    columns, named = arrays, not data.startswith(NPY)
    if len(arrays) == 1:
        array = next(iter(arrays.values()))
        if array.dtype.names:
            columns, named = {key: array[key] for key in array.dtype.names}, True
        elif array.ndim == 2:
            columns, named = dict(zip(numbered(array.shape[1]), array.T, strict=True)), False
        elif not named:
            columns = {"1": array}
    kept = {key: one for key, one in columns.items() if one.ndim == 1 and one.dtype.kind in "iuf"}
    if not kept:
        raise LogschedError(
            f"{name} holds no array of rates, which is of one dimension, of two with a column of "
            "times, or of named columns"
        )
    longest = max(one.size for one in kept.values())
    check_cells(longest, len(kept))
    return Table(
        {key: _filled(one, longest) for key, one in kept.items()}, row_numbers(longest), named
    )


def _arrays(data: bytes, name: str) -> dict[str, NDArray[Any]]:
    """The arrays of a file by name; of npy the only one, without a name."""
    import warnings

    try:
        with warnings.catch_warnings(action="ignore"):
            _check_unpacked(data, name)
            loaded = np.load(io.BytesIO(data), allow_pickle=False)
            archive = {"": loaded} if isinstance(loaded, np.ndarray) else dict(loaded)
    except LogschedError:
        raise
    except Exception as error:  # of zipfile, zlib, tokenize and others, each with its own
        if "allow_pickle" in str(error):
            raise LogschedError(f"{name} holds Python objects, which are not loaded") from None
        raise LogschedError(f"{name} is a damaged file of NumPy arrays") from None
    return {key: one for key, one in archive.items() if isinstance(one, np.ndarray)}


def _check_unpacked(data: bytes, name: str) -> None:
    """Raise LogschedError for an archive that holds more than a log may have."""
    if not data.startswith(NPY):
        from zipfile import ZipFile

        members = ZipFile(io.BytesIO(data)).infolist()
        if sum(one.file_size for one in members) > blocks.MOST:
            raise blocks.too_long(name)


def _filled(array: NDArray[Any], size: int) -> Column:
    """An array as a column of so many rows, the last ones blank."""
    values = np.full(size, nan)
    with np.errstate(all="ignore"):
        values[: array.size] = array
    return Column(values, np.arange(size) >= array.size)


KIND = Kind(
    "NumPy's arrays, npy or npz", "np.save('lr.npy', rates)", By.BYTES, knows=_knows, read=_read
)
