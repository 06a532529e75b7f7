"""Progress is shown where a person waits at a terminal, and nowhere else."""

import io
import sys

import pytest

from logsched.base import progress


class Screen(io.StringIO):
    """A stderr that is a terminal."""

    def isatty(self):
        return True


def shown(monkeypatch, steps):
    """What a terminal gets to see of so much work, done in four parts."""
    monkeypatch.setattr(sys, "stderr", Screen())
    monkeypatch.setenv("TERM", "xterm")
    with progress.bar("rows", steps) as watch:
        for _ in range(4):
            watch(steps // 4)
    return sys.stderr.getvalue()


def test_long_work_on_a_terminal_shows_how_far_it_is(monkeypatch):
    screen = shown(monkeypatch, progress.LONG)
    assert "rows" in screen
    assert f"{progress.LONG}/{progress.LONG}" in screen


def test_short_work_shows_nothing(monkeypatch):
    assert shown(monkeypatch, progress.LONG - 4) == ""


def test_nothing_is_shown_elsewhere(call, tmp_path):
    result = call("export", "--epochs", str(progress.LONG), "-o", str(tmp_path / "out.npy"))
    assert result == ("", "", 0)


@pytest.mark.parametrize(("name", "passes"), [("csv", 1), ("json", 3), ("npz", 3), ("jsonl", 1)])
def test_what_is_watched_adds_up(name, passes):
    from logsched.export.arrays import FORMATS
    from logsched.plan.rows import Rows
    from logsched.schedule.run import Run
    from logsched.schedule.schedule import Schedule

    done = []
    both = {"a": Schedule("cosine"), "b": Schedule("log")}
    curves = Rows(both, Run(epochs=50_000), watch=done.append)
    for _ in FORMATS[name].write(curves):
        pass
    assert sum(done) == FORMATS[name].passes(curves) * 50_000 == passes * 50_000
