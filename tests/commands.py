"""What a command does, looked at: a refusal in one sentence, output on a real terminal."""

import os
import pty
import re
import subprocess
import sys

PATIENCE = 300  # seconds until a process is taken for one without an end, on a busy machine


def assert_refused(result, *words, status=2):
    """One plain sentence on stderr with these words in it, nothing on stdout."""
    assert result.returncode == status
    assert result.stdout == ""
    assert re.fullmatch(r"Error: [^\n]+[.?]\n", result.stderr)
    assert result.stderr[:-1].isprintable()
    for word in words:
        assert word in result.stderr


def on_a_terminal(*args, **env):
    """What a command prints to a real pseudo-terminal, and its exit status."""
    ours, its = pty.openpty()
    plain = {key: os.environ[key] for key in ("PATH", "PYTHONPATH") if key in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "logsched", *args],
        stdin=its,
        stdout=its,
        stderr=its,
        env=plain | {"LANG": "C.UTF-8", "TERM": "xterm-256color"} | env,
    )
    os.close(its)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    return shown.decode(errors="replace"), process.wait()
