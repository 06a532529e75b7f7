"""What outputs print: plain text in aligned columns, and JSON."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence

from logsched.base.console import has_unicode
from logsched.base.words import unknown


def check_format(format: str, known: Iterable[str]) -> None:
    """Raise LogschedError for a format that is none of those known."""
    if format not in known:
        raise unknown("format", format, known)


def as_json(said: Mapping[str, object]) -> str:
    """A JSON object with the number of its schema, indented; NaN is null.

    Characters that standard output cannot show are escaped, so that none is lost.
    """
    import orjson

    option = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY
    text = orjson.dumps({"schema": 1, **said}, option=option).decode() + "\n"
    return text if has_unicode() else re.sub(r"[^\0-\x7f]", _escaped, text)


def _escaped(found: re.Match[str]) -> str:
    import json

    return json.dumps(found[0])[1:-1]


def columns(
    rows: Sequence[Sequence[str]], right: Container[int] = (), most: int | None = None
) -> str:
    """Rows of text in columns two spaces apart; those numbered in `right` are aligned there.

    What is wider than `most` comes in parts, one below the other.
    """
    widths = widths_of(rows)
    return "\n".join(
        "".join(_line([(row[n], widths[n], n in right) for n in part]) for row in rows)
        for part in parts(widths, most)
    )


def widths_of(rows: Sequence[Sequence[str]]) -> list[int]:
    """The widths of columns in a terminal."""
    return [max(map(cells, column)) for column in zip(*rows, strict=True)]


def parts(widths: Sequence[int], most: int | None) -> list[list[int]]:
    """Which columns stand beside each other: the first in every part, with others that fit."""
    found: list[list[int]] = []
    room = 0
    for number, width in enumerate(widths[1:], 1):
        if not found or (most is not None and width + 2 > room):
            found.append([0])
            room = (most or 0) - widths[0]
        found[-1].append(number)
        room -= width + 2
    return found or [[0]]


def cells(text: str) -> int:
    """The width of a text in a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _line(row: Sequence[tuple[str, int, bool]]) -> str:
    padded = []
    for text, width, right in row:
        space = " " * (width - cells(text))
        padded.append(space + text if right else text + space)
    return "  ".join(padded).rstrip() + "\n"
