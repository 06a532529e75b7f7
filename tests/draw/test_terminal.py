"""The terminal plot: what a reader must see, and what must never stop it."""

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from logsched.base.console import Terminal
from logsched.draw.picture import Picture
from logsched.draw.terminal.plot import draw
from logsched.draw.terminal.strokes import GRADIENT
from logsched.plan.plan import Swept
from logsched.schedule.trace import Trace

ASCII = Terminal(width=80, height=24, color=False, unicode=False)
UNICODE = replace(ASCII, unicode=True)
COLORED = replace(UNICODE, color=True)
TERMINALS = [ASCII, UNICODE, COLORED, replace(ASCII, color=True)]
SIZES = [(30, 8), (31, 13), (80, 24), (120, 40), (300, 80)]
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def trace(epoch, rate, label="curve", points=()):
    points = np.array(points, dtype=float).reshape(-1, 2)
    return Trace(label, np.array(epoch, dtype=float), np.array(rate, dtype=float), points)


def picture(*traces, **changes):
    phases = (("warmup", 0, 5), ("initial decay", 5, 15), ("cycle 0", 15, 25), ("cycle 1", 25, 45))
    labels = {"title": "four schedules", "x_label": "epoch", "y_label": "learning rate"}
    whole = Picture(traces, (15.0, 25.0), phases, 45.0, **labels, log_y=False, limits=None)
    return replace(whole, **changes)


def saw(label, low=0.001):
    """A curve that falls in two cycles, with a jump up between them."""
    fall = np.linspace(0.1, low, 50)
    return trace([*np.linspace(0, 15, 50), *np.linspace(15, 45, 50)], [*fall, *fall], label)


def canvas(text):
    """The rows between the vertical axis and the right edge, top first, all of one width."""
    rows = [re.split(r"[|┤│]", ESCAPE.sub("", row), maxsplit=1) for row in text.splitlines()]
    return [row[1].ljust(300) for row in rows if len(row) == 2]


FOUR = picture(trace([0, 45], [0.1, 0.1], "constant"), saw("a"), saw("b", 0.05), saw("c", 0.09))


@pytest.mark.parametrize("terminal", TERMINALS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 4, 9])
def test_it_fits_the_terminal(terminal, size, count):
    terminal = replace(terminal, width=size[0], height=size[1])
    text = draw(picture(*(saw(f"curve {i}", i / 100) for i in range(count))), terminal)
    rows = ESCAPE.sub("", text).splitlines()
    assert text.endswith("\n")
    assert max(map(len, rows)) <= terminal.width
    assert [row.rstrip() for row in rows] == rows
    if count == 1 or terminal.height > 13:
        assert len(rows) <= terminal.height
    assert all(f"curve {i}" in "\n".join(rows[-count:]) for i in range(count))


def test_ascii_is_ascii_and_colour_only_where_there_is_colour():
    named = replace(FOUR, traces=(saw("η → \x1b[2J\n"), *FOUR.traces))
    assert "*** ? ? ?[2J?" in draw(named, ASCII)
    assert all(draw(named, terminal).isascii() for terminal in TERMINALS if not terminal.unicode)
    assert not any("\x1b" in draw(named, terminal) for terminal in (ASCII, UNICODE))
    assert ESCAPE.sub("", draw(FOUR, COLORED)).count("\x1b") == 0


def test_the_background_stays_the_terminals_own():
    codes = "".join(ESCAPE.findall(draw(FOUR, COLORED)))
    assert re.findall(r"\[(?!0m|38;5;\d+m)", codes) == []


@pytest.mark.parametrize("terminal", TERMINALS)
def test_axes_phases_and_title_are_named(terminal):
    text = ESCAPE.sub("", draw(FOUR, terminal))
    for word in ("learning rate", "epoch", "four schedules", "warmup", "initial decay", "cycle 1"):
        assert word in text
    assert "0.10" in text
    assert "0.100" not in text
    assert " 45\n" in text


def test_the_same_picture_gives_the_same_text():
    first = draw(FOUR, COLORED)
    draw(picture(saw("other"), log_y=True), ASCII)
    assert draw(FOUR, COLORED) == first


@pytest.mark.parametrize("width", range(30, 301, 10))
def test_a_jump_is_one_vertical_line_over_its_tick_under_its_phase(width):
    text = draw(replace(FOUR, traces=(saw("a", 0.0),)), replace(ASCII, width=width))
    rows = text.splitlines()
    full = np.array([[cell == "*" for cell in row] for row in canvas(text)]).all(axis=0)
    top = next(i for i, row in enumerate(rows) if "|" in row)
    assert np.count_nonzero(full) == 1
    column = rows[top].index("|") + 1 + int(np.argmax(full))
    assert rows[top - 1][column] == ":"
    if "15" in rows[-3]:
        assert rows[-4][column] == "+"


@pytest.mark.parametrize("terminal", [ASCII, UNICODE])
@pytest.mark.parametrize("log_y", [False, True])
def test_no_spike_is_lost_in_a_long_run(terminal, log_y):
    rate = np.full(1_000_000, 0.01)
    rate[654_321] = 0.1
    rows = canvas(draw(picture(trace(np.linspace(0, 45, rate.size), rate), log_y=log_y), terminal))
    inked = [[cell not in " ┊:" for cell in row] for row in rows]
    assert sum(inked[0]) == 1
    assert all(row[inked[0].index(True)] for row in inked[: len(rows) // 2])


def test_curves_differ_without_colour():
    for terminal, looks in ((ASCII, "*+ox"), (UNICODE, "●▲■◆")):
        rows = draw(FOUR, terminal).splitlines()
        assert all(look in rows[-1] for look in looks)
        assert all(look in "".join(rows[2:-1]) for look in looks)


def test_equal_curves_are_all_seen():
    same = picture(*(saw(label) for label in "abcd"))
    drawn = "".join(canvas(draw(same, ASCII)))
    assert all(drawn.count(look) > 10 for look in "*+ox")


def test_a_legend_hides_no_data_and_cuts_only_what_cannot_fit():
    narrow = replace(ASCII, width=30)
    rows = draw(picture(saw("x" * 99), saw("y" * 26)), narrow).splitlines()
    assert rows[-2:] == ["*** " + "x" * 23 + "...", "+++ " + "y" * 26]
    assert draw(picture(saw("x" * 99)), replace(UNICODE, width=30)).endswith("x…\n")


def test_zero_on_a_log_axis_is_said():
    zero = picture(trace([0, 45], [0, 0.1]), log_y=True)
    assert "A rate of 0 is drawn at the bottom" in draw(zero, ASCII)
    assert "A rate of 0" not in draw(replace(FOUR, log_y=True), ASCII)


def test_restarts_too_dense_to_see_are_not_marked_but_said():
    dense = replace(FOUR, restarts=tuple(np.linspace(5, 45, 400)), phases=())
    assert ":" not in "".join(canvas(draw(dense, ASCII)))
    assert "Restarts too close to tell apart are not marked." in draw(dense, ASCII)


def sweep(count, **changes):
    """Curves that differ in a parameter, from 0.001 to 0.1, the greatest first."""
    values = np.geomspace(0.1, 0.001, count)
    by_label = {f"at {value:.4g}": value for value in values}
    traces = [saw(label, value / 2) for label, value in by_label.items()]
    return picture(*traces, swept=Swept("restart_lr", by_label, True), **changes)


@pytest.mark.parametrize("unicode", [True, False])
def test_a_sweep_in_colour_has_a_gradient_and_its_ends(unicode):
    text = draw(sweep(41), replace(COLORED, unicode=unicode))
    *_, bar, note = ESCAPE.sub("", text).splitlines()
    assert re.fullmatch(r"restart_lr  0\.001 \S+ 0\.01 \S+ 0\.1", bar)
    assert note == "41 curves: logsched describe lists them."
    assert {f"\x1b[38;5;{color}m" for color in GRADIENT} <= set(ESCAPE.findall(text))
    assert len(text.splitlines()) <= COLORED.height


@pytest.mark.parametrize(("terminal", "looks"), [(ASCII, "*+o"), (UNICODE, "●▲■")])
def test_a_sweep_without_colour_names_three_curves(terminal, looks):
    text = draw(sweep(41), terminal)
    legend, note = text.splitlines()[-2:]
    for look, label in zip(looks, ("at 0.001", "at 0.01", "at 0.1"), strict=True):
        assert re.search(re.escape(look) + r"\S+ " + label, legend)
        assert look in "".join(canvas(text))
    assert note == "41 curves: logsched describe lists them."
    assert ("." in "".join(canvas(text)[:-3])) == (terminal is ASCII)


@pytest.mark.parametrize("terminal", TERMINALS)
def test_what_a_run_logged_stands_out_from_a_sweep(terminal):
    """It has no value of the parameter, and so a look and a label of its own."""
    swept = sweep(41)
    text = draw(replace(swept, traces=(*swept.traces, saw("run.csv", 0.03))), terminal)
    legend = next(line for line in text.splitlines() if "run.csv" in line)
    if terminal.color:
        (color,) = set(ESCAPE.findall(legend)) - {"\x1b[0m"}
        assert color not in {f"\x1b[38;5;{one}m" for one in GRADIENT}
        assert color in "".join(text.splitlines()[:-4])
    assert "42 curves: logsched describe lists them." in text


@pytest.mark.parametrize("terminal", TERMINALS)
def test_curves_too_many_to_tell_apart_are_counted(terminal):
    assert "describe" not in draw(replace(sweep(9), swept=None), terminal)
    text = draw(replace(sweep(200), swept=None), terminal)
    assert "200 curves, too many to tell apart: logsched describe lists them." in text
    assert len(text.splitlines()) <= terminal.height
    assert len(canvas(text)) > terminal.height / 3


@pytest.mark.parametrize("terminal", TERMINALS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 2, 7, 12, 30])
def test_a_stack_has_a_panel_a_curve(terminal, size, count):
    terminal = replace(terminal, width=size[0], height=size[1])
    text = ESCAPE.sub("", draw(sweep(count, layout="stack"), terminal))
    rows = text.splitlines()
    heads = [number for number, row in enumerate(rows) if row.startswith("at ")]
    assert len(heads) == count
    assert all(below - above >= 4 for above, below in pairwise([*heads, len(rows)]))
    assert text.count("epoch") == text.count("cycle 1") == 1
    assert rows[-1].strip() == "epoch"
    assert max(map(len, rows)) <= terminal.width
    assert len(rows) <= max(terminal.height, 4 * count + 6)
    assert len({row.index(row[edge]) for row in rows if (edge := _edge(row))}) == 1


@pytest.mark.parametrize("terminal", TERMINALS)
def test_a_stack_of_four_fits_a_usual_terminal(terminal):
    """Of 80 columns and 24 rows; a program has 23 of them, for the prompt takes one."""
    text = draw(replace(FOUR, layout="stack"), replace(terminal, height=23))
    assert len(text.splitlines()) <= 23


def _edge(row):
    """Where a row has its vertical axis, 0 where it has none."""
    found = re.match(r"[\d. ]*[|┤│]", row)
    return found.end() - 1 if found else 0


def test_panels_of_a_stack_share_one_scale():
    flat = [trace([0, 45], [rate, rate], f"at {rate}") for rate in (0.1, 0.05, 0.0)]
    drawn = canvas(draw(picture(*flat, layout="stack", restarts=(), phases=()), ASCII))
    inked = [number for number, row in enumerate(drawn) if "***" in row]
    each = len(drawn) // 3
    assert inked[0] == 0
    assert inked[1] - each in range(each // 2 - 1, each // 2 + 1)
    assert inked[2] == 3 * each - 1


def test_marks_are_dots_where_there_is_room():
    marked = trace([0, 45], [0.1, 0.1], points=[(epoch, 0.1) for epoch in range(0, 45, 9)])
    assert "".join(canvas(draw(picture(marked), COLORED))).count("●") == 5
    crowd = replace(marked, points=np.array([(epoch, 0.1) for epoch in range(45)], dtype=float))
    assert "●" not in draw(picture(crowd), COLORED)


EXTREMES = {
    "zero": trace([0, 45], [0, 0]),
    "constant": trace([0, 45], [0.3, 0.3]),
    "least": trace([0, 45], [5e-324, 5e-324]),
    "from zero to least": trace([0, 45], [0, 5e-324]),
    "great": trace([0, 45], [1e300, np.finfo(float).max]),
    "everything": trace([0, 20, 45], [5e-324, np.finfo(float).max, 0]),
    "decades": trace([0, 20, 45], [1e-9, 1, 1e-3]),
    "far below": trace([0, 20, 45], [0.5, -4e16, 0.3]),
    "narrow": trace([0, 45], [0.34, 0.36]),
    "one point": trace([0], [0.1], points=[(0, 0.1)]),
    "out of sight": trace([1e13, 2e13], [0, 1]),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", EXTREMES)
@pytest.mark.parametrize("log_y", [False, True])
@pytest.mark.parametrize("epochs", [1.0, 45.0, 1e12])
@pytest.mark.parametrize("size", SIZES)
def test_extreme_values_are_drawn(name, log_y, epochs, size):
    extreme = picture(EXTREMES[name], log_y=log_y, epochs=epochs)
    for terminal in TERMINALS:
        assert "epoch" in draw(extreme, replace(terminal, width=size[0], height=size[1]))


@pytest.mark.parametrize("name", EXTREMES)
@pytest.mark.parametrize("layout", ["overlay", "stack"])
@pytest.mark.parametrize("size", SIZES)
def test_a_log_axis_has_two_numbers_at_least(name, layout, size):
    shown = picture(EXTREMES[name], log_y=True, layout=layout)
    rows = draw(shown, replace(UNICODE, width=size[0], height=size[1])).splitlines()
    numbers = [found[1] for row in rows if (found := re.match(r" *([\d.e-]+)┤", row))]
    assert len(numbers) >= 2
    assert [*map(float, numbers)] == sorted(map(float, numbers), reverse=True)


@pytest.mark.parametrize("limits", [(12.0, 27.0), (15.0, 15.0), (1e12, 1e12 + 3), (50.0, 60.0)])
def test_limits_choose_what_is_seen(limits):
    assert "epoch" in draw(replace(FOUR, limits=limits), UNICODE)
    assert " 45\n" not in draw(replace(FOUR, limits=limits), ASCII)


def test_of_a_great_crowd_some_are_drawn():
    """And a line says so; the highest and the lowest are among them."""
    many = [trace([0, 45], [k, k], f"c{k}") for k in range(1001)]
    shown = draw(picture(*many, restarts=()), ASCII)
    assert "Of 1001 curves 200 are drawn." in shown
    rows = canvas(shown)
    assert rows[0].strip()
    assert rows[-2].strip()
