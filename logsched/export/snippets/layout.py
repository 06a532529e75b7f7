"""A script from its parts: imports and constants as they are used, functions, a demonstration."""

from __future__ import annotations

import ast
import bisect
import builtins
import fractions
import math
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from textwrap import fill, indent
from types import ModuleType
from typing import NamedTuple

WIDTH = 88
WHOLE = 1e15  # below this a whole number is written as one
STANDARD: tuple[ModuleType, ...] = (bisect, fractions, math, tempfile)


class Constant(NamedTuple):
    """A value as source, and what it is."""

    value: str
    about: str


def number(value: float) -> str:
    """A number as source: an int where that says the same."""
    return str(int(value)) if abs(value) < WHOLE and value == int(value) else repr(value)


def identifier(words: str) -> str:
    """A name made of words, such as those of the curve 1-sqrt."""
    name = re.sub(r"\W", "_", words)
    return name if name.isidentifier() else f"piece_{name}"


def in_unit(text: str, unit: str) -> str:
    """A text that speaks of epochs, said of another unit of time."""
    return text.replace("an epoch", f"a {unit}").replace("epoch", unit) if unit != "epoch" else text


def listed(values: Iterable[str]) -> str:
    """A list as source: on one line if it is short, or on full lines that formatters keep."""
    inside = ", ".join(values)
    if len(inside) <= WIDTH // 2:
        return f"[{inside}]"
    lines = fill(inside, WIDTH - 1, initial_indent=" " * 4, subsequent_indent=" " * 4)
    return f"[\n{lines},\n]  # fmt: skip"


def function(name: str, inputs: str, output: str, says: str, lines: Iterable[str]) -> str:
    """A function: what it takes and gives, with types or without; a sentence; its lines."""
    head = f"def {name}({inputs}){output}:"
    if len(head) > WIDTH:
        head = f"def {name}(\n    {inputs}\n){output}:"
    about = f'"""{says}"""'
    if len(about) > WIDTH - 4:
        about = fill(f'"""{says}', WIDTH - 8) + '\n"""'
    return f"{head}\n" + indent("\n".join([about, *map(_fitted, lines)]), " " * 4)


def _fitted(line: str) -> str:
    """A line of a function; a value that makes it too long stands on one of its own."""
    found = re.fullmatch(r"( *)(return|\w+ =) (.+)", line)
    if len(line) <= WIDTH - 4 or found is None:
        return line
    margin, head, value = found.groups()
    return f"{margin}{head} (\n{margin}    {value}\n{margin})"


def script(
    about: str,
    imports: Sequence[str],
    constants: Mapping[str, Constant],
    functions: Sequence[str],
    demonstration: str,
) -> str:
    """The source of a script, with those of the constants that its functions use."""
    main = f'if __name__ == "__main__":\n{indent(demonstration, " " * 4)}'
    code = "\n\n\n".join([*functions, main])
    used = _names(code)
    defined = "\n".join(_defined(name, *its) for name, its in constants.items() if name in used)
    standard = _standard(used | _names(defined))
    parts = (about, standard, "\n".join(imports), defined)
    return "\n\n".join(part for part in parts if part) + f"\n\n\n{code}\n"


def _defined(name: str, value: str, about: str) -> str:
    line = f"{name} = {value}"
    if "\n" not in line and len(line) + 4 + len(about) <= WIDTH:
        return f"{line}  # {about}"
    return fill(about, WIDTH, initial_indent="# ", subsequent_indent="# ") + f"\n{line}"


def _names(code: str) -> set[str]:
    """The names that code uses and does not set."""
    nodes = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)]
    own = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
    return {node.id for node in nodes} - own


def _standard(used: set[str]) -> str:
    """The imports from Python's own modules."""
    lines = []
    for module in STANDARD:
        taken = sorted(name for name in used if name in vars(module) and name not in vars(builtins))
        lines += [f"from {module.__name__} import {', '.join(taken)}"] * bool(taken)
    return "\n".join(lines)
