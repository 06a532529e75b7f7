"""Hypothesis strategies of runs, and of schedules in their units and in pieces."""

from exact_reading import REST, Course, Curve, Length, Piece, Pieces, Whole, exact
from hypothesis import strategies as st

COURSES = st.sampled_from(
    [
        Course("epoch", "60"),
        Course("epoch", "9", steps_per_epoch="13"),
        Course("epoch", "0.3", steps_per_epoch="433.5"),
        Course("step", "130", {"token": "63000000"}, steps_per_epoch="43.5"),
        Course("step", "97"),
        Course("token", "2000000000000", {"token": "16000000000"}),
        Course("token", "1e6", points=200),
        Course("sample", "30000", {"sample": "256"}, steps_per_epoch="17"),
    ]
)
RATES = st.integers(1, 999).map(lambda n: n / 1000)
WRITTEN = RATES | st.sampled_from(["0.5x", "10%", "1.25x", "3.3%"])
CURVES = st.sampled_from(
    [
        Curve("linear"),
        Curve("cosine"),
        Curve("1-sqrt"),
        Curve("exponential"),
        Curve("power", {"power": 4.0}),
        Curve("polynomial", {"power": 0.9}),
        Curve("polynomial", {"power": 2.0}),
        Curve("log-bounded", {"base": 1000.0}),
        Curve("log", {"base": 50.0}),
    ]
)
MODES = st.sampled_from(["before", "over", "into", "times"])


@st.composite
def lengths(draw, course, most=40):
    """A length of 1 to so many percent of the run, in any unit that the run knows."""
    share, unit = draw(st.integers(1, most)), draw(st.sampled_from(["", "%", *course.units]))
    if unit == "%":
        return Length(str(share), unit)
    amount = exact(course.length) * share / 100
    amount /= course.resolve(Length("1", unit)) if unit else 1
    tenths = 0 if amount > 1000 else draw(st.integers(0, 2))
    counted = round(amount * 10**tenths) or 1
    written = str(counted / 10**tenths) if tenths else str(counted)
    return Length(written, f"{unit}s" if unit else "")


def maybe(course, most=40):
    """A length, or 0."""
    return st.just(Length("0")) | lengths(course, most)


@st.composite
def wholes(draw, course, nested=False):
    """A whole schedule. One that is nested has a curve that a text can say, and no `rest`."""
    name = draw(st.sampled_from(["", "", "", "wsd", "step", "milestones", "inverse-sqrt"]))
    shape = Curve(name) if name else draw(CURVES.filter(lambda curve: curve.name != "1-sqrt"))
    own = {}
    if name == "milestones":
        shape, several = Curve("step"), draw(st.booleans())
        at = draw(st.lists(lengths(course, 90), min_size=1, max_size=4))
        own["milestones"] = sorted({course.resolve(one): one for one in at}.items())
        own["milestones"] = [one for _, one in own["milestones"]]
        own["gammas"] = ["0.5", "0.1", "0.25", "0.9"][: len(own["milestones"]) if several else 1]
    if name == "step":
        own["size"] = draw(maybe(course))
    if name == "inverse-sqrt":
        shape = Curve(name, {"timescale": draw(st.sampled_from([1e5, 2.5e7]))})
    restarts = draw(maybe(course))
    rests = REST if restarts.amount == "0" and not nested else Length("0")
    decay = draw(st.just(rests) | lengths(course))
    if name == "wsd":
        own["stable"] = draw(lengths(course) | st.just(Length("0") if decay == REST else REST))
    return Whole(
        shape,
        lr=draw(RATES),
        min_decay_lr=draw(RATES),
        decay=decay,
        restart_interval=restarts,
        multiplier=draw(st.sampled_from(["1", "1.5", "2"])),
        restart_lr=draw(st.none() | RATES),
        warmup=draw(maybe(course, 30)),
        warmup_start_lr=draw(RATES),
        warmup_shape=draw(CURVES),
        warmup_mode=draw(MODES),
        stair=draw(maybe(course, 10)),
        lead=draw(maybe(course, 5)),
        floor_lr=draw(st.just(0.0) | RATES),
        **own,
    )


@st.composite
def pieces(draw, course):
    """Up to five pieces, of which the last may go on for good, and what is said of all."""
    count = draw(st.integers(1, 5))
    made = [draw(_piece(course, number == count - 1)) for number in range(count)]
    return Pieces(
        made,
        lr=draw(RATES),
        stair=draw(maybe(course, 10)),
        lead=draw(maybe(course, 5)),
        floor_lr=draw(st.just(0.0) | RATES),
    )


@st.composite
def _piece(draw, course, last):
    """A piece of each kind, with the clauses that go together."""
    kind = draw(st.sampled_from(["hold", "curve", "curve", "whole"]))
    a_length = lengths(course)
    if kind == "hold":
        ends = {draw(st.sampled_from(["over", "lasts"])): draw(a_length)}
        return Piece(
            None, draw(st.none() | WRITTEN), **({} if last and draw(st.booleans()) else ends)
        )
    if kind == "whole":
        ends = {} if last and draw(st.booleans()) else {"lasts": draw(a_length)}
        return Piece(draw(wholes(course, nested=True)), after=draw(st.none() | a_length), **ends)
    first = draw(st.none() | WRITTEN)
    said = draw(
        st.sampled_from([("over",), ("lasts",), ("over", "lasts"), *([()] if last else [])])
    )
    clauses = {name: draw(a_length) for name in said}
    if first is not None and draw(st.booleans()):
        clauses["after"] = draw(lengths(course, 10))
    return Piece(draw(CURVES), first, draw(WRITTEN), **clauses)
