"""Schedules as texts: what `read_spec` makes of them."""

import pytest

from logsched import LogschedError
from logsched.base.declare import declared
from logsched.plan.specs import Settings, read_spec
from logsched.schedule.parameters import Parameters
from logsched.schedule.shapes import SHAPES

READ = [
    ("log", "log", "log", {}),
    ("mine=log", "mine", "log", {}),
    ("log:base=1000", "log:base=1000", "log", {"base": 1000.0}),
    ("log:base=range,restart_lr=0.2", "log:base=range,restart_lr=0.2", "log", None),
    ("a=b=log", "a=b", "log", {}),
    ("two words=cosine", "two words", "cosine", {}),
    ("naïve 日本=cosine", "naïve 日本", "cosine", {}),
    ("a=log:base=3", "a", "log", {"base": 3.0}),
    ("log-bounded:restart-lr=1e-3", "log-bounded:restart-lr=1e-3", None, {"restart_lr": 0.001}),
    ("x=step:size=0,gamma=1", "x", "step", {"size": 0.0, "gamma": 1.0}),
    ("x=cosine:warmup-shape=cosine", "x", "cosine", {"warmup_shape": "cosine"}),
    ("x=log: base = 3 , peak=2", "x", "log", {"base": 3.0, "peak": 2.0}),
]


@pytest.mark.parametrize(("text", "label", "shape", "params"), READ)
def test_a_text_is_read(text, label, shape, params):
    spec = read_spec(text)
    assert spec.label == label
    assert spec.shape == (shape or "log-bounded")
    assert dict(spec.params) == ({"base": "range", "restart_lr": 0.2} if params is None else params)


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_every_number_can_be_set_with_dashes_or_underscores(shape):
    known = declared(Parameters) | declared(SHAPES[shape])
    for name in (name for name, one in known.items() if not one.rule.words or name == "base"):
        for written in (name, name.replace("_", "-")):
            value = {"gamma": 1.0, "peak": 1.0, "pct_start": 0.3, "up": 0.3}.get(name, 2.0)
            text = f"{shape}:{written}={value}"
            assert dict(read_spec(text).params) == {name: value}


def test_a_text_beats_the_settings_and_leaves_the_rest():
    schedule = read_spec("cosine:restart_lr=0.3").schedule(Settings({"restart_lr": 0.2, "lr": 0.5}))
    assert (schedule.restart_lr, schedule.lr) == (0.3, 0.5)


def test_negative_zero_is_zero():
    assert repr(read_spec("log:restart_lr=-0").params["restart_lr"]) == "0.0"


@pytest.mark.parametrize(
    "text",
    [
        *("", ":", "=", "a=", "=log", "\t=log", " log", "nope", "log;base=3"),
        *("log:", "log:,", "log:base", "log:=1", "log:base=", "log:base=1,,peak=2", "log:lr==1"),
        *("log:base=2,base=3", "log:restart_lr=1,restart-lr=1", "log:restart__lr=1"),
        *("log:epochs=3", "log:b=3", "log:peak=nan", "log:lr=0.1:peak=2", "a:b=log"),
        *("epoch=log", "a\nb=log", "a\x00=log", "a\u202eb=log", "\ud800=log"),
    ],
    ids=ascii,
)
def test_a_text_that_means_nothing_is_refused(text):
    with pytest.raises(LogschedError):
        read_spec(text)
