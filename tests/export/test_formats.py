"""Formats are what their folder holds: a file more is a format more."""

import pytest

from logsched.export import formats
from logsched.export.arrays import FORMATS

TSKV = '''
"""Tab-separated keys with their values."""

from logsched.export.arrays import Format
from logsched.export.formats._numbers import texts


def write(rows):
    keys = [f"{key}=".encode() for key in ["epoch", *rows.labels]]
    for columns in rows.columns():
        for values in zip(*map(texts, columns)):
            yield b"\\t".join(map(bytes.__add__, keys, values)) + b"\\n"


FORMAT = Format(write)
'''


@pytest.fixture
def new(tmp_path, monkeypatch):
    """The folder has one file more."""
    folder = tmp_path / "formats"
    folder.mkdir()
    (folder / "tskv.py").write_text(TSKV)
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(folder)])


def test_the_formats_come_in_the_order_in_which_help_lists_them():
    assert list(FORMATS) == ["json", "jsonl", "csv", "tsv", "txt", "npy", "npz"]


@pytest.mark.usefixtures("new")
def test_a_new_file_is_a_new_format(call, tmp_path):
    """By its name, by a suffix, in what is offered."""
    assert list(FORMATS)[-1] == "tskv"
    done = call("export", "log", "c=cosine", "--at", "0,0.5", "--format", "tskv")
    assert done == ("epoch=0\tlog=0.01\tc=0.01\nepoch=0.5\tlog=0.019\tc=0.019\n", "", 0)
    assert call("export", "--at", "15", "-o", "it.tskv").returncode == 0
    assert (tmp_path / "it.tskv").read_text() == "epoch=15\tlog=0.1\n"
    assert call("export", "--format", "tskw").stderr == (
        "Error: there is no format 'tskw'; did you mean 'tskv'?\n"
    )


def test_it_is_in_the_help(run, package):
    (package / "export" / "formats" / "tskv.py").write_text(TSKV)
    told = " ".join(run("export", "--help").stdout.split())
    assert "json, jsonl, csv, tsv, txt, npy, npz or tskv [default: FILE's suffix, or json]" in told


def test_without_it_there_is_none(call):
    assert "there is no format 'tskv'" in call("export", "--format", "tskv").stderr
