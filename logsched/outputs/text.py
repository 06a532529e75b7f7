"""What outputs print: plain text in aligned columns, and JSON."""

import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence

from logsched.outputs.console import has_unicode
from logsched.parameters import unknown


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
    return json.dumps(found[0])[1:-1]


def columns(rows: Sequence[Sequence[str]], right: Container[int] = ()) -> str:
    """Rows of text in columns two spaces apart; those numbered in `right` are aligned there."""
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    return "".join(_line(row, widths, right) for row in rows)


def cells(text: str) -> int:
    """The width of a text in a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _line(row: Sequence[str], widths: Sequence[int], right: Container[int]) -> str:
    spaces = [" " * (width - cells(cell)) for cell, width in zip(row, widths, strict=True)]
    padded = [
        space + cell if number in right else cell + space
        for number, (cell, space) in enumerate(zip(row, spaces, strict=True))
    ]
    return "  ".join(padded).rstrip() + "\n"
