"""Records in lines of other text: printed dictionaries, JSON, and pairs of key and value."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_files import assert_same, log_of, logs_of

from logsched.logs.kinds import embedded, keyvalue, printed
from logsched.logs.times import Counting, own_time

STEPS = range(0, 50, 5)
RATES = [0.001 * (1 - step / 60) for step in STEPS]


def lines(form):
    """A line for each step and rate; of {...} it is a formatted string."""
    return "".join(form(step, rate) + "\n" for step, rate in zip(STEPS, RATES, strict=True))


def dictionary(step, rate, **others):
    return repr({"loss": 2.5, "learning_rate": rate, "step": step} | others)


FORMS = {
    "printed": dictionary,
    "printed, texts": lambda s, r: repr({"lr": repr(r), "step": str(s)}),
    "printed after a bar": lambda s, r: f" 5%|▌ | 7/100 [00:02<00:48, 2it/s]{dictionary(s, r)}",
    "printed, other words": lambda s, r: dictionary(s, r, n=None, t=True, f=False, x="it"),
    "printed, nan and inf": lambda s, r: dictionary(s, r, loss=float("nan"), up=-float("inf")),
    "printed, tuples": lambda s, r: dictionary(s, r, betas=(0.9, 0.95)),
    "printed by NumPy": lambda s, r: (
        f"{{'lr': np.float64({r!r}), 'step': {s}, 'x': tensor(1., device='c')}}"
    ),
    "json": lambda s, r: f"10:00:10 | INFO | train | {json.dumps({'num_updates': s, 'lr': r})}",
    "json, texts": lambda s, r: f"x: {json.dumps({'num_updates': str(s), 'lr': repr(r)})} done",
    "json, n/N": lambda s, r: f"stats: {json.dumps({'iter': f'{s}/159', 'lr': r})}",
    "json, NaN": lambda s, r: f'stats: {{"iter": {s}, "loss": NaN, "lr": {r!r}}}',
    "key-value": lambda s, r: f"step={s} loss=2.5 lr={r!r}",
    "key-value, commas": lambda s, r: f"step={s}, loss=2.5, lr={r!r}",
    "key-value, texts": lambda s, r: f'ts=2024-05-01T10:00:00Z msg="a step" step={s} lr={r!r}',
    "key-value, lists": lambda s, r: f"step={s} lr=[{r!r},{r!r}]",
}


@pytest.mark.parametrize("name", FORMS)
def test_records_in_lines(name):
    """Other lines are no damage."""
    content = f"***** Running *****\nargs: lr=0.1\n{lines(FORMS[name])}done in 3 s\n"
    log = logs_of(content)[0]
    assert_same(log.rate, RATES)
    assert_same(log.step, STEPS)
    assert log.row.tolist() == [*range(3, 13)]
    assert len(log.notes) == 1
    assert log.notes[0].startswith("10 lines of standard input say ")


def after_a_bar(shown, length):
    """Printed dictionaries of epochs in two decimals, after a bar that shows some step."""
    rates = ((step, 0.1 / (1 + step), round(step / length, 2)) for step in STEPS)
    return "".join(
        f" 5%| {shown(step)}/100 [00:02<00:48]{{'lr': {rate!r}, 'epoch': {epoch}}}\n"
        for step, rate, epoch in rates
    )


@pytest.mark.parametrize(("length", "unit", "last"), [(50, "epoch", 0.9), (43.35, "step", 45)])
def test_the_epochs_of_a_dictionary_are_its_time(length, unit, last):
    """Or where they are rounded the steps that a bar before it counts."""
    reading = own_time(log_of(after_a_bar(lambda step: step, length)), Counting())
    assert (reading.unit, reading.epoch[-1]) == (unit, last)


def test_a_bar_that_is_late_is_not_the_time():
    log = log_of(after_a_bar(lambda step: max(step - 7, 0), 43.35))
    assert own_time(log, Counting()).unit == "epoch"


@pytest.mark.parametrize("mode", ["val", "test", "train_val", "val_iter"])
def test_records_of_validation_are_left_out(mode):
    rows = (
        {"mode": m, "step": s, "lr": r}
        for s, r in zip(STEPS, RATES, strict=True)
        for m in ("train", mode)
    )
    log = log_of("".join(f"INFO {json.dumps(row)}\n" for row in rows))
    assert_same(log.rate, RATES)


def test_a_record_that_is_cut_off_is_counted():
    log = log_of(lines(FORMS["json"])[:-9])
    assert_same(log.rate, RATES[:-1])
    assert log.notes[0].startswith("1 line could not be read, the first is line 10: ")


@pytest.mark.parametrize(
    "form", [lambda s, r: f"step {s}: {{'lr': {r!r}}}", lambda s, r: f'step {s}: {{"lr": {r!r}}}']
)
def test_where_the_time_is_outside_the_record_it_is_found(form):
    log = log_of(lines(form))
    assert_same(log.rate, RATES)
    assert_same(log.step, STEPS)


KEYS = st.sampled_from(["lr", "step", "loss", "x y", "it's"])
VALUES = (
    st.floats()
    | st.integers(-(2**53), 2**53)
    | st.none()
    | st.booleans()
    | st.sampled_from(["", "a", '"'])
)


@settings(deadline=None)
@given(record=st.dictionaries(KEYS, VALUES | st.lists(st.floats(), max_size=3), min_size=1))
def test_what_python_prints_is_read_or_is_no_record(record):
    found = printed._find(f"x {record} y".encode())
    assert found is None or repr(found) == repr(record)


@settings(deadline=None)
@given(line=st.binary(max_size=50))
def test_any_line_has_a_record_or_none(line):
    for kind in (printed, embedded, keyvalue):
        found = kind._find(line)
        assert found is None or isinstance(found, dict)
