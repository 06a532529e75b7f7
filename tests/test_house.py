"""How large things may grow: a module, a function, the package's root."""

import ast
from pathlib import Path

import pytest

import logsched

ROOT = Path(logsched.__file__).parent
MODULES = {path.relative_to(ROOT).as_posix(): path.read_text() for path in ROOT.rglob("*.py")}
LONGEST_MODULE, LONGEST_BODY, MOST_ENTRIES = 400, 40, 14


def test_no_module_is_too_long():
    too_long = {name for name, text in MODULES.items() if text.count("\n") > LONGEST_MODULE}
    assert too_long == set()


def bodies(text):
    """How many lines each function has after its head and its docstring, by its name."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, functions):
            told = ast.get_docstring(node) is not None
            first = node.body[told] if len(node.body) > told else node.body[0]
            yield node.name, node.end_lineno - first.lineno + 1


@pytest.mark.parametrize("name", sorted(MODULES))
def test_no_function_is_too_long(name):
    assert [of for of, lines in bodies(MODULES[name]) if lines > LONGEST_BODY] == []


def test_lines_are_counted_after_the_docstring():
    head = 'def f(\n    a,\n):\n    """Says.\n\n    More.\n    """\n'
    assert dict(bodies(f"{head}    if a:\n        b = 1\n    return b")) == {"f": 3}
    assert dict(bodies('class C:\n    def g(self):\n        """Abstract."""')) == {"g": 1}


def test_the_root_of_the_package_is_read_at_a_glance():
    entries = [path.name for path in ROOT.iterdir() if path.name != "__pycache__"]
    assert len(entries) <= MOST_ENTRIES
