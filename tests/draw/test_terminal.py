"""The terminal plot: what a reader must see, and what must never stop it."""

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

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


@pytest.mark.quick(12)
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
    assert all("\n".join(rows).count(f"curve {i}") == 1 for i in range(count))


def test_ascii_is_ascii_and_colour_only_where_there_is_colour():
    named = replace(FOUR, traces=(saw("η → \x1b[2J\n"), *FOUR.traces))
    assert " * ? ? ?[2J?\n" in draw(named, ASCII)
    assert all(draw(named, terminal).isascii() for terminal in TERMINALS if not terminal.unicode)
    assert not any("\x1b" in draw(named, terminal) for terminal in (ASCII, UNICODE))
    assert ESCAPE.sub("", draw(FOUR, COLORED)).count("\x1b") == 0


@pytest.mark.parametrize("unicode", [True, False])
def test_a_plot_pasted_without_its_colours_is_the_same(unicode):
    plain = replace(UNICODE, unicode=unicode)
    one = replace(FOUR, traces=(saw("a"),))
    for shown in (one, FOUR, replace(FOUR, layout="stack"), sweep(9), sweep(11), families(4, 3)):
        colored = draw(shown, replace(plain, color=True))
        assert ESCAPE.search(colored)
        assert ESCAPE.sub("", colored) == draw(shown, plain)


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


@pytest.mark.parametrize("terminal", TERMINALS)
@pytest.mark.parametrize("width", [40, 80, 120])
def test_curves_differ_without_colour(terminal, width):
    text = ESCAPE.sub("", draw(FOUR, replace(terminal, width=width)))
    for look, label in zip("●▲■◆" if terminal.unicode else "*+ox", "tabc", strict=True):
        assert re.search(re.escape(look) + rf"\S? \w*{label}\b", text)
        assert "".join(canvas(text)).count(look) >= 2


def test_equal_curves_are_all_seen():
    same = picture(*(saw(label) for label in "abcd"))
    drawn = "".join(canvas(draw(same, ASCII)))
    assert all(drawn.count(look) > 10 for look in "*+ox")


def test_a_legend_cuts_only_what_cannot_fit():
    narrow = replace(ASCII, width=30)
    rows = draw(picture(saw("x" * 99), saw("y" * 26)), narrow).splitlines()
    assert rows[-2:] == ["*** " + "x" * 23 + "...", "+++ " + "y" * 26]
    assert draw(picture(saw("x" * 99)), replace(UNICODE, width=30)).endswith("x…\n")


def beside(text, labels):
    """The rows of the canvas, from the bottom, at which labels end."""
    rows = [row.rstrip() for row in canvas(text)]
    found = [
        [len(rows) - 1 - n for n, row in enumerate(rows) if row.endswith(f" {label}")]
        for label in labels
    ]
    assert all(len(rows) == 1 for rows in found), text
    return [row for (row,) in found]


@pytest.mark.parametrize("terminal", TERMINALS)
@pytest.mark.parametrize("height", [18, 24, 40])
def test_labels_stand_at_the_ends_of_their_curves(terminal, height):
    rates = {"top": 0.1, "middle": 0.05, "low": 0.01}
    flat = picture(*(trace([0, 45], [rate, rate], label) for label, rate in rates.items()))
    text = draw(flat, replace(terminal, height=height))
    rows = beside(text, rates)
    most = max(rows)
    assert rows == [most, pytest.approx(most / 2, abs=1), pytest.approx(most / 10, abs=1)]
    assert ESCAPE.sub("", text).splitlines()[-1].strip() == "epoch"  # and so there is no legend
    drawn = canvas(text)
    for label in rates:  # what stands before the label is the curve itself
        row = next(row for row in drawn if label in row)
        assert re.search(r"[^ ] {0,2}\S " + label, row)


@pytest.mark.parametrize("terminal", TERMINALS)
@pytest.mark.parametrize("count", [2, 9])
def test_labels_of_curves_that_end_together_keep_their_order(terminal, count):
    """The one whose curve came from above is highest, and none hides another."""
    labels = [f"from {n}" for n in range(count)]
    fans = [trace([0, 15, 45], [0.1, 0.01 * n, 0], label) for n, label in enumerate(labels)]
    rows = beside(draw(picture(*fans), terminal), labels)
    assert rows == sorted(rows)
    assert rows == [*range(rows[0], rows[0] + count)]
    assert rows[0] == 0


@pytest.mark.parametrize("terminal", TERMINALS)
def test_only_what_has_no_room_at_its_end_is_in_the_legend(terminal):
    early = trace([0, 20], [0.05, 0.05], "early")
    shown = picture(saw("a"), early, saw("x" * 18), saw("y" * 17))
    text = ESCAPE.sub("", draw(shown, terminal))
    beside(text, ["a", "y" * 17])
    assert text.splitlines()[-1].split()[1::2] == ["early", "x" * 18]
    for small in ({"width": 59}, {"height": 13}):
        below = ESCAPE.sub("", draw(shown, replace(terminal, **small)))
        assert below.splitlines()[-1].split()[-1] == "y" * 17


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
    origins = {f"cosine:restart_lr={value:.4g}": ("cosine", value) for value in values}
    traces = [saw(label, value / 2) for label, (_, value) in origins.items()]
    return picture(*traces, swept=Swept("restart_lr", origins, True), **changes)


def families(count, owners, **changes):
    """Several schedules that take the same values of a parameter."""
    swept = {f"s{n}": sweep(count, **changes) for n in range(owners)}
    origins = {
        label.replace("cosine", owner): (owner, value)
        for owner, its in swept.items()
        for label, (_, value) in its.swept.origins.items()
    }
    traces = [
        replace(trace, label=trace.label.replace("cosine", owner), rate=trace.rate * (1 - n / 20))
        for n, (owner, its) in enumerate(swept.items())
        for trace in its.traces
    ]
    return picture(*traces, swept=Swept("restart_lr", origins, True), **changes)


@pytest.mark.parametrize("terminal", TERMINALS)
@pytest.mark.parametrize("count", [3, 8])
def test_labels_of_a_sweep_are_values_under_the_name_of_its_parameter(terminal, count):
    shown = sweep(count)
    values = [f"{value:.6g}" for _, value in shown.swept.origins.values()]
    text = ESCAPE.sub("", draw(replace(shown, title=""), terminal))
    assert re.fullmatch(r"learning rate {50,}restart_lr", text.splitlines()[0])
    assert sorted(beside(text, values), reverse=True) == beside(text, values)
    assert "cosine" not in text
    narrow = ESCAPE.sub("", draw(shown, replace(terminal, width=50)))
    legend = narrow.partition("restart_lr: ")[2]
    assert [entry for entry in legend.split() if entry[0].isdigit()] == values
    mixed = draw(replace(shown, traces=(*shown.traces, saw("run.csv", 0.03))), terminal)
    beside(mixed, ["run.csv", *(f"cosine {value}" for value in values)])


def test_values_of_a_sweep_have_the_digits_that_tell_them_apart():
    origins = {f"cosine:lr={value!r}": ("cosine", value) for value in (0.1, 0.10000000000000002)}
    near = picture(*map(saw, origins), swept=Swept("lr", origins, False))
    assert re.search(r" 0\.10000000000000002$", draw(near, replace(ASCII, width=120)), re.MULTILINE)


@pytest.mark.parametrize("terminal", TERMINALS)
def test_a_sweep_of_many_has_a_gradient_and_names_its_ends_and_middle(terminal):
    text = draw(sweep(41), terminal)
    marks = "●▲■" if terminal.unicode else "*+o"
    labels = [
        f"{mark} {value}" for mark, value in zip(marks, ("0.001", "0.01", "0.1"), strict=True)
    ]
    assert beside(text, labels) == sorted(beside(text, labels))
    assert all("".join(canvas(text)).count(mark) > 1 for mark in marks)
    assert text.splitlines()[-1].startswith("41 curves: logsched describe lists them.")
    assert ("." in "".join(row[:60] for row in canvas(text))) == (not terminal.unicode)
    codes = {f"\x1b[38;5;{color}m" for color in GRADIENT} & set(ESCAPE.findall(text))
    assert len(codes) >= 6 * terminal.color


@pytest.mark.parametrize("terminal", TERMINALS)
@pytest.mark.parametrize("count", [2, 3, 20])
def test_schedules_of_one_sweep_have_a_mark_each_and_the_values_a_colour_each(terminal, count):
    shown = families(count, 3)
    text = draw(shown, terminal)
    plain, marks = ESCAPE.sub("", text), "●▲■" if terminal.unicode else "*+o"
    every = len(shown.traces)
    chosen = [0.1, 0.001] if every > 9 else np.geomspace(0.1, 0.001, count)
    labels = [f"{mark} s{n} {value:.6g}" for n, mark in enumerate(marks) for value in chosen]
    beside(text, labels)
    drawn = "".join(row[:50] for row in canvas(text))
    assert all(drawn.count(mark) >= 2 + count // 2 for mark in marks)
    assert not set("◆○△□" if terminal.unicode else "x#@") & set(drawn)
    assert (f"{every} curves: logsched describe" in plain) == (every > 9)
    if terminal.color:
        colored = re.findall(r"\x1b\[38;5;(\d+)m.\x1b\[0m s\d ([\d.]+)", text)
        assert len({*colored}) == len({color for color, _ in colored}) == len(chosen)


@pytest.mark.parametrize("terminal", TERMINALS)
def test_what_a_run_logged_stands_out_from_a_sweep(terminal):
    """It has no value of the parameter, and so a look and a label of its own."""
    swept = sweep(41)
    text = draw(replace(swept, traces=(*swept.traces, saw("run.csv", 0.03))), terminal)
    legend = next(line for line in text.splitlines() if "run.csv" in line)
    if terminal.color:
        color = re.search(r"(\x1b\[38;5;\d+m).\x1b\[0m run.csv", legend)[1]
        assert color not in {f"\x1b[38;5;{one}m" for one in GRADIENT}
        assert text.count(color) > 10
    assert "42 curves: logsched describe lists them." in text


@pytest.mark.quick
@pytest.mark.parametrize("terminal", TERMINALS)
def test_curves_too_many_to_tell_apart_are_counted(terminal):
    assert "describe" not in draw(replace(sweep(9), swept=None), terminal)
    text = draw(replace(sweep(200), swept=None), terminal)
    assert "200 curves, too many to tell apart: logsched describe lists them." in text
    assert len(text.splitlines()) <= terminal.height
    assert len(canvas(text)) > terminal.height / 3


@pytest.mark.quick(6)
@pytest.mark.parametrize("terminal", TERMINALS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 2, 7, 12, 30])
def test_a_stack_has_a_panel_a_curve(terminal, size, count):
    terminal = replace(terminal, width=size[0], height=size[1])
    text = ESCAPE.sub("", draw(sweep(count, layout="stack"), terminal))
    rows = text.splitlines()
    heads = [number for number, row in enumerate(rows) if row.startswith("cosine:")]
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


@pytest.mark.quick(20)
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


LABELS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30)
RATES = st.lists(st.floats(0, 1), min_size=1, max_size=6)


@st.composite
def pictures(draw_from):
    """Any curves, some of which a sweep made, also such as end early or are nowhere."""
    labels = draw_from(st.lists(LABELS, min_size=1, max_size=14, unique=True))
    traces, origins = [], {}
    for label in labels:
        rates = draw_from(RATES)
        begin, end = sorted(draw_from(st.tuples(st.floats(0, 50), st.floats(0, 50))))
        traces.append(trace(np.linspace(begin, end, len(rates)), rates, label))
        if draw_from(st.booleans()):
            value = draw_from(st.sampled_from([0.001, 0.02, 1 / 3]))
            origins[label] = (draw_from(st.sampled_from(["cosine", "log"])), value)
    swept = Swept("restart_lr", origins, True) if origins else None
    layout = draw_from(st.sampled_from(["overlay", "stack"]))
    return picture(*traces, swept=swept, layout=layout, log_y=draw_from(st.booleans()))


@settings(deadline=None, max_examples=30)
@given(pictures(), st.integers(20, 130), st.integers(8, 40), st.booleans())
def test_whatever_is_drawn_fits_and_needs_no_colours(shown, width, height, unicode):
    terminal = Terminal(width, height, color=False, unicode=unicode)
    text = draw(shown, terminal)
    assert max(cell_len(row) for row in text.splitlines()) <= width
    assert ESCAPE.sub("", draw(shown, replace(terminal, color=True))) == text
