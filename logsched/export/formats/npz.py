"""NumPy's archive: the array `epoch` and one array a label."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from logsched.base.errors import LogschedError
from logsched.base.memory import require_memory
from logsched.base.words import shown
from logsched.export.arrays import Chunks, Format
from logsched.export.formats._npy import write_array
from logsched.schedule.run import FEWER

if TYPE_CHECKING:
    from logsched.plan.rows import Rows


def write(rows: Rows) -> Chunks:
    """All at once: an archive alone is not streamed. Raises LogschedError for what it cannot hold.

    A label that ends in .npy NumPy would take for another.
    """
    for label in rows.labels:
        if label.endswith(".npy"):
            raise LogschedError(f"label {shown(label)} ends in .npy, which npz adds to every name")
    whole = "format npz, which alone is not streamed,"
    require_memory(rows.rows * (1 + len(rows.labels)), whole, FEWER)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as members:
        for name in ["epoch", *rows.labels]:
            blocks = rows.blocks() if name == "epoch" else rows.rates(name)
            with members.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                for chunk in write_array(rows.rows, blocks):
                    member.write(chunk)
    yield archive.getvalue()


FORMAT = Format(write, binary=True, by_column=True)
