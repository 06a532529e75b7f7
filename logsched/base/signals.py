"""SIGINT and SIGTERM end the process at once, and what is half done is taken back.

No exception is raised: out of a compiled module it would come as another one, or abort.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

_half_done: list[Callable[[], object]] = []


def end_at_once() -> None:
    """Let the two signals end this process, but one that it ignores, as it does under nohup."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


@contextmanager
def taken_back(by: Callable[[], object]) -> Iterator[None]:
    """Within it, a signal that ends the process calls `by` before."""
    _half_done.append(by)
    try:
        yield
    finally:
        _half_done.remove(by)


def _end(number: int, frame: object) -> NoReturn:
    try:
        for take_back in _half_done:
            with suppress(Exception):
                take_back()
    finally:
        os._exit(128 + number)
