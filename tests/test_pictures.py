"""The pictures of the README show what the commands draw today."""

import importlib.util
import re
from pathlib import Path

import pytest
from readme import README

DOCS = README.parent / "docs"


@pytest.fixture(scope="module")
def pictures():
    """The script that draws them."""
    spec = importlib.util.spec_from_file_location("pictures", DOCS / "pictures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_none_is_out_of_date(pictures):
    assert pictures.stale() == []


def test_a_changed_one_is_noticed(pictures, monkeypatch):
    monkeypatch.setitem(pictures.FIGURES, "defaults", "--restart-lr 0.05")
    assert pictures.stale() == ["defaults.png"]


def test_the_readme_shows_every_one(pictures):
    shown = {
        Path(path).name for path in re.findall(r"\]\(docs/pictures/([^)]+)\)", README.read_text())
    }
    there = {path.name for path in (DOCS / "pictures").iterdir()} - {"data.json"}
    assert shown <= there
    assert there - shown <= {"resnet34.png", "transformer.png"}
