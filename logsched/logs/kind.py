"""The kinds of files: each says itself whether it knows one, and reads what is in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from logsched.base.folder import Folder
from logsched.logs.opened import Opened
from logsched.logs.table import Content


class By(IntEnum):
    """What a kind knows a file by: kinds are asked in this order.

    Those by the same exclude each other, so that a new one is a file in the folder, and no more.
    """

    BYTES = 0  # what no other file begins with, or the names in a folder
    FORM = 1  # a text that is of one form as a whole
    LINES = 2  # a text of which most lines that say something are of one form
    WORDS = 3  # any other text


@dataclass(frozen=True)
class Kind:
    """One kind of file: what it is, how it looks, and the two functions that make it.

    `knows` raises nothing; `read` raises LogschedError for a file that it knows but cannot read.
    """

    about: str
    example: str
    by: By
    knows: Callable[[Opened], bool]
    read: Callable[[Opened], Content]


KINDS = Folder[Kind]("logsched.logs.kinds", "kind")


def read_content(file: Opened) -> Content:
    """What is in a file. Raises LogschedError where no kind knows it, or it cannot be read."""
    kinds = sorted(KINDS.values(), key=lambda kind: kind.by)
    known = next((kind for kind in kinds if kind.by == By.BYTES and kind.knows(file)), None)
    if known is None:
        file.check_text()
        known = next(kind for kind in kinds if kind.by > By.BYTES and kind.knows(file))
    return known.read(file)
