"""What is printed is what tests/golden/ keeps; `python tests/golden.py` writes that anew."""

import re
from itertools import product

import golden
import pytest

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("name", golden.NAMES)
def test_a_command_prints_what_it_did(name):
    assert golden.printed(name) == golden.path_of(name).read_text(encoding="utf-8")


@pytest.mark.parametrize("command", golden.HELPS)
def test_help_says_what_it_did(command):
    assert golden.help_of(command) == golden.help_path(command).read_text(encoding="utf-8")


def test_no_file_is_of_nothing():
    wanted = {golden.path_of(name) for name in golden.NAMES}
    wanted |= {golden.help_path(command) for command in golden.HELPS}
    assert set(golden.FOLDER.iterdir()) == wanted


def kept(name):
    return golden.path_of(name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", golden.NAMES)
def test_what_is_kept_fits_its_terminal(name):
    """The plot and the sentences fit; numbers are never cut. ASCII is ASCII, plain has no codes."""
    command, width, color, encoding = name.split("-")
    text = kept(name)
    assert (encoding == "ascii") <= text.isascii()
    assert (color == "plain") <= ("\x1b" not in text)
    if command == "plot":
        assert max(map(len, ESCAPE.sub("", text).splitlines())) <= int(width)


@pytest.mark.parametrize(("command", "width"), [*product(golden.COMMANDS, golden.WIDTHS)], ids=str)
def test_colour_changes_no_content(command, width):
    """A plot does not change at all: its curves have their marks in colour too."""
    plain, colored = (kept(f"{command}-{width}-{color}-utf8") for color in golden.COLORS)
    texts = [plain, ESCAPE.sub("", colored)]
    if command != "plot":
        texts = [re.sub(r"\s+", " ", text).strip() for text in texts]
    assert texts[0] == texts[1]
    assert ("\x1b" in colored) == (command in ("plot", "table"))
