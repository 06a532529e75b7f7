"""Limits: of memory, bytes, cells and time, each with a sentence that says it."""

import sys

import numpy as np
import pytest
from log_files import EPOCHS, RATES, WITH_EPOCHS, assert_same, log_of, saved

from logsched import Schedule
from logsched.base.errors import LogschedError
from logsched.logs import blocks
from logsched.logs import table as tables
from logsched.logs.log import read_logs


def test_more_than_fits_into_memory_is_refused(write, monkeypatch):
    monkeypatch.setattr("os.sysconf", lambda name: 16)  # 256 bytes
    monkeypatch.setattr(blocks, "BLOCK", 64)
    for name in ("csv", "export json", "npz"):
        with pytest.raises(LogschedError, match="GB of memory, but this machine has"):
            read_logs(write("run", WITH_EPOCHS[name](EPOCHS, RATES)))


def test_where_nobody_says_how_much_memory_there_is_all_is_tried(monkeypatch):
    monkeypatch.delattr("os.sysconf")  # as on Windows
    assert Schedule("log").sample().size == 45


@pytest.mark.parametrize("others", [{}, {"lr": RATES}, {"lr": RATES, "epoch": EPOCHS}])
def test_an_array_of_an_archive_may_have_no_name(others):
    log = log_of(saved(lambda e, r: {"": r, **others}, np.savez)(EPOCHS, RATES))
    assert_same(log.rate, RATES)


def test_a_file_wider_than_any_log_is_read_soon():
    """Fifty thousand columns took half a minute: each name was looked for in all others."""
    names = [f"a{k}" for k in range(50_000)]
    row = ",".join("1" for _ in names)
    log = log_of("\n".join([",".join([*names, "lr", "", ""]), f"{row},0.1,,", f"{row},0.2,,"]))
    assert_same(log.rate, [0.1, 0.2])


def test_records_of_which_each_has_other_keys_are_refused_soon():
    """Each of twenty thousand keys was asked of each of as many records."""
    lines = (f'{{"lr": {k}, "only{k}": {k}}}' for k in range(20_000))
    with pytest.raises(LogschedError, match="of 20000 rows and 20001 columns is too large"):
        log_of("\n".join(lines))


def test_records_of_lists_and_objects_may_come_late():
    log = log_of('{"a": 1}\n{"lr": [0.1, 0.2]}\n{"a": 2}\n{"lr": [0.3], "o": {"x": 1}}\n', "lr/1")
    assert_same(log.rate, [0.2])
    assert log.row.tolist() == [2]


@pytest.fixture
def short(monkeypatch):
    """A limit of 10 kB to a log."""
    monkeypatch.setattr(blocks, "MOST", 10_000)


def test_an_archive_that_holds_more_than_a_log_is_refused(call, short, tmp_path):
    """Its 16 kB take a few hundred bytes in the file."""
    np.savez_compressed(tmp_path / "run.npz", lr=np.zeros(2000))
    assert (tmp_path / "run.npz").stat().st_size < 1000
    result = call("check", "run.npz", "log")
    assert (result.stdout, result.returncode) == ("", 2)
    assert "run.npz is too long: a log has at most 10000 bytes" in result.stderr


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(f'{{"lr": 0.1, "only{k}": 1}}' for k in range(100)),
        saved(lambda e, r: {f"a{k}": np.ones(k) for k in range(100)}, np.savez)([], []),
    ],
)
def test_a_table_of_more_cells_than_a_log_has_is_refused(monkeypatch, content):
    """Though they are blank, and not in the file."""
    monkeypatch.setattr(tables, "CELLS", 5000)
    with pytest.raises(LogschedError, match=r"columns is too large: it may have 5000 cells"):
        log_of(content)


@pytest.mark.parametrize("content", ["0.1\n", '{"lr": 0.1}\n', "[" * 9, "0.1,"])
def test_a_log_without_an_end_is_refused(run, content):
    """What is read of it is limited, in a pipe as well."""
    code = "import sys, logsched.logs.blocks as it; it.MOST = 10_000; "
    code += "import logsched.cli.app as app; sys.argv = ['logsched', 'identify', '-']; app.main()"
    shell = f"yes '{content}' | {sys.executable} -c \"{code}\""
    result = run(command=["bash", "-c", shell])
    assert (result.stdout, result.returncode) == ("", 2)
    assert result.stderr == "Error: standard input is too long: a log has at most 10000 bytes.\n"


@pytest.mark.parametrize("ending", ["csv", "npy", "jsonl", "json"])
def test_a_log_of_too_many_bytes_is_refused(call, short, ending):
    call("export", "--epochs", "5000", "-o", f"run.{ending}")
    result = call("check", f"run.{ending}", "log")
    assert (result.stdout, result.returncode) == ("", 2)
    assert f"run.{ending} is too long: a log has at most 10000 bytes" in result.stderr


def test_a_log_of_objects_of_python_is_not_loaded(call, tmp_path):
    """Loading them could run anything."""
    np.save(tmp_path / "run.npy", np.array([print], dtype=object), allow_pickle=True)
    assert "holds Python objects, which are not loaded" in call("identify", "run.npy").stderr
