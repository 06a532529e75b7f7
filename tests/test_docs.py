"""README, docs/, `--help` and code agree about commands, options and defaults."""

import re

import pytest
from golden import help_of
from readme import PAGES, README, examples
from typer.main import get_command

from logsched.base.declare import declared
from logsched.cli.app import whole_app
from logsched.cli.evaluates import run_parameters
from logsched.schedule.parameters import Parameters
from logsched.schedule.shapes import SHAPES
from logsched.trial.task_options import LEFT_OUT

TEXT = README.read_text()
GROUP = get_command(whole_app())
OTHERS = {"--arg"}  # of jq
SHELL = re.compile(r"^```sh\n.*?^```$", re.MULTILINE | re.DOTALL)  # what pip and others are told
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]")
PLAIN = {"\N{MINUS SIGN}": "-", "`": ""}


def options(command):
    """The long names of a command's options."""
    every = [name for one in command.params for name in (*one.opts, *one.secondary_opts)]
    return {name for name in every if name.startswith("--")} | {"--help"}


KNOWN = set().union(*map(options, [GROUP, *GROUP.commands.values()]))
SAID = {page.name: set(OPTION.findall(SHELL.sub("", page.read_text()))) for page in PAGES}
SHOWN = {one.command.split()[1] for one in examples(TEXT) if one.command.startswith("logsched ")}


def row_of(name):
    """The cells of the row of README.md that begins with a name."""
    row = re.search(rf"^\| `{name}` \|.*$", TEXT, re.MULTILINE)[0]
    return [cell.strip() for cell in row.strip("|").split("|")]


def plain(cell):
    """The cell without Markdown."""
    return "".join(PLAIN.get(char, char) for char in cell)


@pytest.mark.parametrize("page", SAID)
def test_a_page_names_no_option_that_there_is_not(page):
    assert SAID[page] - KNOWN <= OTHERS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_shows_each_option_with_a_command_that_has_it(page):
    for example in examples(page.read_text()):
        for part in re.split(r"[|;&]|\$\(", example.command.replace("\\\n", " ")):
            words = part.split()
            if words[:1] == ["logsched"] and words[1:2] and words[1] in GROUP.commands:
                assert set(OPTION.findall(part)) <= options(GROUP.commands[words[1]]), part


def test_a_page_shows_no_command_that_there_is_not():
    named = {one for page in PAGES for one in re.findall(r"`logsched ([a-z]+)", page.read_text())}
    assert named | {name for name in SHOWN if not name.startswith("-")} <= set(GROUP.commands)


def anchors(page):
    """What headings can be linked by, as GitHub makes it of them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_leads_to_a_file_and_a_heading_that_there_are(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        path, _, heading = link.partition("#")
        if "://" not in link:
            there = page.parent / path if path else page
            assert there.exists(), link
            assert not heading or heading in anchors(there), link


@pytest.mark.parametrize("command", sorted(SHOWN & set(GROUP.commands)))
def test_each_option_of_a_command_that_is_shown_is_explained(command):
    assert options(GROUP.commands[command]) - {"--help"} <= set().union(*SAID.values())


@pytest.mark.parametrize("name", declared(Parameters))
def test_the_table_of_parameters_is_what_is_declared(name):
    """Its meaning and what left out means; words that it may be stand in the meaning."""
    one = declared(Parameters)[name]
    _, meaning, left_out = map(plain, row_of(name))
    assert left_out == one.left_out
    assert meaning in (one.help, one.rule.says)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_table_of_shapes_has_their_parameters_and_defaults(shape):
    """Each own parameter with what left out means in brackets."""
    own = row_of(shape)[2]
    assert re.findall(r"`(\w+)`", own) == list(declared(SHAPES[shape]))
    for name, one in declared(SHAPES[shape]).items():
        said = re.search(rf"`{name}`[^(]*\(([^)]*)\)", own)
        assert said is not None, name
        assert one.default is None or said[1].removesuffix(".0") in one.left_out


@pytest.mark.parametrize("command", GROUP.commands)
def test_help_has_each_option_with_its_default(command):
    """A parameter's is what is declared, if `trial` does not say that its task decides."""
    decides = LEFT_OUT if command == "trial" else {}
    shown = " ".join(help_of(command).split())
    for one in GROUP.commands[command].params:
        assert all(name in shown for name in one.opts if name.startswith("-"))
    for name, one in run_parameters().items():
        if name in {param.name for param in GROUP.commands[command].params}:
            assert f"[default: {decides.get(name, one.left_out)}]" in shown
