"""Matplotlib without what a machine's own settings of it would say, or stop."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from logsched.base.ending import taken_back

FOLDER = "MPLCONFIGDIR"  # of its caches


@contextmanager
def quiet_matplotlib() -> Iterator[None]:
    """Let Matplotlib, imported within it, be silent about its caches and a user's settings.

    Of these none counts; and a backend that it does not know would be an error.
    """
    import logging

    logging.getLogger("matplotlib").setLevel(logging.CRITICAL)
    os.environ.pop("MPLBACKEND", None)
    with taken_back(partial(_tidy_up, os.environ.get(FOLDER))):
        yield


def _tidy_up(given: str | None) -> None:
    """Take away what it would later: a lock, for which its next start would wait, and a folder.

    That is made, and named in the environment, where none of the user's can be written.
    """
    for lock in Path(sys.modules["matplotlib"].get_cachedir()).glob("*.matplotlib-lock"):
        lock.unlink()
    if (made := os.environ[FOLDER]) != given:
        shutil.rmtree(made)
