"""What outputs print: plain text in aligned columns, and JSON."""

from collections.abc import Container, Mapping, Sequence


def as_json(said: Mapping[str, object]) -> str:
    """A JSON object with the number of its schema, indented; NaN is null."""
    import orjson

    option = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY
    return orjson.dumps({"schema": 1, **said}, option=option).decode() + "\n"


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
