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
    """But of a plot, whose curves then need no marks."""
    plain, colored = (kept(f"{command}-{width}-{color}-utf8") for color in golden.COLORS)
    if command != "plot":
        squeezed = [re.sub(r" +", " ", ESCAPE.sub("", text)) for text in (plain, colored)]
        assert squeezed[0].split() == squeezed[1].split()
    assert ("\x1b" in colored) == (command in ("plot", "table"))
