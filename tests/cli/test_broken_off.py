"""Commands that a signal breaks off, at any moment from their start to their end.

Nothing is said then, nothing left behind; a file that was there stays, or its successor is whole.
"""

import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import random

import pytest
from commands import PATIENCE

COMMANDS = {
    "plot": ["plot"],
    "picture": ["plot", "-o", "out.png"],
    "export": ["export", "--epochs", "300000", "-o", "out.csv"],
    "check": ["check", "run.csv", "cosine"],
    "describe": ["describe", "--epochs", "500000"],
    "table": ["table"],
    "help": ["--help"],
}
OLD = b"old"
MOMENTS = 15

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no /proc")
signals = pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=lambda it: it.name)


@pytest.fixture(scope="module")
def fonts(tmp_path_factory):
    """Where Matplotlib keeps its list of fonts, so that it need not look for them."""
    folder = tmp_path_factory.mktemp("fonts")
    env = os.environ | {"MPLCONFIGDIR": str(folder)}
    subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], env=env, check=True)
    return folder


def heed_interrupts():
    """Tests that run in the background hand down a SIGINT that is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Folder:
    """An empty folder in which a command is run, with another one for temporary files."""

    def __init__(self, path, fonts):
        self.path, self.temporary = path / "work", path / "temporary"
        self.env = os.environ | {"MPLCONFIGDIR": str(fonts), "TMPDIR": str(self.temporary)}
        self.env |= {"COLUMNS": "80", "LANG": "C.UTF-8"}
        self.path.mkdir()
        self.temporary.mkdir()
        (self.path / "run.csv").write_text("epoch,lr\n0,0.1\n1,0.2\n2,0.3\n")

    def run(self, args, after=None, sent=signal.SIGTERM):
        """Status as a shell has it, output, and what is in `out`; sent a signal after seconds."""
        for name in ("out.png", "out.csv"):
            (self.path / name).write_bytes(OLD)
        command = [sys.executable, "-m", "logsched", *args]
        given = {"cwd": self.path, "env": self.env, "preexec_fn": heed_interrupts}
        with subprocess.Popen(command, stdout=-1, stderr=-1, **given) as process:
            if after is not None:
                wait_until_it_heeds(process)
                time.sleep(after)
                process.send_signal(sent)
            out, err = process.communicate(timeout=PATIENCE)
        assert err == b""
        assert {path.name for path in self.path.iterdir()} == {"run.csv", "out.png", "out.csv"}
        assert [*self.temporary.iterdir()] == []
        written = [(self.path / name).read_bytes() for name in ("out.png", "out.csv")]
        status = process.returncode
        return 128 - status if status < 0 else status, out, written


def wait_until_it_heeds(process):
    """Until SIGTERM, the last of both signals, has the handler of the command line."""
    bit = 1 << (signal.SIGTERM - 1)
    status, end = Path(f"/proc/{process.pid}/status"), time.monotonic() + PATIENCE
    while not int(re.search(r"SigCgt:\s*(\w+)", status.read_text())[1], 16) & bit:
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.fixture
def folder(tmp_path, fonts):
    return Folder(tmp_path, fonts)


def assert_broken_off(folder, name, sent, moments):
    """At these moments, of which 0 is the start, and 1 the end of a run that is left alone."""
    begun = time.monotonic()
    status, out, written = folder.run(COMMANDS[name])
    whole = time.monotonic() - begun
    ended = []
    for moment in moments:
        ended_so = folder.run(COMMANDS[name], moment * whole, sent)
        ended.append(ended_so[0])
        assert ended[-1] in (128 + sent, status)
        assert out.startswith(ended_so[1])
        assert ended[-1] != status or ended_so[1:] == (out, written)
        assert all(it in (OLD, its) for it, its in zip(ended_so[2], written, strict=True))
    assert 128 + sent in ended


@signals
@pytest.mark.parametrize("name", ["plot", "picture", "export"])
def test_broken_off_it_leaves_nothing(folder, name, sent):
    assert_broken_off(folder, name, sent, [0, 0.5])


def test_the_progress_bar_goes_and_the_cursor_comes_back(tmp_path):
    ours, its = pty.openpty()
    args = ["export", "--epochs", "20000000", "-o", "out.csv"]
    env = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    given = {"cwd": tmp_path, "env": env, "preexec_fn": heed_interrupts}
    command = [sys.executable, "-m", "logsched", *args]
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, **given) as process:
        os.close(its)
        while b"rows" not in (seen := os.read(ours, 65536)):
            pass
        process.send_signal(signal.SIGINT)
        while piece := read_on(ours):
            seen = piece
    assert (process.returncode, [*tmp_path.iterdir()]) == (130, [])
    assert seen.endswith(b"\r\x1b[2K\x1b[?25h")


def read_on(terminal):
    """What comes next to a terminal; nothing at its end."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


@pytest.mark.slow
@signals
@pytest.mark.parametrize("name", COMMANDS)
def test_broken_off_at_any_moment_it_leaves_nothing(folder, name, sent):
    assert_broken_off(folder, name, sent, [(k + random()) / MOMENTS for k in range(MOMENTS)])
