"""Faults in the middle of work: signals, a full disk, what vanishes, two writers of one file."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import PATIENCE

LONG = ["export", "cosine", "--epochs", "20000000", "--format", "csv"]


def heed_signals():
    """Tests that run in the background, or under nohup, hand down signals that are ignored."""
    for one in (signal.SIGINT, signal.SIGHUP):
        signal.signal(one, signal.SIG_DFL)


@pytest.fixture
def start(tmp_path):
    """Start a command in an empty folder; it is killed where a test leaves it running."""
    started = []

    def start(*args):
        command = [sys.executable, "-m", "logsched", *args]
        process = subprocess.Popen(
            command, cwd=tmp_path, stdout=-1, stderr=-1, preexec_fn=heed_signals
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_until(holds):
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < PATIENCE
        time.sleep(0.005)


def unfinished(folder):
    return [path.name for path in folder.glob(".logsched-*.unfinished") if path.stat().st_size]


def in_the_middle_of_a_file(process, folder):
    wait_until(lambda: unfinished(folder))


def in_the_middle_of_a_picture(process, folder):
    """Its renderer is loaded, so Matplotlib draws."""
    maps = Path(f"/proc/{process.pid}/maps")
    wait_until(lambda: "_backend_agg" in maps.read_text())


def in_the_middle_of_a_computation(process, folder):
    """NumPy is loaded, and a run of ten seconds is gone over."""
    maps = Path(f"/proc/{process.pid}/maps")
    wait_until(lambda: "_multiarray_umath" in maps.read_text())
    time.sleep(0.3)


MIDDLES = {
    "an export": ([*LONG, "-o", "out"], in_the_middle_of_a_file),
    "a picture": (["plot", "-o", "out.png", "--dpi", "1200"], in_the_middle_of_a_picture),
    "facts": (["describe", "--epochs", "90000000"], in_the_middle_of_a_computation),
}


@pytest.mark.quick("export", "130-facts")
@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="there is no /proc")
@pytest.mark.parametrize("name", MIDDLES)
@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_nothing_and_the_old_file(start, tmp_path, name, sent, status):
    args, middle = MIDDLES[name]
    for path in ("out", "out.png"):
        (tmp_path / path).write_text("old")
    process = start(*args)
    middle(process, tmp_path)
    process.send_signal(sent)
    out, err = process.communicate(timeout=PATIENCE)
    assert (out, err, process.returncode) == (b"", b"", status)
    assert {path.name: path.read_text() for path in tmp_path.iterdir() if path.is_file()} == {
        "out": "old",
        "out.png": "old",
    }


def test_sigkill_leaves_one_file_whose_name_tells_what_it_is(start, tmp_path):
    (tmp_path / "out").write_text("old")
    process = start(*LONG, "-o", "out")
    in_the_middle_of_a_file(process, tmp_path)
    process.kill()
    process.communicate()
    left = sorted(path.name for path in tmp_path.iterdir())
    assert len(left) == 2
    assert re.fullmatch(rf"\.logsched-{process.pid}-[0-9a-f]{{8}}\.unfinished", left[0])
    assert (tmp_path / "out").read_text() == "old"


SIGNALS = pytest.mark.parametrize(("sent", "status"), [("SIGINT", 130), ("SIGTERM", 143)])


@SIGNALS
@pytest.mark.parametrize(
    ("name", "args"),
    [("typer", ["shapes"]), ("numpy", ["table"]), ("matplotlib", ["plot", "-o", "out.png"])],
)
def test_a_signal_ends_it_in_the_middle_of_an_import(run, tmp_path, name, args, sent, status):
    """At once: where compiled modules are imported, an exception makes some of them abort."""
    stand_in = f"import os, signal\nos.kill(os.getpid(), signal.{sent})\nopen('later', 'w')\n"
    (tmp_path / f"{name}.py").write_text(stand_in)
    assert run(*args, env={"PYTHONPATH": str(tmp_path)}) == ("", "", status)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [f"{name}.py"]


@SIGNALS
def test_broken_off_when_all_is_done_is_as_quiet(run, tmp_path, sent, status):
    """While what was imported tidies up, which takes PyTorch a while."""
    (tmp_path / "sitecustomize.py").write_text(
        f"import atexit, os, signal\natexit.register(lambda: os.kill(os.getpid(), signal.{sent}))"
    )
    result = run("shapes", env={"PYTHONPATH": str(tmp_path)})
    assert (result.stderr, result.returncode) == ("", status)
    assert result.stdout == run("shapes").stdout


@pytest.mark.parametrize("env", [{"HOME": "/proc/none"}, {"MPLCONFIGDIR": "caches"}], ids=str)
def test_broken_off_it_leaves_nothing_of_matplotlib(run, tmp_path, env):
    """Here as it locks its list of fonts, for which others would wait, maybe in a new folder."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal, sys\n"
        "def watch(event, args):\n"
        "    if event == 'open' and str(args[0]).endswith('.matplotlib-lock'):\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "sys.addaudithook(watch)\n"
    )
    env = {"PYTHONPATH": str(tmp_path), "TMPDIR": str(temporary)} | env
    assert run("plot", "-o", "out.png", env=env) == ("", "", 143)
    assert [*temporary.iterdir()] == [*tmp_path.rglob("*.matplotlib-lock")] == []


@pytest.mark.quick
@pytest.mark.parametrize("args", [[*LONG, "-o", "out"], ["describe", "--epochs", "90000000"]])
def test_a_closed_terminal_leaves_nothing(start, tmp_path, args):
    """SIGHUP, which ends a process as SIGKILL does, leaves a file with a telling name at most."""
    process = start(*args)
    time.sleep(1)
    process.send_signal(signal.SIGHUP)
    out, err = process.communicate(timeout=PATIENCE)
    assert (out, err) == (b"", b"")
    assert all(path.name.endswith(".unfinished") for path in tmp_path.iterdir())


# The disk.


@pytest.mark.quick("snippet")
@pytest.mark.parametrize(
    "args",
    [
        ["plot", "-o", "out.png"],
        ["plot", "-o", "out.svg"],
        ["plot", "-o", "out.pdf"],
        ["snippet", "python", "--array", "--epochs", "3000", "-o", "out.py"],
    ],
    ids=" ".join,
)
def test_a_full_disk_leaves_the_old_file(shell, tmp_path, args):
    """Here of 8 KiB; Matplotlib cannot keep its list of fonts either, and says nothing of it."""
    old = tmp_path / args[-1]
    old.write_text("old")
    result = shell(f"ulimit -f 8; $LOGSCHED {' '.join(args)}")
    assert result == ("", f"Error: cannot write {args[-1]}: File too large.\n", 1)
    assert old.read_text() == "old"
    assert unfinished(tmp_path) == []


@pytest.mark.quick
@pytest.mark.parametrize("lost", ["its folder", "the unfinished file"])
def test_what_vanishes_on_the_way_is_said(start, tmp_path, lost):
    folder = tmp_path / "there"
    folder.mkdir()
    process = start("export", "cosine", "--epochs", "3000000", "-o", "there/out.csv")
    in_the_middle_of_a_file(process, folder)
    if lost == "its folder":
        shutil.rmtree(folder)
    else:
        (folder / unfinished(folder)[0]).unlink()
    out, err = process.communicate(timeout=PATIENCE)
    assert err == b"Error: cannot write there/out.csv: No such file or directory.\n"
    assert (out, process.returncode) == (b"", 1)


def test_a_log_that_is_cut_while_it_is_read_is_read_as_far_as_it_goes(run, tmp_path):
    """A pipe that ends in the middle of a line."""
    text = "".join(f"{k},{0.1:.17f}\n" for k in range(300_000))
    result = run("check", "-", "constant", stdin=text[:-9])
    assert result.returncode in (0, 1)
    assert "Error" not in result.stderr
    assert result.stdout.startswith("standard input is ") or "not constant" in result.stdout


def test_two_processes_that_write_one_file_leave_one_of_them_whole(start, call, tmp_path):
    shapes = ["cosine", "linear"]
    wholes = []
    for shape in shapes:
        call("export", f"a={shape}", "--epochs", "50000", "--format", "csv", "-o", shape)
        wholes.append((tmp_path / shape).read_bytes())
    each = [
        start("export", f"a={shape}", "--epochs", "50000", "--format", "csv", "-o", "out")
        for shape in shapes * 2
    ]
    for process in each:
        assert process.communicate(timeout=PATIENCE) == (b"", b"")
        assert process.returncode == 0
    assert (tmp_path / "out").read_bytes() in wholes
    assert unfinished(tmp_path) == []


# What a machine sets of Matplotlib.


@pytest.mark.quick
@pytest.mark.parametrize(
    "env",
    [
        {"MPLBACKEND": "nonsense"},
        {"MPLBACKEND": "module://matplotlib_inline.backend_inline"},
        {"HOME": "/proc/none"},
        {"MPLCONFIGDIR": "/proc/none"},
        {"MATPLOTLIBRC": "bad"},
    ],
    ids=str,
)
def test_a_picture_does_not_depend_on_settings_of_matplotlib(run, call, tmp_path, env):
    """Nor does it speak of them."""
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "matplotlibrc").write_text(
        "nonsense: 3\nsavefig.dpi: banana\nfont.size: 40"
    )
    assert call("plot", "-o", "plain.png").returncode == 0
    assert run("plot", "-o", "out.png", env=env) == ("", "", 0)
    assert (tmp_path / "out.png").read_bytes() == (tmp_path / "plain.png").read_bytes()


# Targets, for every command that writes; of `export` more in test_files.py.

WRITING = pytest.mark.parametrize(
    "args", [["plot"], ["snippet", "python"], ["export", "--format", "csv"]], ids=" ".join
)


@WRITING
def test_a_folder_cannot_be_written(call, tmp_path, args):
    (tmp_path / "out.svg").mkdir()
    result = call(*args, "-o", "out.svg")
    assert result == ("", "Error: cannot write out.svg: Is a directory.\n", 1)


@WRITING
@pytest.mark.parametrize("old", [None, "old"])
def test_a_link_stays_one(call, tmp_path, args, old):
    """What it leads to is written, also where that was not there."""
    (tmp_path / "out.svg").symlink_to("real.svg")
    if old:
        (tmp_path / "real.svg").write_text(old)
    assert call(*args, "-o", "out.svg") == ("", "", 0)
    assert (tmp_path / "out.svg").is_symlink()
    assert len((tmp_path / "real.svg").read_bytes()) > 100


@pytest.mark.quick("snippet")
@WRITING
def test_a_named_pipe_is_written_into(run, tmp_path, args):
    os.mkfifo(tmp_path / "out.svg")
    with subprocess.Popen(["cat", tmp_path / "out.svg"], stdout=subprocess.PIPE) as reader:
        assert run(*args, "-o", "out.svg") == ("", "", 0)
        assert len(reader.communicate(timeout=PATIENCE)[0]) > 100
