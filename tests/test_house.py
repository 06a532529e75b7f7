"""The house stays small: few entries at the root, no long module, no long body, no circle."""

import ast
from pathlib import Path

import pytest

import logsched

ROOT = Path(logsched.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
ENTRIES, LINES, BODY = 14, 400, 40


def test_the_root_has_few_entries():
    assert len([path for path in ROOT.iterdir() if path.name != "__pycache__"]) <= ENTRIES


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_says_what_it_is_for_and_is_not_long(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LINES
    assert text.startswith('"""')


def bodies(path):
    """How many lines the body of each function of a module has, its docstring apart."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            documented = ast.get_docstring(node) is not None and len(node.body) > 1
            first = node.body[1 if documented else 0]
            yield node.name, node.end_lineno - first.lineno + 1


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_function_is_long(path):
    assert [name for name, lines in bodies(path) if lines > BODY] == []
