"""Files and pipes: whole or not at all, and never a traceback."""

import os
import pty
import re
import stat
import subprocess
from pathlib import Path

import pytest
from commands import PATIENCE

FIRST_LINES = "epoch,log\n0,0.01\n"
FULL = "No space left on device"


def assert_failed(result, *words):
    """One plain sentence on stderr with these words in it, and exit status 1."""
    assert result.returncode == 1
    assert result.stdout == ""
    assert re.fullmatch(r"Error: [^\n]+\.\n", result.stderr)
    for word in words:
        assert word in result.stderr


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# Targets that will not do.


@pytest.mark.parametrize("name", ["json", "csv", "npy", "npz"])
def test_a_missing_directory(call, tmp_path, name):
    path = f"missing/out.{name}"
    assert_failed(call("export", "-o", path), path, "No such file or directory")
    assert names(tmp_path) == []


def test_a_directory(call, tmp_path):
    (tmp_path / "out.csv").mkdir()
    assert_failed(call("export", "-o", "out.csv"), "out.csv", "Is a directory")
    assert names(tmp_path) == ["out.csv"]
    assert names(tmp_path / "out.csv") == []


def test_a_path_through_a_file(call, tmp_path):
    (tmp_path / "file").write_text("old")
    assert_failed(call("export", "-o", "file/out.csv"), "file/out.csv", "Not a directory")


def test_a_file_that_is_a_directory_by_its_name(call, tmp_path):
    assert_failed(call("export", "-o", "missing/", "--format", "csv"), "missing/")
    assert names(tmp_path) == []


def test_an_empty_name(call, tmp_path):
    """Is bad input, and the sentence says which."""
    result = call("export", "-o", "")
    assert (result.returncode, result.stdout) == (2, "")
    assert "output is ''" in result.stderr
    assert names(tmp_path) == []


def test_a_name_with_control_characters(call):
    assert_failed(call("export", "-o", "missing\n\x1b[31m/out.csv"), "No such file or directory")


def test_a_name_that_is_too_long(call):
    assert_failed(call("export", "-o", "x" * 300 + ".csv"), "File name too long")


def test_the_longest_name_that_a_file_can_have(call, tmp_path):
    name = "x" * 251 + ".csv"
    assert call("export", "-o", name) == ("", "", 0)
    assert names(tmp_path) == [name]


def test_a_loop_of_links(call, tmp_path):
    (tmp_path / "out.csv").symlink_to("out.csv")
    assert_failed(call("export", "-o", "out.csv"), "out.csv")
    assert (tmp_path / "out.csv").is_symlink()


def test_no_permission(call, tmp_path):
    """To make a file there; root is let through everywhere but in /sys."""
    folder = Path("/sys")
    if os.geteuid() != 0:
        folder = tmp_path / "shut"
        folder.mkdir(mode=0o500)
    assert_failed(call("export", "-o", f"{folder}/out.csv"), "out.csv", "Permission denied")
    assert not (folder / "out.csv").exists()


def test_no_permission_to_write_a_file_that_is_there(call):
    """One that even root cannot write."""
    version = Path("/proc/version")
    before = version.read_text()
    assert_failed(call("export", "-o", "/proc/version", "--format", "csv"), "/proc/version")
    assert version.read_text() == before


# Whole or not at all.


@pytest.mark.quick("csv")
@pytest.mark.parametrize("name", ["json", "jsonl", "csv", "txt", "npy", "npz"])
def test_a_failure_on_the_way_leaves_the_old_file(shell, tmp_path, name):
    """The process may write files of 64 KiB at most."""
    old = tmp_path / f"out.{name}"
    old.write_text("old")
    big = f"$LOGSCHED export --epochs 50000 -o out.{name}"
    assert_failed(shell(f"ulimit -f 64; {big}"), f"out.{name}", "File too large")
    assert old.read_text() == "old"
    assert names(tmp_path) == [f"out.{name}"]


def test_a_failure_on_the_way_leaves_no_file(shell, tmp_path):
    result = shell("ulimit -f 64; $LOGSCHED export --epochs 50000 -o out.csv")
    assert_failed(result, "out.csv", "File too large")
    assert names(tmp_path) == []


def test_bad_input_leaves_the_old_file(call, tmp_path):
    (tmp_path / "out.csv").write_text("old")
    assert call("export", "-o", "out.csv", "--lr", "nan").returncode == 2
    assert (tmp_path / "out.csv").read_text() == "old"


def test_an_existing_file_is_replaced_and_keeps_its_mode(call, tmp_path):
    old = tmp_path / "out.csv"
    old.write_text("old")
    old.chmod(0o640)
    assert call("export", "-o", "out.csv") == ("", "", 0)
    assert old.read_text().startswith(FIRST_LINES)
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert names(tmp_path) == ["out.csv"]


def test_a_new_file_has_the_usual_mode(call, tmp_path):
    before = os.umask(0o027)
    try:
        call("export", "-o", "out.csv")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out.csv").stat().st_mode) == 0o640


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_stays_a_link(call, tmp_path, exists):
    """What it points to is written, also where that was not there yet."""
    if exists:
        (tmp_path / "target.csv").write_text("old")
    (tmp_path / "out.csv").symlink_to("target.csv")
    assert call("export", "-o", "out.csv") == ("", "", 0)
    assert (tmp_path / "out.csv").is_symlink()
    assert (tmp_path / "target.csv").read_text().startswith(FIRST_LINES)
    assert names(tmp_path) == ["out.csv", "target.csv"]


# Devices and pipes.


def test_a_full_disk_as_a_file(call):
    assert_failed(call("export", "-o", "/dev/full"), "/dev/full", FULL)
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


@pytest.mark.quick("version", "npz")
@pytest.mark.parametrize(
    "args",
    [
        ["export"],
        ["export", "--format", "csv", "--epochs", "100000"],
        ["export", "--format", "npz"],
        ["plot"],
        ["shapes"],
        ["--version"],
        ["--help"],
        ["export", "--help"],
    ],
    ids=" ".join,
)
def test_a_full_disk_as_standard_output(run, args):
    with open("/dev/full", "wb") as full:
        result = run(*args, stdout=full)
    assert_failed(result, FULL, "standard output")


def test_a_null_device_stays_one(call):
    assert call("export", "-o", "/dev/null") == ("", "", 0)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.quick("300000")
@pytest.mark.parametrize(
    "args", ["export --format csv --epochs 300000", "export", "plot", "shapes"]
)
def test_head_ends_silently(shell, args):
    result = shell(f"$LOGSCHED {args} | head -1")
    assert (result.stderr, result.returncode) == ("", 0)
    assert result.stdout.count("\n") == 1


@pytest.mark.quick("export", "shapes")
@pytest.mark.parametrize(
    "args", [["export"], ["plot"], ["shapes"], ["--version"], ["--help"]], ids=str
)
def test_a_pipe_that_nobody_reads_is_silent(run, args):
    """Closed before the first byte."""
    reader, writer = os.pipe()
    os.close(reader)
    result = run(*args, stdout=writer)
    os.close(writer)
    assert (result.stderr, result.returncode) == ("", 0)


@pytest.mark.quick("export", "shapes")
@pytest.mark.parametrize("args", ["export", "plot", "shapes", "--version", "--help"])
def test_a_closed_standard_output(shell, args):
    assert_failed(shell(f"$LOGSCHED {args} >&-"), "standard output", "closed")


def test_closed_standard_input_and_error_are_no_matter(shell):
    result = shell("$LOGSCHED export --format csv --epochs 1 <&- 2>&-")
    assert result == (FIRST_LINES, "", 0)


def test_an_error_that_cannot_be_told_keeps_its_status(shell):
    """Bad usage is 2, wherever stderr goes."""
    for where in ("/dev/full", "/dev/null", "&-"):
        assert shell(f"$LOGSCHED export --lr nan 2>{where}").returncode == 2


def test_a_named_pipe(run, tmp_path):
    fifo = tmp_path / "out.csv"
    os.mkfifo(fifo)
    with subprocess.Popen(["cat", fifo], stdout=subprocess.PIPE) as reader:
        assert run("export", "-o", "out.csv", "--epochs", "1") == ("", "", 0)
        assert reader.communicate(timeout=PATIENCE)[0].decode() == FIRST_LINES
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_a_named_pipe_whose_reader_has_enough(run, tmp_path):
    os.mkfifo(tmp_path / "out.csv")
    with subprocess.Popen(["head", "-1", tmp_path / "out.csv"], stdout=subprocess.PIPE) as reader:
        assert run("export", "-o", "out.csv", "--epochs", "300000") == ("", "", 0)
        assert reader.communicate(timeout=PATIENCE)[0] == b"epoch,log\n"


def test_dev_stdout_in_a_pipe(run):
    result = run("export", "-o", "/dev/stdout", "--format", "csv", "--epochs", "1")
    assert result == (FIRST_LINES, "", 0)


def test_dev_stdout_in_a_file_takes_nothing_away(shell, tmp_path):
    """What stood there, and what others write there, stays."""
    (tmp_path / "log.txt").write_text("before\n")
    export = "$LOGSCHED export -o /dev/stdout --format csv --epochs 1"
    assert shell(f"{{ {export}; echo after; }} >> log.txt") == ("", "", 0)
    assert (tmp_path / "log.txt").read_text() == f"before\n{FIRST_LINES}after\n"


@pytest.mark.quick
@pytest.mark.parametrize("name", ["npy", "npz"])
def test_a_terminal_is_refused_a_binary_format(run, name):
    ours, its = pty.openpty()
    result = run("export", "--format", name, stdout=its)
    os.close(its)
    os.close(ours)
    assert result.returncode == 2
    assert re.fullmatch(rf"Error: [^\n]*{name}[^\n]*terminal[^\n]*\n", result.stderr)


@pytest.mark.quick
@pytest.mark.parametrize("name", ["npy", "npz"])
def test_a_terminal_does_not_matter_to_a_binary_file(run, tmp_path, name):
    ours, its = pty.openpty()
    result = run("export", "-o", f"out.{name}", stdout=its)
    os.close(its)
    os.close(ours)
    assert (result.returncode, result.stderr) == (0, "")
    assert names(tmp_path) == [f"out.{name}"]


def test_the_unfinished_file_of_another_process_is_left_alone(call, tmp_path, monkeypatch):
    """Two machines on one disk may have processes of one number."""
    monkeypatch.setattr(os, "urandom", lambda count: bytes(count))
    other = tmp_path / f".logsched-{os.getpid()}-00000000.unfinished"
    other.write_text("another's")
    assert_failed(call("export", "-o", "out.csv"), "File exists")
    assert other.read_text() == "another's"


def test_a_suffix_in_capitals(call, tmp_path):
    assert call("export", "-o", "OUT.CSV", "--epochs", "1") == ("", "", 0)
    assert (tmp_path / "OUT.CSV").read_text() == FIRST_LINES
