"""When rows were: steps, epochs, rounded ones, iterations in epochs; and how they are read."""

import numpy as np
import pytest
from log_files import log_of

from logsched.logs.times import Counting, own_time, read_times


def table(header, rows):
    return log_of("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")


def own(log, **counting):
    return own_time(log, Counting(**counting))


def sources(log, **counting):
    return [reading.source for reading in read_times(log, Counting(**counting))]


STEPS = range(17, 868, 17)


def rounded(length, digits=2):
    """Epochs of so many steps, rounded, beside the steps."""
    return table("epoch,step,lr", ((round(s / length, digits), s, 0.1) for s in STEPS))


# The time as the log says it.


def test_steps_are_the_time_where_there_are_some():
    log = table("epoch,step,lr", ((s // 100, s, 0.1) for s in STEPS))
    assert (own(log).unit, own(log).epoch.tolist()) == ("step", [*STEPS])
    assert own(log).notes() == []


def test_epochs_stand_as_they_are():
    log = table("epoch,lr", ((k, 0.1) for k in range(1, 5)))
    assert (own(log).unit, own(log).epoch.tolist()) == ("epoch", [1, 2, 3, 4])


def test_rows_are_counted_where_there_is_no_time():
    reading = own(table("lr", ((0.1,) for _ in range(4))), every=10)
    assert (reading.unit, reading.epoch.tolist()) == ("step", [0, 10, 20, 30])


def test_an_offset_is_added():
    assert own(table("step,lr", [(1, 0.1), (2, 0.1)]), offset=-1).epoch.tolist() == [0, 1]


# Rounded epochs.


def test_beside_rounded_epochs_the_steps_are_the_time_and_it_is_said():
    reading = own(rounded(433.5))
    assert (reading.unit, reading.epoch[-1]) == ("step", 867)
    assert reading.notes() == ["its epochs are rounded, by up to 0.005: the steps are the time"]


@pytest.mark.parametrize("length", [50, 100, 25])
def test_epochs_that_are_short_decimals_by_themselves_are_not_rounded(length):
    log = table("epoch,step,lr", ((s / length, s, 0.1) for s in range(0, 200, 5)))
    assert own(log).notes() == []


@pytest.mark.parametrize("digits", [1, 2, 3, 4])
def test_how_far_a_rounded_time_may_be_off_is_known(digits):
    epochs = [round(s / 433.5, digits) for s in STEPS]
    reading = own(table("epoch,lr", ((epoch, 0.1) for epoch in epochs)))
    assert reading.rounding == pytest.approx(0.5 * 10**-digits)
    assert (np.abs(reading.epoch - np.array(STEPS) / 433.5) <= reading.rounding * (1 + 1e-9)).all()


@pytest.mark.parametrize(
    "epochs", [range(10), [0.1 * k for k in range(10)], [k / 433.5 for k in STEPS]]
)
def test_times_in_full_have_no_rounding(epochs):
    assert own(table("epoch,lr", ((epoch, 0.1) for epoch in epochs))).rounding == 0


@pytest.mark.parametrize(("length", "said"), [(433.5, "433.5"), (217, "217"), (108.25, "108.25")])
def test_rounded_epochs_tell_how_many_steps_an_epoch_has(length, said):
    """Also where batches are accumulated, and it has parts of one."""
    first, *others = read_times(rounded(length), Counting())
    assert first.source == f"its steps, {said} to an epoch"
    assert first.epoch == pytest.approx(np.array(STEPS) / length)
    assert [reading.source for reading in others] == ["its steps", "its epochs"]


def test_epochs_that_tell_too_little_tell_no_number_of_steps():
    log = table("epoch,step,lr", ((round(s / 433.5, 2), s, 0.1) for s in range(2, 60, 2)))
    assert sources(log) == ["its steps", "its epochs"]


# Iterations within an epoch.


def joined(first_epoch, first, of=""):
    rows = ((e + first_epoch, f"{i + first}{of}", 0.1) for e in range(3) for i in range(0, 10, 3))
    return table("epoch,iter,lr", rows)


@pytest.mark.parametrize("first_epoch", [0, 1])
@pytest.mark.parametrize("first", [0, 1])
def test_iterations_are_joined_to_their_epoch(first_epoch, first):
    reading = own(joined(first_epoch, first))
    assert reading.epoch == pytest.approx([e + i / 10 for e in range(3) for i in range(0, 10, 3)])
    assert (reading.unit, reading.steps_per_epoch) == ("epoch", 10)
    assert reading.source == "its epochs and iterations, 10 to an epoch"
    assert reading.notes() == [
        "an epoch has 10 iterations, the greatest logged: --steps-per-epoch tells others"
    ]


def test_how_many_iterations_an_epoch_has_can_be_told():
    reading = own(joined(1, 1), steps_per_epoch=12)
    assert (reading.epoch[-1], reading.notes()) == (2 + 9 / 12, [])


def test_the_n_of_a_count_says_how_many_iterations_an_epoch_has():
    records = "".join(
        f'{{"epoch": "{e}/3", "iter": "{i}/40", "lr": 0.1}}\n' for e in (1, 2, 3) for i in (10, 20)
    )
    reading = own(log_of(records), steps_per_epoch=12)
    assert (reading.epoch[-1], reading.steps_per_epoch) == (2 + 19 / 40, 40)


def test_an_offset_of_joined_times_is_in_iterations():
    assert own(joined(0, 0), offset=5).epoch[0] == 0.5


def test_iterations_that_go_on_through_epochs_are_steps():
    log = table("epoch,iter,lr", ((k // 10, k, 0.1) for k in range(0, 30, 3)))
    assert own(log).unit == "step"
    assert sources(log) == ["its epochs", "its steps, 10 to an epoch", "its steps"]


def test_a_row_without_its_iteration_is_left_out():
    content = "epoch,iter,lr\n1,1,0.1\n1,2,0.1\n1,,0.1\n2,1,0.1\n2,2,0.1\n"
    reading = own(log_of(content), steps_per_epoch=2)
    assert reading.series.epoch.tolist() == [0, 0.5, 1, 1.5]
    assert reading.notes() == ["1 row has no time and was left out"]


# Names of steps, the first that tells counts.


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("step,global_step,lr", "global_step"),
        ("batch,iter,lr", "iter"),
        ("current_steps,total_steps,lr", "current_steps"),
        ("num_updates,update,lr", "num_updates"),
        ("timesteps_total,training_iteration,lr", "training_iteration"),
    ],
)
def test_of_several_counts_the_better_name_is_taken(header, name):
    names = header.split(",")
    log = table(header, ((10 + k, 20 + k, 0.1) for k in range(3)))
    assert log.step.tolist() == [10 * (1 + names.index(name)) + k for k in range(3)]


def test_a_count_that_stays_the_same_is_no_time():
    log = table("global_step,iter,lr", ((7, k, 0.1) for k in range(3)))
    assert log.step.tolist() == [0, 1, 2]
