"""The kinds of files: each is one module, says itself what it knows, and stands in docs/LOGS.md."""

from pathlib import Path

import pytest
from event_files import event_file
from log_files import assert_same, log_of

from logsched.logs import kinds
from logsched.logs.kind import KINDS, By

PAGE = (Path(__file__).parents[2] / "docs" / "LOGS.md").read_text()


@pytest.mark.parametrize("name", KINDS)
def test_it_stands_on_the_page_with_an_example(name):
    kind = KINDS[name]
    example = kind.example.replace("|", "\\|")
    assert f"| {kind.about} | `{example}` |" in PAGE


def test_any_text_is_known_by_one_kind_at_last():
    assert [name for name, kind in KINDS.items() if kind.by == By.WORDS] == ["console"]


OF_OURS = """
from logsched.logs.kind import By, Kind
from logsched.logs.table import Content, Oddities, Table, column_of, row_numbers


def read(file):
    rates = [len(line) for line in file.whole().split(b"\\n")[1:-1]]
    return Content(Table({"lr": column_of(rates)}, row_numbers(len(rates))), Oddities())


KIND = Kind("tallies", "||||", By.BYTES, lambda file: file.start.startswith(b"tally"), read)
"""


def test_a_new_kind_is_one_file(tmp_path, monkeypatch):
    (tmp_path / "tally.py").write_text(OF_OURS)
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path)])
    assert "tally" in KINDS
    assert_same(log_of("tally\n|||\n||\n|\n").rate, [3, 2, 1])
    assert_same(log_of(event_file("lr", [0.5])).rate, [0.5])
