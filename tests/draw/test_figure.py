"""The figure: what a reader must see in it, and what must never stop it."""

import re
import subprocess
import sys
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from logsched import Schedule
from logsched.draw.figure import figure, panels
from logsched.draw.figure.figure import FORMATS, Paper, draw
from logsched.draw.picture import Picture, picture
from logsched.plan.make import make_plan
from logsched.plan.plan import Swept
from logsched.plan.presets import PRESETS
from logsched.plan.specs import Settings
from logsched.schedule.trace import Trace

MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<?xml", "pdf": b"%PDF-"}
SIZES = [(8, 4.5), (3.4, 2.5)]
SHAPES = ("constant", "step", "cosine", "log", "log-bounded", "linear", "log-released")
ODD = ("_hidden", "$x$ and $y_1", "100% \\alpha", "η → 学", "--><!-- &amp;", "a" * 60)


def trace(epoch, rate, label="curve", points=()):
    points = np.array(points, dtype=float).reshape(-1, 2)
    return Trace(label, np.array(epoch, dtype=float), np.array(rate, dtype=float), points)


def pictured(*labels, **changes):
    """Curves that fall in two cycles, with a jump up between them, to ends not far apart."""
    traces = tuple(
        trace([0, 15, 15, 45], [0.1, 0.01 * n, 0.1, 0.001 * n], label, [[0, 0.1], [45, 0.001 * n]])
        for n, label in enumerate(labels)
    )
    phases = (("initial decay", 0.0, 15.0), ("cycle 0", 15.0, 45.0))
    return replace(Picture(traces, (15.0,), phases, 45.0), **changes)


def sweep(count, logarithmic=True, **changes):
    """Curves that differ in a parameter, from 0.001 to 0.1, the greatest first."""
    values = np.geomspace(0.1, 0.001, count)
    origins = {f"cosine:restart_lr={value:.6g}": ("cosine", value) for value in values}
    return pictured(*origins, swept=Swept("restart_lr", origins, logarithmic), **changes)


def families(count, owners=("cosine", "log", "linear")):
    """Schedules that take the same values of a parameter, from 0.1 to 0.001."""
    values = np.geomspace(0.1, 0.001, count)
    origins = {f"{own}:lr={value:.6g}": (own, value) for own in owners for value in values}
    return pictured(*origins, swept=Swept("lr", origins, True))


def run(*specs, **settings):
    return picture(make_plan(specs, SHAPES[:4], Settings(settings)))


def draw_one(shown, paper):
    """The bytes of a figure of one picture."""
    return draw([[shown]], paper)


def composed(shown, paper):
    """The figure as it is drawn."""
    with figure.style(paper):
        made = figure.compose([[shown]], paper)
        made.draw_without_rendering()
    return made


def lines(made):
    return [one for one in made.axes[0].lines if one.get_marker() == "None"]


def texts(made):
    """Every text that is drawn, and its box."""
    found = [one for one in made.findobj(Text) if one.get_text() and one.get_visible()]
    return [(one.get_text(), one.get_window_extent()) for one in found]


def overlap(one, other):
    return min(one.x1, other.x1) > max(one.x0, other.x0) + 1 and (
        min(one.y1, other.y1) > max(one.y0, other.y0) + 1
    )


@pytest.mark.quick
@pytest.mark.parametrize("format", FORMATS)
def test_equal_input_gives_equal_bytes_of_its_format(format):
    shown, paper = run(), Paper(format=format)
    drawn = draw_one(shown, paper)
    assert drawn.startswith(MAGIC[format])
    assert drawn == draw_one(shown, paper)
    assert not re.search(rb"Matplotlib|matplotlib v|20\d\d-\d\d-\d\d|D:20\d\d", drawn)
    code = (
        "import sys; from logsched.draw.figure.figure import Paper, draw;"
        "from logsched.plan.make import make_plan;"
        f"from logsched.draw.picture import picture; p = picture(make_plan((), {SHAPES[:4]}));"
        f"sys.stdout.buffer.write(draw([[p]], Paper(format='{format}')));"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], stdout=-1, check=True).stdout == drawn


def test_a_users_settings_neither_matter_nor_change():
    import matplotlib as mpl

    drawn = draw_one(run(), Paper())
    with mpl.rc_context({"font.size": 30, "lines.linewidth": 9, "savefig.transparent": True}):
        before = dict(mpl.rcParams)
        assert draw_one(run(), Paper()) == drawn
        assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(("size", "dpi"), [((8, 4.5), 150), ((3.4, 2.5), 300), ((6, 6), 72)])
def test_its_size_is_inches_times_dots_per_inch(size, dpi):
    drawn = draw_one(run(), Paper(size=size, dpi=dpi))
    assert [int.from_bytes(drawn[at : at + 4]) for at in (16, 20)] == [
        round(inches * dpi) for inches in size
    ]


@pytest.mark.quick(2)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("steps", [None, 391])
@pytest.mark.parametrize("labels", [("a",), SHAPES[:4], ODD[:4], (*SHAPES, "x", "y"), ODD])
def test_every_label_is_read_and_no_text_touches_another(labels, size, steps):
    shown = pictured(*labels, title="Schedules", log_y=True)
    shapes = texts(composed(shown, Paper(size=size, above=("step", steps))))
    together = ["".join(text.split("\n")) for text, _ in shapes]
    cut = [text[:-1] for text in together if text.endswith("…")]
    for label in labels:
        assert label in together or any(label.startswith(text) and text[5:] for text in cut)
    for word in ("learning rate", "epoch", "Schedules", "cycle 0", *(["step"] if steps else [])):
        assert word in together
    assert not [(a, b) for (a, x), (b, y) in combinations(shapes, 2) if overlap(x, y)]
    wide, high = (150 * inches for inches in size)
    assert all(box.x0 >= 0 and box.y0 >= 0 for _, box in shapes)
    assert all(box.x1 <= wide and box.y1 <= high for _, box in shapes)


def test_a_jump_is_vertical_and_curves_are_exact():
    shown = run("cosine", restart_interval=7)
    (line,), one = lines(composed(shown, Paper())), shown.traces[0]
    at, height = line.get_data()
    np.testing.assert_allclose(at * 45, one.epoch, rtol=1e-12)
    np.testing.assert_allclose(height * 0.1, one.rate, rtol=1e-12)
    jump = np.argmax(np.diff(height))
    assert at[jump + 1] - at[jump] < 1e-12


def test_nothing_hides_the_data():
    made = composed(run(), Paper())
    (axes,), behind = made.axes, min(line.zorder for line in lines(made))
    assert all(one.zorder < behind for one in axes.collections)
    named = [text.get_window_extent() for text in axes.texts if text.get_text()]
    peak = axes.transData.transform((0, 1))[1]
    assert named
    assert all(box.y0 > peak for box in named)


def test_curves_differ_in_grey_and_show_through_each_other():
    drawn = lines(composed(pictured(*"abcdefghi"), Paper()))
    assert len({line._unscaled_dash_pattern for line in drawn}) == 9
    assert len({line.get_color() for line in drawn}) == 9
    assert drawn[0].get_linestyle() == "-"
    assert all(line.get_linestyle() == "--" for line in drawn[1:])
    assert all(a.zorder < b.zorder and a.get_lw() >= b.get_lw() for a, b in pairwise(drawn))


@pytest.mark.quick
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("shown", [sweep(10), sweep(200, log_y=True, title="x" * 99)])
def test_a_sweep_has_a_colour_scale_named_after_its_parameter(shown, size):
    made = composed(shown, Paper(size=size, above=("step", 9)))
    shapes, drawn = texts(made), lines(made)
    words = {text for text, _ in shapes}
    assert {"restart_lr", "0.001", "0.01", "0.1"} <= words
    assert any(f"{len(shown.traces)} curves: logsched" in "".join(text) for text in words)
    assert not words & {trace.label for trace in shown.traces}
    assert not [(a, b) for (a, x), (b, y) in combinations(shapes, 2) if overlap(x, y)]
    light = [np.dot(line.get_color()[:3], [0.3, 0.6, 0.1]) for line in drawn]
    assert light == sorted(light, reverse=True)
    assert light[-1] < 0.2 < 0.5 < light[0] < 0.65
    assert {line.get_linestyle() for line in drawn} == {"-"}


def test_a_colour_scale_has_the_sweeps_own_spacing():
    first, middle, last = 0, 50, 100
    for logarithmic, place in ((True, 0.5), (False, 1 / 11)):
        drawn = lines(composed(sweep(101, logarithmic), Paper()))
        assert drawn[middle].get_color() == panels.COLORS(place)
        assert drawn[last].get_color() == panels.COLORS(0.0)
        assert drawn[first].get_color() == panels.COLORS(1.0)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [2, 3, 20])
def test_schedules_of_one_sweep_have_dashes_each_and_the_values_a_colour_each(count, size):
    shown = families(count)
    made = composed(shown, Paper(size=size))
    keys = dict(zip(made.legends[0].get_texts(), made.legends[0].get_lines(), strict=True))
    dashes = {text.get_text(): line._unscaled_dash_pattern for text, line in keys.items()}
    assert [*dashes] == ["cosine", "log", "linear"]
    assert len({*dashes.values()}) == 3
    assert {line.get_color() for line in keys.values()} == {"0.15"}
    looks = {}
    for line, (owner, value) in zip(lines(made), shown.swept.origins.values(), strict=True):
        assert line._unscaled_dash_pattern == dashes[owner]
        looks.setdefault(value, set()).add(line.get_color())
    assert len(looks) == len({*map(frozenset, looks.values())}) == count
    assert all(len(colors) == 1 for colors in looks.values())
    shapes = texts(made)
    assert not [(a, b) for (a, x), (b, y) in combinations(shapes, 2) if overlap(x, y)]
    if 3 * count <= 9:  # then the scale has these values alone
        said = [text.get_text() for text in made.axes[1].get_yticklabels()]
        assert said == [f"{value:.6g}" for value in reversed(looks)]


def test_what_a_run_logged_stands_out_from_a_sweep():
    """It has no value of the parameter: it is named in a legend, and in no colour of the scale."""
    shown = sweep(20)
    (logged,) = pictured("run.csv").traces
    made = composed(replace(shown, traces=(*shown.traces, logged)), Paper())
    assert [text.get_text() for text in made.legends[0].get_texts()] == ["run.csv"]
    scale = {panels.COLORS(place) for place in np.linspace(0, 1, 256)}
    apart = [line.get_color() for line in lines(made) if line.get_color() not in scale]
    assert apart == [panels._LOOKS[1][0]]


def test_what_is_not_swept_has_colours_far_from_the_scale():
    """In CIE's units of difference, for whoever sees all colours: a glance is enough."""
    scale = [lab(panels.COLORS(place)) for place in np.linspace(0, 1, 64)]
    for place in panels._WARM:
        away = min(np.linalg.norm(lab(panels._LOOKS[place][0]) - other) for other in scale)
        assert away > 20


def lab(color):
    """A colour in CIE L*a*b*, in which equal distances look alike."""
    rgb = np.array(to_rgb(color))
    linear = np.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.cbrt(to_xyz @ linear / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.quick
@pytest.mark.parametrize("value", [0.0, -1.0, 5e-324, 1e300])
def test_any_value_may_be_swept(value):
    for least in (value, value / 2 + 0.25):
        shown = sweep(10)
        origins = dict.fromkeys(shown.swept.origins, ("cosine", value))
        origins[shown.traces[0].label] = ("cosine", least)
        draw_one(replace(shown, swept=shown.swept._replace(origins=origins)), Paper(dpi=50))


def test_curves_too_many_to_tell_apart_are_counted():
    few, many = pictured(*"abcdefghi"), pictured(*map(str, range(200)))
    assert not any("describe" in text for text, _ in texts(composed(few, Paper())))
    made = composed(many, Paper())
    words = [text for text, _ in texts(made)]
    assert "200 curves, too many to tell apart: logsched describe lists them." in words
    assert made.axes[0].get_position().height > 0.3


@pytest.mark.quick("2-size0")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 2, 7, 12, 30])
def test_a_stack_has_a_panel_a_curve_on_one_axis_each(count, size):
    labels = [*ODD, *(f"curve {n}" for n in range(count))][:count]
    made = composed(pictured(*labels, layout="stack"), Paper(size=size))
    (axes,), shapes = made.axes, texts(made)
    assert axes.get_ylim()[1] > count
    spans = [(line.get_ydata().min(), line.get_ydata().max()) for line in lines(made)]
    assert all(below[1] < above[0] for above, below in pairwise(spans))
    assert len({round(float(line.get_ydata()[0]) % 1, 9) for line in lines(made)}) <= count
    heads = [box.y0 for text, box in shapes if text[:5] in {label[:5] for label in labels}]
    assert len(heads) == count
    assert heads == sorted(heads, reverse=True)
    assert not [(a, b) for (a, x), (b, y) in combinations(shapes, 2) if overlap(x, y)]
    assert made.get_size_inches()[0] == size[0]
    assert (made.get_size_inches()[1] > size[1]) == (count > (8 if size == SIZES[0] else 4))


def test_rates_of_a_stack_share_one_scale():
    made = composed(pictured("a", "b", "c", layout="stack"), Paper())
    assert {round(float(np.ptp(line.get_ydata())), 6) for line in lines(made)} == {1.0, 0.99, 0.98}
    places = made.axes[0].get_yticks()
    assert len(places) % 3 == 0
    np.testing.assert_allclose(np.ptp(places.reshape(3, -1), axis=1), 1)


def test_dots_are_drawn_where_they_are_few():
    shown = run("cosine")
    points = np.column_stack([np.arange(45.0), Schedule("cosine").sample()])
    shown = replace(shown, traces=(replace(shown.traces[0], points=points),))
    dots = [len(composed(shown, Paper(size=size)).axes[0].lines) - 1 for size in SIZES]
    assert dots == [1, 0]
    left = min(box.x0 for _, box in texts(composed(shown, Paper())))
    none = replace(shown, traces=(replace(shown.traces[0], points=np.empty((0, 2))),))
    assert left == min(box.x0 for _, box in texts(composed(none, Paper())))


def test_steps_are_epochs_times_steps_per_epoch():
    shown = run("cosine")
    above = composed(shown, Paper(above=("step", 100))).axes[0].child_axes[0]
    ticks = dict(
        zip([t.get_text() for t in above.get_xticklabels()], above.get_xticks(), strict=True)
    )
    assert ticks["1000"] == pytest.approx(10 / 45)


def test_a_log_axis_says_where_zero_is():
    shown = pictured("a", "b", log_y=True)
    made = composed(shown, Paper())
    assert any("A rate of 0" in text for text, _ in texts(made))
    bottom = made.axes[0].get_ylim()[0]
    assert [bottom in line.get_ydata() for line in lines(made)] == [True, False]
    assert not any("A rate of 0" in text for text, _ in texts(composed(run(), Paper())))


@pytest.mark.quick(1)
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("epochs", [1, 1e12])
@pytest.mark.parametrize("rate", [0, 5e-324, 1e-9, 0.1, 1e300])
def test_extremes(rate, epochs, log):
    flat = trace([0, epochs], [rate, rate], points=[[0, rate]])
    steep = trace([0, epochs / 2, epochs], [0, rate, rate / 3], "steep")
    shown = Picture((flat, steep), (epochs / 2,), (("warmup", 0, epochs),), epochs, log_y=log)
    ends = (None, (epochs / 2, epochs / 2), (epochs * 2, epochs * 3))
    for limits, format in zip(ends, FORMATS, strict=True):
        draw_one(replace(shown, limits=limits), Paper(format, dpi=50, above=("step", 7)))


@pytest.mark.parametrize("size", [(0.1, 0.1), (0.5, 3), (20, 1)])
def test_any_paper_will_do(size):
    draw_one(pictured(*ODD, title="t" * 300), Paper(size=size, dpi=50, above=("step", 3)))


@pytest.mark.quick
@pytest.mark.parametrize("preset", PRESETS)
def test_presets_in_all_formats(preset):
    shown = replace(run(**PRESETS[preset].settings), log_y=True)
    assert all(draw_one(shown, Paper(format=format)) for format in FORMATS)
