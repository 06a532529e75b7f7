"""What says which stroke is which: labels at their ends, and below for those without room there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from logsched.base.text import cells
from logsched.draw.crowd import crowded, short_labels
from logsched.draw.scale import spread
from logsched.draw.terminal.canvas import cells_at
from logsched.draw.terminal.screen import SIGN, Screen
from logsched.draw.terminal.strokes import Stroke

_ROOM = 0.25  # of the width, for labels right of the axes
_NARROW = 60  # columns of a terminal that has no such room
_AROUND = 10  # rows that may stand around the canvas
_FAR = 0.8  # of the time: what ends before has its label below
_GAP = 3  # cells between two entries below


def at_ends(screen: Screen) -> dict[int, str]:
    """By trace, the labels that have room right of the axes."""
    terminal, named = screen.terminal, screen.named
    if screen.stacked or terminal.width < _NARROW or len(named) > terminal.height - _AROUND:
        return {}
    labels, most = short_labels(screen.picture), _ROOM * terminal.width - SIGN
    late = {number: screen.text(labels[number]) for number in named if _ends_late(screen, number)}
    return {number: label for number, label in late.items() if cells(label) <= most}


def _ends_late(screen: Screen, number: int) -> bool:
    """Whether a trace is in sight up to about the end of the axis."""
    epoch = screen.picture.traces[number].epoch
    if not epoch.size or epoch[0] > screen.x.high:
        return False
    return bool(screen.x.place(epoch[-1:])[0] >= _FAR)


def heading(screen: Screen) -> str:
    """The parameter whose values are labels right of the axes, where any are."""
    return _swept_name(screen) if _values(screen, screen.ends) else ""


def _swept_name(screen: Screen) -> str:
    return screen.text(screen.picture.swept.name) if screen.picture.swept else ""


def _values(screen: Screen, numbers: Iterable[int]) -> list[int]:
    """Those of the traces whose short label is a value of what was swept."""
    origins = screen.picture.swept.origins if screen.picture.swept else ()
    return [number for number in numbers if screen.picture.traces[number].label in origins]


def beside(screen: Screen, strokes: Sequence[Stroke], rows: int) -> dict[int, str]:
    """By row of the canvas, the labels right of it: each near its stroke's end."""
    numbers = sorted(screen.ends, key=lambda number: -_late_height(strokes[number]))
    ends = np.array([strokes[number].height[-1] for number in numbers])
    places = spread(cells_at(ends, rows).astype(np.float64) + 0.5, rows, 1).astype(int)
    return {
        rows - 1 - place: f" {_sign(screen, strokes[number])} {screen.ends[number]}"
        for place, number in zip(places.tolist(), numbers, strict=True)
    }


def _late_height(stroke: Stroke) -> float:
    """How high a stroke is on its later half: of strokes that end together, the order."""
    return float(stroke.height[stroke.height.size // 2 :].mean())


def _sign(screen: Screen, stroke: Stroke) -> str:
    """What tells a stroke from others, in its colour."""
    sign = stroke.mark if screen.terminal.unicode else stroke.glyph
    return screen.colored(sign, stroke.color) if len(screen.ranks) > 1 else ""


def below(screen: Screen, strokes: Sequence[Stroke]) -> list[str]:
    """Looks and labels of the strokes that are labelled nowhere else, as many in a row as fit.

    Of a crowd they are the first ones.
    """
    named = [] if screen.stacked else screen.named
    rest = [number for number in named if number not in screen.ends]
    values, labels = _values(screen, rest), short_labels(screen.picture)
    others = [number for number in rest if number not in values]
    entries = [_entry(screen, strokes[number], labels[number]) for number in others]
    entries += [(f"{_swept_name(screen)}:", len(_swept_name(screen)) + 1)] if values else []
    entries += [_entry(screen, strokes[number], labels[number]) for number in values]
    rows = _flow(entries, screen.terminal.width)
    return rows[: max(3, screen.terminal.height // 4)] if crowded(screen.picture) else rows


def _entry(screen: Screen, stroke: Stroke, label: str) -> tuple[str, int]:
    """A piece of a stroke and its label, and how wide that is."""
    sample = f"⠤{stroke.mark or '⠤'}⠤" if screen.terminal.unicode else 3 * stroke.glyph
    text = screen.cut(screen.text(label), screen.terminal.width - len(sample) - 1)
    return f"{screen.colored(sample, stroke.color)} {text}", len(sample) + 1 + cells(text)


def _flow(entries: Iterable[tuple[str, int]], width: int) -> list[str]:
    """The entries side by side in rows."""
    rows, room = list[str](), 0
    for text, wide in entries:
        if wide + _GAP <= room:
            rows[-1] += " " * _GAP + text
            room -= wide + _GAP
        else:
            rows.append(text)
            room = width - wide
    return rows
