"""Comma-separated values under a header."""

from functools import partial

from logsched.export.arrays import Format
from logsched.export.formats._separated import write_separated

FORMAT = Format(partial(write_separated, ","))
