"""Writes small sets of made images in the very format of CIFAR-10 for Python.

`python tests/trial/cifar_files.py FOLDER [IMAGES]` makes one, with so many images in each batch.
"""

import sys
from pathlib import Path

import numpy as np

NAMES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)
BATCHES = {f"data_batch_{number}": f"training batch {number} of 5" for number in range(1, 6)}
BATCHES |= {"test_batch": "testing batch 1 of 1"}
ARRAY = (b"numpy.core.multiarray", b"_reconstruct"), (b"numpy", b"ndarray"), (b"numpy", b"dtype")


class Pickle:
    """A pickle as Python 2 wrote it, protocol 2: its strings are bytes."""

    def __init__(self):
        self.kept = 0

    def whole(self, items: dict) -> bytes:
        return b"\x80\x02" + self.add(items) + b"."

    def add(self, value) -> bytes:
        return getattr(self, f"add_{type(value).__name__}")(value)

    def keep(self) -> bytes:
        """Every object gets a number, from 1."""
        self.kept += 1
        return b"q%c" % self.kept if self.kept < 256 else b"r" + self.kept.to_bytes(4, "little")

    def add_dict(self, items) -> bytes:
        begin = b"}" + self.keep()
        return begin + b"(" + b"".join(self.add(it) for pair in items.items() for it in pair) + b"u"

    def add_list(self, items) -> bytes:
        return b"]" + self.keep() + b"(" + b"".join(map(self.add, items)) + b"e"

    def add_str(self, text) -> bytes:
        return b"U%c%s" % (len(text), text.encode()) + self.keep()

    def add_int(self, number) -> bytes:
        return b"K%c" % number if number < 256 else b"M" + number.to_bytes(2, "little")

    def add_ndarray(self, array) -> bytes:
        """`(n, 3072)` uint8: an empty array, then its version, shape, type, order and bytes."""
        make, kind, type_ = (b"c%s\n%s\n" % name + self.keep() for name in ARRAY)
        rows, columns = map(self.add_int, array.shape)
        empty = make + kind + b"K\x00\x85U\x01b\x87R" + self.keep()
        byte = type_ + b"U\x02u1K\x00K\x01\x87R" + self.keep()
        byte += b"(K\x03U\x01|NNN" + 2 * b"J\xff\xff\xff\xff" + b"K\x00tb"
        raw = b"T" + array.size.to_bytes(4, "little") + array.tobytes()
        return empty + b"(K\x01" + rows + columns + b"\x86" + byte + b"\x89" + raw + b"tb"


def make_images(labels: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Striped discs on a hazy ground, `(n, 3, 32, 32)` uint8: a class has its angle and colour."""
    angle = np.pi * labels[:, None, None] / 10
    y, x = np.mgrid[:32, :32]
    across, down, size, shift = generator.uniform(
        [[10], [10], [7], [0]], [[22], [22], [13], [7]], (4, labels.size)
    )[..., None, None]
    stripes = np.sin((x * np.cos(angle) + y * np.sin(angle) + shift) * 2 * np.pi / 7)
    colour = np.cos(2 * angle + [0, 2, 4])[:, 0, :, None, None]
    disc = 130 + 60 * colour + 60 * stripes[:, None]
    ends = generator.uniform(40, 220, (labels.size, 3, 2, 1, 1))
    ground = ends[:, :, 0] + (ends[:, :, 1] - ends[:, :, 0]) * (x + y) / 62
    inside = np.hypot(x - across, y - down) < size
    images = np.where(inside[:, None], disc, ground)
    return (images + generator.normal(0, 8, images.shape)).clip(0, 255).astype(np.uint8)


def write_batch(path: Path, images: np.ndarray, labels: list[int], title: str = "made") -> None:
    """Write images, `(n, 3, 32, 32)` uint8, as a batch."""
    rows = images.reshape(len(images), -1)
    files = [f"{NAMES[label % 10]}_s_{number:06d}.png" for number, label in enumerate(labels)]
    held = {"batch_label": title, "labels": labels, "data": rows, "filenames": files}
    path.write_bytes(Pickle().whole(held))


def make_cifar(folder: Path, count: int = 20, seed: int = 0) -> Path:
    """Make `cifar-10-batches-py` in a folder, with so many images in each batch."""
    root = folder / "cifar-10-batches-py"
    root.mkdir(parents=True)
    generator = np.random.default_rng(seed)
    for name, title in BATCHES.items():
        labels = generator.permutation(np.arange(count) % 10)
        write_batch(root / name, make_images(labels, generator), labels.tolist(), title)
    meta = {"num_cases_per_batch": count, "label_names": list(NAMES), "num_vis": 3072}
    (root / "batches.meta").write_bytes(Pickle().whole(meta))
    return root


if __name__ == "__main__":
    print(make_cifar(Path(sys.argv[1]), *map(int, sys.argv[2:3])))
