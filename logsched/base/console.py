"""What the terminal can show: its size, colour, Unicode."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass

MOST_ROWS = 32  # a plot higher than this is no clearer
FEWEST_COLUMNS, MOST_COLUMNS = 20, 400


@dataclass(frozen=True)
class Terminal:
    """A size in characters, and whether there are colours and more than ASCII."""

    width: int
    height: int
    color: bool
    unicode: bool


def columns_seen() -> int | None:
    """How many columns a terminal shows; None where standard output is none, and all is kept."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def terminal(color: str = "auto") -> Terminal:
    """The terminal of standard output; 80 by 24 and no colour where there is none.

    Colours are there `always`, `never`, or by `auto` where the terminal has them.
    """
    size = shutil.get_terminal_size((80, 24))
    rows = min(size.lines - 1, MOST_ROWS)  # one is left for the prompt
    colored = _has_color() if color == "auto" else color == "always"
    columns = min(max(size.columns, FEWEST_COLUMNS), MOST_COLUMNS)
    return Terminal(columns, rows, colored, has_unicode())


def _has_color() -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def has_unicode() -> bool:
    """Whether the encoding has it and the locale is not C, where Python writes UTF-8 as well."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next((name for name in names if name), "")
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    return locale not in ("C", "POSIX") and encoding.lower().startswith("utf")


def say(sentence: str) -> None:
    """Tell the user one sentence on standard error, if anybody listens, without control codes."""
    text = "".join(char if char.isprintable() else repr(char)[1:-1] for char in sentence)
    end = "" if text.endswith((".", "?")) else "."
    if not has_unicode():
        text = text.encode("ascii", "backslashreplace").decode()
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"{text}{end}\n")
        sys.stderr.flush()
