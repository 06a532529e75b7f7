"""Hypothesis strategies of parameters, and how many examples there are of what takes long."""

from hypothesis import settings
from hypothesis import strategies as st

SLOWLY = settings(max_examples=settings.default.max_examples // 6)  # a third of a second each

RATES = st.integers(1, 900).map(lambda n: n / 1000)


def lengths(shape):
    """None, or tenths of an epoch; more than one epoch for the shape that needs it."""
    at_least = 11 if shape == "log-released" else 1
    return st.just(0) | st.integers(at_least, 150).map(lambda n: n / 10)


POSITIVE = st.floats(0.01, 100)
AROUND = st.fixed_dictionaries(
    {},
    optional={
        "warmup_mode": st.sampled_from(["before", "over", "into", "times"]),
        "stair": st.integers(0, 40).map(lambda n: n / 10),
        "lead": st.integers(0, 40).map(lambda n: n / 10),
        "floor_lr": RATES,
    },
)
"""What is put around the parts of any schedule."""


@st.composite
def texts(draw):
    """A schedule in pieces, of rates between those of RATES."""
    curves = ["linear", "cosine", "1-sqrt", "power:power=3", "log-bounded:base=9", "exponential"]
    ends = st.builds(" {} {}".format, st.sampled_from(["for", "over"]), lengths("pieces"))
    kinds = st.one_of(
        st.builds("{} from {} to {}".format, st.sampled_from(curves), RATES, RATES),
        st.builds("{} to {}".format, st.sampled_from(curves), RATES),
        st.builds("hold at {}".format, RATES),
        st.just("hold"),
        st.builds("(linear:min_decay_lr={},restart_interval=3)".format, RATES),
    )
    pieces = [
        piece + draw(ends).replace("over", "for" if piece.startswith("(") else "over")
        for piece in draw(st.lists(kinds, min_size=1, max_size=4))
    ]
    return " then ".join([*pieces, f"hold at {draw(RATES)}"])


OWN = {
    "polynomial": {"power": st.sampled_from([0.5, 0.9, 1, 2, 3]) | POSITIVE},
    "power": {"power": st.sampled_from([0.5, 1, 2, 4]) | POSITIVE},
    "pieces": {"text": texts()},
    "exponential": {"gamma": st.floats(0.01, 1)},
    "one-cycle": {
        "length": st.integers(1, 600).map(lambda n: n / 10),
        "pct_start": st.integers(0, 10).map(lambda n: n / 10),
        "div_factor": st.integers(1, 100),
        "final_div_factor": st.integers(1, 10_000),
        "anneal": st.sampled_from(["cosine", "linear"]),
    },
    "wsd": {
        "stable": lengths("wsd"),
        "end": st.sampled_from(["linear", "cosine", "1-sqrt"]),
    },
    "inverse-sqrt": {"timescale": POSITIVE},
    "triangular": {"up": st.floats(0.01, 0.99)},
}


def parameters(shape):
    """Any parameters in which every shape is defined; each may be left out."""
    return st.fixed_dictionaries(
        {"lr": RATES},
        optional={
            "min_decay_lr": RATES,
            "warmup": lengths(shape),
            "warmup_start_lr": RATES | st.just(0.0),
            "warmup_shape": st.sampled_from(["linear", "cosine"]),
            "decay": lengths(shape),
            "restart_interval": lengths(shape),
            "restart_interval_multiplier": st.sampled_from([1, 1.1, 1.5, 2, 3, 10]),
            "restart_lr": RATES,
            "restart_lr_decay": st.integers(0, 10).map(lambda n: n / 10),
            **OWN.get(shape, {}),
        },
    )
