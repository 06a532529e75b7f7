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


OWN = {
    "polynomial": {"power": st.sampled_from([0.5, 0.9, 1, 2, 3]) | POSITIVE},
    "exponential": {"gamma": st.floats(0.01, 1)},
    "one-cycle": {
        "length": st.integers(1, 600).map(lambda n: n / 10),
        "pct_start": st.integers(0, 10).map(lambda n: n / 10),
        "div_factor": st.integers(1, 100),
        "final_div_factor": st.integers(1, 10_000),
        "anneal": st.sampled_from(["cosine", "linear"]),
    },
    "wsd": {
        "stable_epochs": lengths("wsd"),
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
            "warmup_epochs": lengths(shape),
            "warmup_start_lr": RATES | st.just(0.0),
            "warmup_shape": st.sampled_from(["linear", "cosine"]),
            "init_decay_epochs": lengths(shape),
            "restart_interval": lengths(shape),
            "restart_interval_multiplier": st.sampled_from([1, 1.1, 1.5, 2, 3, 10]),
            "restart_lr": RATES,
            "restart_lr_decay": st.integers(0, 10).map(lambda n: n / 10),
            **OWN.get(shape, {}),
        },
    )
