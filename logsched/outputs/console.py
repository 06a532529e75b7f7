"""What the terminal can show: its size, colour, Unicode."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass

MOST_ROWS = 32  # a plot higher than this is no clearer


@dataclass(frozen=True)
class Terminal:
    """A size in characters, and whether there are colours and more than ASCII."""

    width: int
    height: int
    color: bool
    unicode: bool


def terminal() -> Terminal:
    """The terminal of standard output; 80 by 24 and no colour where there is none."""
    size = shutil.get_terminal_size((80, 24))
    rows = min(size.lines - 1, MOST_ROWS)  # one is left for the prompt
    return Terminal(size.columns, rows, _has_color(), _has_unicode())


def _has_color() -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _has_unicode() -> bool:
    """Whether the encoding has it and the locale is not C, where Python writes UTF-8 as well."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next((name for name in names if name), "")
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    return locale not in ("C", "POSIX") and encoding.lower().startswith("utf")
