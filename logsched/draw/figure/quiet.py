"""Matplotlib without what a machine's own settings of it would say, or stop."""

import logging
import os


def quiet_matplotlib() -> None:
    """Let Matplotlib, imported after this, be silent about its caches and a user's settings.

    Of these none counts; and a backend that it does not know would be an error.
    """
    logging.getLogger("matplotlib").setLevel(logging.CRITICAL)
    os.environ.pop("MPLBACKEND", None)
