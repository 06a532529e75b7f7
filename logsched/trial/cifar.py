"""Reads CIFAR-10 from the files of its Python version, and runs nothing that is in them."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from logsched.base import files
from logsched.base.errors import OutputError
from logsched.base.lazy import np
from logsched.base.words import shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDER = "cifar-10-batches-py"
FILES = {  # and their bytes, in the set as it is published
    "data_batch_1": 31_035_704,
    "data_batch_2": 31_035_320,
    "data_batch_3": 31_035_999,
    "data_batch_4": 31_035_696,
    "data_batch_5": 31_035_623,
    "test_batch": 31_035_526,
    "batches.meta": 158,
}
TRAINING, TEST, META = tuple(FILES)[:5], "test_batch", "batches.meta"
MOST = 64 * 2**20  # bytes of a file, twice as many as the largest of the set has
PIXELS, CLASSES = 3072, 10
RULE = f"but it must be 'u1', unsigned bytes, of shape (n, {PIXELS}), n at least 1"
ADMITTED = (
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),  # since NumPy 2
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),  # how Python 3 writes bytes for Python 2
)


@dataclass(frozen=True, eq=False)
class Cifar:
    """Images `(n, 32, 32, 3)` uint8, their labels `(n,)` int64 from 0 to 9, and the ten names."""

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.int64]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.int64]
    names: tuple[str, ...]


def read_cifar(folder: str) -> Cifar:
    """The set in a folder, or in `cifar-10-batches-py` in it; a batch may have fewer images.

    Raises OutputError where files are lacking or damaged.
    """
    root = _root(folder)
    training = [_read_batch(root / name) for name in TRAINING]
    images, labels = map(np.concatenate, zip(*training, strict=True))
    return Cifar(images, labels, *_read_batch(root / TEST), _read_names(root / META))


def _root(folder: str) -> Path:
    """Where the files are."""
    if os.path.isfile(folder):
        raise OutputError(
            f"{folder} is a file, but the data is a folder: unpack cifar-10-python.tar.gz first"
        )
    inner = Path(folder, FOLDER)
    root = inner if os.path.isdir(inner) else Path(folder)
    lacking = [name for name in FILES if not os.path.isfile(root / name)]
    if lacking:
        sizes = ", ".join(f"{name} ({size:,} bytes)" for name, size in FILES.items())
        whole = f"{sum(FILES.values()) / 1e6:.0f} MB in all"
        raise OutputError(
            f"{root} lacks {', '.join(lacking)}: "
            f"CIFAR-10 for Python is a folder {FOLDER} with {sizes}, {whole}"
        )
    return root


def _read_batch(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images `(n, 32, 32, 3)` and labels `(n,)` of one file."""
    held = _read_dict(path, b"data", b"labels")
    images, labels = _images(held[b"data"], path), _labels(held[b"labels"], path)
    if len(images) != len(labels):
        raise OutputError(f"{path} has {len(images)} images, but {len(labels)} labels")
    return images, labels


def _images(data: object, path: Path) -> NDArray[np.uint8]:
    """The pixels of an image are 1024 red, 1024 green and 1024 blue, row by row."""
    match data:
        case _Made(state=(_, tuple(shape), _Made(args=(kind, *_)), order, bytes(raw))):
            fits = kind in ("u1", b"u1") and shape[1:] == (PIXELS,)
            if not fits or not len(raw) == shape[0] * PIXELS > 0:
                what = f"{shown(kind)} of shape {shown(shape)} in {len(raw):,} bytes"
                raise OutputError(f"{path} has data of type {what}, {RULE}")
        case _:
            raise OutputError(f"{path} has no array of numbers as data, {RULE}")
    rows = np.frombuffer(raw, np.uint8).reshape(shape, order="F" if order else "C")
    return np.ascontiguousarray(rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))


def _labels(labels: object, path: Path) -> NDArray[np.int64]:
    if not isinstance(labels, list):
        raise OutputError(f"{path} has {shown(labels)} as labels, but they must be a list")
    for number, label in enumerate(labels):
        if type(label) is not int or not 0 <= label < CLASSES:
            raise OutputError(
                f"{path} has {shown(label)} as the label of image {number}, "
                f"but labels are whole numbers from 0 to {CLASSES - 1}"
            )
    return np.array(labels, dtype=np.int64)


def _read_names(path: Path) -> tuple[str, ...]:
    names = _read_dict(path, b"label_names")[b"label_names"]
    if not isinstance(names, list) or not all(isinstance(name, bytes) for name in names):
        raise OutputError(f"{path} has {shown(names)} as label_names, but they must be a list")
    if len(names) != CLASSES:
        raise OutputError(f"{path} has {len(names)} label_names, but there must be {CLASSES}")
    return tuple(name.decode("ascii", errors="replace") for name in names)


def _read_dict(path: Path, *keys: bytes) -> dict[bytes, Any]:
    """What a file holds, which must be a dict with these keys."""
    rule = f"no file of CIFAR-10 is: {path.name} has {FILES[path.name]:,}"
    held = _unpickled(files.read(path, MOST, rule), path)
    if not isinstance(held, dict):
        raise OutputError(f"{path} holds {shown(type(held).__name__)}, but it must hold a dict")
    for key in keys:
        if key not in held:
            found = ", ".join(map(shown, held)) or "nothing"
            raise OutputError(f"{path} lacks the key {key!r}: it has {found}")
    return held


def _unpickled(content: bytes, path: Path) -> object:
    try:
        return _Unpickler(BytesIO(content), encoding="bytes").load()
    except _Refused as refused:
        raise OutputError(f"{path} is refused: it asks for {shown(str(refused))}") from None
    except Exception as error:  # a damaged pickle may raise nearly anything
        if isinstance(error, EOFError) or "truncated" in str(error):
            size, whole = f"{len(content):,}", f"{FILES[path.name]:,}"
            what = f"is cut off: it has {size} bytes, and {whole} in CIFAR-10 as published"
        else:
            what = "is not a pickle, or a damaged one"
        raise OutputError(f"{path} {what}") from None


class _Refused(Exception):
    """A pickle asks for something that no file of CIFAR-10 needs."""


class _Made:
    """Stands for an array or its type: what it is made of, and the state it is given."""

    state: object = None

    def __init__(self, *args: object) -> None:
        self.args = args

    def __setstate__(self, state: object) -> None:
        self.state = state


class _Unpickler(pickle.Unpickler):
    """Imports nothing for a pickle, and gives it stand-ins for the few names that it may use."""

    def find_class(self, module: str, name: str) -> Callable[..., object]:
        if (module, name) not in ADMITTED:
            raise _Refused(f"{module}.{name}")
        return str.encode if name == "encode" else _Made
