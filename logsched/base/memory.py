"""Whether arrays fit into this machine's memory, said before they are made."""

import os

from logsched.base.errors import LogschedError


def require_memory(points: int, what: str, instead: str) -> None:
    """Raise LogschedError where so many float64 do not fit; `instead` is what to do."""
    if not hasattr(os, "sysconf"):  # on Windows
        return
    needed = 8 * points
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > there:
        raise LogschedError(
            f"{what} needs {needed / 1e9:.6g} GB of memory, but this machine has "
            f"{there / 1e9:.3g} GB: {instead}"
        )
