"""The commands of README.md and docs/*.md print what these say that they print."""

import re
import shutil

import pytest
from readme import PAGES, README, examples, run, set_up_commands

from logsched.cli.app import COMMANDS
from logsched.schedule.shapes import SHAPES

TEXT = README.read_text()


EXAMPLES = [
    pytest.param(
        *(page.stem, example),
        id=f"{page.name}: {example.command[:60]}",
        marks=() if page == README else pytest.mark.slow,
    )
    for page in PAGES
    for example in examples(page.read_text())
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """One folder for a page, since later commands may read what earlier ones wrote."""
    return {page.stem: tmp_path_factory.mktemp(page.stem) for page in PAGES}


@pytest.mark.parametrize(("page", "example"), EXAMPLES)
def test_a_command_prints_what_the_page_says(page, example, folders):
    if "jq " in example.command and not shutil.which("jq"):
        pytest.skip("jq is not installed")
    assert run(example.command, folders[page]) == example.output


def test_every_command_is_shown():
    shown = {example.command.split()[1] for example in examples(TEXT) if "logsched " in example[0]}
    assert set(COMMANDS) <= shown


def test_every_shape_stands_in_the_table():
    for name in SHAPES:
        assert re.search(rf"^\| `{name}` \|", TEXT, re.MULTILINE)


def test_the_two_commands_draw_and_test():
    draw, test = set_up_commands(TEXT)
    assert draw.endswith("logsched plot --restart-lr 0.1")
    assert test.endswith("python -m pytest -n auto")
