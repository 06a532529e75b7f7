"""The pictures of README.md and docs/*.md show what the commands draw today."""

import importlib.util
import re

import pytest
from readme import PAGES, README

DOCS = README.parent / "docs"


def script():
    """The module that draws them."""
    spec = importlib.util.spec_from_file_location("pictures", DOCS / "pictures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


KINDS = ("TERMINAL", "FIGURES", "TRIALS")
NAMES = [name for kind in KINDS for name in getattr(script(), kind)]


@pytest.fixture
def pictures():
    return script()


def keep(pictures, *names):
    """Let there be no other picture than these."""
    for kind in KINDS:
        its = getattr(pictures, kind)
        setattr(pictures, kind, {name: its[name] for name in names if name in its})


@pytest.mark.quick("shapes]", "figure-1", "trial]")
@pytest.mark.parametrize("name", NAMES)
def test_none_is_out_of_date(pictures, name):
    keep(pictures, name)
    assert pictures.stale() == []


def test_a_changed_one_is_noticed(pictures):
    keep(pictures, "defaults", "shapes")
    pictures.FIGURES["defaults"] = "--restart-lr 0.05"
    assert pictures.stale() == ["defaults.png"]


def test_the_pages_show_every_one():
    shown = set()
    for page in PAGES:
        links = re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text())
        shown |= {(page.parent / link).resolve() for link in links if "://" not in link}
    there = set((DOCS / "pictures").iterdir()) - {DOCS / "pictures" / "data.json"}
    assert [path for path in sorted(shown) if not path.is_file()] == []
    assert there - shown == set()


def test_every_figure_of_the_paper_page_has_its_command(pictures):
    """A picture's command stands beside it, with the arguments that drew it."""
    text = (DOCS / "PAPER.md").read_text().replace("\\\n  ", "")
    for name in re.findall(r"\]\(pictures/([^)]+)\.png\)", text):
        assert f"$ logsched plot {pictures.FIGURES[name]} -o {name}.png\n" in text
