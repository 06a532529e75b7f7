"""Imports run one way, and heavy packages are loaded only where they are needed."""

import ast
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import logsched
from logsched.cli.app import COMMANDS

ROOT = Path(logsched.__file__).parent
FLOORS = (  # a room may know those on the floors below it, and itself
    {"base"},
    {"schedule"},
    {"plan"},
    {"draw", "export", "describe", "logs"},
    {"trial"},
    {"cli"},
    {"__main__"},
)
HEAVY = {"numpy", "matplotlib", "plotext", "rich", "orjson", "torch"}


def module_name(path):
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


FILES = {module_name(path): path for path in sorted(ROOT.rglob("*.py"))}
MODULES = set(FILES)


class Imports(ast.NodeVisitor):
    """Collects what a module imports: within functions, and for types alone, as well."""

    def __init__(self):
        self.names = set()

    def visit_Import(self, node):
        self.names |= {alias.name for alias in node.names}

    def visit_ImportFrom(self, node):
        assert node.level == 0, "a relative import"
        inside = {f"{node.module}.{alias.name}" for alias in node.names}
        self.names |= inside & MODULES or {node.module}
        if inside - MODULES:
            self.names.add(node.module)


@cache
def imports(module):
    """The modules that a module of logsched imports, by their full names."""
    found = Imports()
    found.visit(ast.parse(FILES[module].read_text(encoding="utf-8")))
    return found.names


def ours(module):
    """The modules of logsched that it imports, without the package's own name and version."""
    return imports(module) & (MODULES - {"logsched"})


def room(module):
    """The room in which a module is."""
    return module.split(".")[1]


def test_the_reader_of_imports_sees_them():
    """Also within a function."""
    assert "typer" in imports("logsched.cli.app")
    assert "logsched.export.arrays" in ours("logsched.cli.export")


def test_no_module_imports_one_that_imports_it():
    graph = {module: ours(module) for module in MODULES}
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)


@pytest.mark.quick(40)
@pytest.mark.parametrize("module", sorted(MODULES - {"logsched"}))
def test_a_room_knows_only_rooms_below_it(module):
    floor = next(k for k, rooms in enumerate(FLOORS) if room(module) in rooms)
    below = {room(module)}.union(*FLOORS[:floor])
    assert {room(one) for one in ours(module)} <= below


@pytest.mark.quick(40)
@pytest.mark.parametrize("module", sorted(MODULES))
def test_only_the_command_line_knows_typer(module):
    assert module.startswith("logsched.cli") or not imports(module) & {"typer", "click"}


def test_the_parameters_need_no_numpy():
    assert not imports("logsched.base.declare") & {"numpy", "logsched.base.lazy"}


@pytest.mark.quick(40)
@pytest.mark.parametrize("module", sorted(MODULES))
def test_nobody_imports_click(module):
    assert "click" not in imports(module)


def loaded_by(*args):
    """The modules that are imported when a command ends."""
    code = (
        "import sys\nfrom logsched.cli.app import main\n"
        f"sys.argv = ['logsched', *{args!r}]\n"
        "try:\n    main()\nfinally:\n    print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return set(done.stderr.split())


def heavy_loaded_by(*args):
    """The heavy packages among them."""
    return loaded_by(*args) & HEAVY


def commands_loaded_by(*args):
    """The modules of commands among them."""
    return loaded_by(*args) & {f"logsched.cli.{one.module}" for one in COMMANDS.values()}


@pytest.mark.parametrize("args", [[], ["--help"], ["--version"], ["plto"]], ids=" ".join)
def test_what_is_of_no_command_imports_none(args):
    assert commands_loaded_by(*args) == set()


@pytest.mark.parametrize("name", ["plot", "check"])
def test_a_command_is_imported_alone(name):
    assert commands_loaded_by(name, "-h") == {f"logsched.cli.{COMMANDS[name].module}"}


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    "args",
    [["--help"], ["--version"], ["shapes"], ["shapes", "log"], ["presets"], ["export", "-h"]],
)
def test_a_command_that_computes_nothing_loads_nothing_heavy(args):
    assert heavy_loaded_by(*args) == set()


def test_export_loads_nothing_that_draws():
    assert heavy_loaded_by("export") == {"numpy", "orjson"}


def test_a_terminal_plot_loads_no_matplotlib():
    assert heavy_loaded_by("plot") >= {"numpy", "plotext"}
    assert "matplotlib" not in heavy_loaded_by("plot")
