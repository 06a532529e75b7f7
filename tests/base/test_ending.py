"""The end of a process: at once, all written, or by a signal what is half done taken back."""

import os
import signal
import subprocess
import sys

import pytest

WORK = """
import os, signal
from functools import partial
from logsched.base.ending import heed_signals, taken_back

heed_signals()
say = partial(os.write, 1)
with taken_back(partial(say, b"done ")):
    pass
try:
    with taken_back(partial(say, b"half done ")), taken_back(lambda: 1 / 0):
        with taken_back(partial(say, b"just begun")):
            signal.raise_signal(NUMBER)
finally:
    say(b"an exception")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_half_done_is_taken_back_and_no_exception_is_seen(number):
    """Also where one thing cannot be taken back."""
    code = WORK.replace("NUMBER", str(int(number)))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.stdout, done.stderr) == (b"half done just begun", b"")
    assert done.returncode == 128 + number


def test_a_signal_that_is_ignored_stays_so():
    """As a shell asks for, of a command in the background."""
    code = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    code += WORK.replace("NUMBER", "signal.SIGINT")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"an exception"


def test_the_end_loses_nothing_that_was_written_or_registered_for_it():
    code = (
        "import atexit, sys\nfrom logsched.base.ending import end\n"
        "atexit.register(sys.stdout.write, 'registered')\nsys.stdout.write('written, ')\nend(3)"
    )
    env = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, env=env, check=False)
    assert (done.stdout, done.stderr, done.returncode) == (b"written, registered", b"", 3)
