"""Console logs: the lines of many frameworks, and what else stands in such a text."""

import math
import re

import numpy as np
import pytest
from log_files import assert_same, log_of, logs_of

from logsched.base.errors import LogschedError
from logsched.logs import blocks
from logsched.logs.times import Counting, own_time

RATES = [1e-3 * (1 + math.cos(math.pi * k / 20)) / 2 for k in range(20)]
EACH = [(k // 5, k % 5, k) for k in range(20)]  # epoch, iteration within it, both from 0, and step


def text(line, before="", after=""):
    """A line for each rate, with its epoch `e`, iteration `i`, step `k` and the rate `r`."""
    lines = (line.format(e=e, i=i, k=k, r=RATES[k]) for e, i, k in EACH)
    return before + "".join(lines) + after


def read(content):
    log = log_of(content)
    return log, own_time(log, Counting())


# Lines of frameworks: the text, how rates are written, the unit and times of the rows.
STEPS = np.arange(20.0)
EPOCHS = np.array([e + i / 5 for e, i, _ in EACH])
FRAMEWORKS = {
    "Caffe": (
        "I0501 10:00:00.0 41277 solver.cpp:228] Iteration {k}, loss = 9.4\n"
        "I0501 10:00:00.0 41277 sgd_solver.cpp:106] Iteration {k}, lr = {r:.6g}\n",
        "{:.6g}",
        ("step", STEPS),
    ),
    "Darknet": (
        " {k}: 500.12, 500.45 avg loss, {r:.6f} rate, 3.2 seconds, 64 images\nLoaded: 0.0 s\n",
        "{:.6f}",
        ("step", STEPS),
    ),
    "DeepSpeed": (
        "[2023-07-25 21:03:21,037] [INFO] [logging.py:96:log_dist] [Rank 0] step={k}, skipped=0, "
        "lr=[{r!r}, {r!r}], mom=[[0.9, 0.95], [0.9, 0.95]]\n"
        "[2023-07-25 21:03:17,269] [INFO] [timer.py:215:stop] epoch=0/micro_step={k}\n",
        "{!r}",
        ("step", STEPS),
    ),
    "DeiT and MAE": (
        "Epoch: [{e}]  [   {i}/5]  eta: 1:00:00  lr: {r:.6f}  loss: 6.91 (6.94)  time: 2.80\n",
        "{:.6f}",
        ("epoch", EPOCHS),
    ),
    "detectron2": (
        "[04/05 01:30:24 d2.utils.events]:  eta: 0:03:35  iter: {k}  total_loss: 1.36  "
        "time: 0.36  lr: {r:.5g}  max_mem: 433M\n",
        "{:.5g}",
        ("step", STEPS),
    ),
    "flair": (
        "2021-05-01 10:00:00,000 epoch {e} - iter {i}/5 - loss 2.31 - samples/sec: 50.00 - "
        "lr: {r:.6f}\n",
        "{:.6f}",
        ("epoch", EPOCHS),
    ),
    "GluonCV": (
        "[Epoch {e}][Batch {i}] Speed: 100.1 samples/sec, CrossEntropy=3.1, lr={r:.5f}\n",
        "{:.5f}",
        ("epoch", EPOCHS),
    ),
    "icefall": (
        "2022-04-29 10:31:17,699 INFO [train.py:756] Epoch {e}, batch {i}, loss[loss=0.5521, over "
        "2432.00 frames.], tot_loss[over 2432.00 frames.], batch size: 32, lr: {r:.2e}\n",
        "{:.2e}",
        ("epoch", EPOCHS),
    ),
    "InternLM": (
        "2023-07-07 12:26:58,293\tINFO launch.py:228 in launch -- tflops=63.1,step={k},loss=11.6,"
        "lr={r!r},loss_scale=65536.0\n",
        "{!r}",
        ("step", STEPS),
    ),
    "Keras with its callback": (
        "\nEpoch {k}: LearningRateScheduler setting learning rate to {r!r}.\nEpoch {k}/20\n"
        "40/40 - 2s - 48ms/step - loss: 8.67 - learning_rate: {r:.4e}\n",
        "{:.4e}",
        ("epoch", STEPS),
    ),
    "Keras with its bar": (
        "Epoch {k}/20\n 1/40 [>....] - ETA: 2s - loss: 2.30\b\b\b\b\b\b\b11/40 [=>...] - ETA: 1s"
        "\b\b\b\b40/40 [====] - 2s 48ms/step - loss: 8.67 - lr: {r:.4e}\n",
        "{:.4e}",
        ("epoch", STEPS),
    ),
    "Lightning's bar": (
        "Epoch {e}:  22%|██▏  | {i}/5 [00:17<01:02,  4.47s/it, loss=10.07, v_num=1, lr={r:.3g}]\r",
        "{:.3g}",
        ("epoch", EPOCHS),
    ),
    "llm.c": (
        "step {k:4d}/19560 | loss 10.998 (+nanz)| norm 15.31 (+nanz)| lr {r:.2e} | 600.05 ms\n",
        "{:.2e}",
        ("step", STEPS),
    ),
    "Marian": (
        "[2020-05-01 10:00:00] Ep. 1 : Up. {k} : Sen. 100,000 : Cost 8.52 : Time 100.51s : "
        "20000.31 words/s : L.r. {r:.4e}\n",
        "{:.4e}",
        ("step", STEPS),
    ),
    "mmcv's text": (
        "2021-05-01 10:00:00,000 - mmdet - INFO - Epoch [{e}][{i}/5]\tlr: {r:.3e}, "
        "eta: 12:00:00, time: 0.500, memory: 3900, loss: 1.2\n",
        "{:.3e}",
        ("epoch", EPOCHS),
    ),
    "mmsegmentation": (
        "2023-06-21 05:37:06,540 - mmseg - INFO - Iter [{k}/21600]\tlr: {r:.3e}, eta: 1:05:45, "
        "memory: 22159, decode.loss_ce: 1.2669\n",
        "{:.3e}",
        ("step", STEPS),
    ),
    "mmengine with base_lr": (
        "2024/05/01 10:00:09 - mmengine - INFO - Epoch(train)  [{e}][{i}/5]  base_lr: 2.0e-02 "
        "lr: {r:.4e}  eta: 0:02:10\n",
        "{:.4e}",
        ("epoch", EPOCHS),
    ),
    "nnU-Net": (
        "2024-04-26 09:39:10.910043: Epoch {k}\n"
        "2024-04-26 09:39:10.914042: Current learning rate: {r:.5f}\n"
        "2024-04-26 09:41:39.493872: train_loss 0.7088\n"
        "2024-04-26 09:41:39.501914: Pseudo dice [0.0, 0.0, 0.0]\n",
        "{:.5f}",
        ("epoch", STEPS),
    ),
    "OLMo": (
        "2024-05-01 10:00:00.000\thost:0\tolmo.train:7\tINFO\t[step={k}/739328]\n"
        "    train/CrossEntropyLoss=11.35\n    optim/learning_rate_group0={r!r}\n",
        "{!r}",
        ("step", STEPS),
    ),
    "OpenNMT": (
        "[2020-05-01 10:00:00,000 INFO] Step {k}/100000; acc:   3.52; xent: 8.52; lr: {r:.5f}; "
        "20000/21000 tok/s;     12 sec\n",
        "{:.5f}",
        ("step", STEPS),
    ),
    "PaddleDetection": (
        "[05/01 10:00:00] ppdet.engine INFO: Epoch: [{e}] [{i:3d}/5] learning_rate: {r:.6f} "
        "loss: 1.2 eta: 1:00:00\n",
        "{:.6f}",
        ("epoch", EPOCHS),
    ),
    "PaddleSeg": (
        "2021-03-30 06:55:57 [INFO]\t[TRAIN] epoch: {e}, iter: {k}/500, loss: 2.0859, lr: {r:.6f}, "
        "ips: 3.7425 samples/sec | ETA 00:04:16\n",
        "{:.6f}",
        ("step", STEPS),
    ),
    "PyTorch, verbose": (
        "Epoch {k:05d}: adjusting learning rate of group 0 to {r:.4e}.\n"
        "Epoch {k:05d}: adjusting learning rate of group 1 to {r:.4e}.\n",
        "{:.4e}",
        ("epoch", STEPS),
    ),
    "stable-baselines3": (
        "-------------------------------\n| time/               |       |\n"
        "|    total_timesteps  | {k}   |\n| train/              |       |\n"
        "|    learning_rate    | {r:.3g} |\n|    n_updates        | 10    |\n",
        "{:.3g}",
        ("step", STEPS),
    ),
    "Swin": (
        "[2021-05-01 10:00:00 swin](main.py 222): INFO Train: [{e}/300][{i}/5]\teta 10:00:00 "
        "lr {r:.6f}\ttime 5.0 (5.0)\tloss 6.9 (6.9)\tmem 10000MB\n",
        "{:.6f}",
        ("epoch", EPOCHS),
    ),
    "TensorFlow's detection": (
        "I0912 11:40:27.956218 1397 model_lib_v2.py:705] Step {k} per-step time 0.813s\n"
        "INFO:tensorflow:{{'Loss/total_loss': 1.2,\n 'learning_rate': {r:.7f}}}\n",
        "{:.7f}",
        ("step", STEPS),
    ),
    "WeNet": (
        "2023-01-30 18:47:07,107 DEBUG TRAIN Batch {e}/{i} loss 12.64 loss_ctc 16.67 lr {r:.8f} "
        "rank 0\n",
        "{:.8f}",
        ("epoch", EPOCHS),
    ),
    "a bar of steps": (
        "Steps:  5%|█▏  | {k}/1000 [00:10<16:30,  1.00it/s, lr={r:.3g}, step_loss=0.1]\r",
        "{:.3g}",
        ("step", STEPS),
    ),
    "an epoch as a heading, steps below": (
        "Epoch {e}/4\nstep: {i}/5 loss:0.36 0.32 imps:26.6 lr: {r:.4f} etc:Tue 17 15:31:41 2019\n",
        "{:.4f}",
        ("epoch", EPOCHS),
    ),
    "in Chinese": (
        "第 {k} 轮 epoch: {k}, 学习率: {r:.6f}, loss: 1.0\n",
        "{:.6f}",
        ("epoch", STEPS),
    ),
    "in colours": (
        "\x1b[32m2024-05-01\x1b[0m step \x1b[1m{k}\x1b[0m | \x1b[33mlr\x1b[0m {r:.2e}\n",
        "{:.2e}",
        ("step", STEPS),
    ),
    "thousands by commas": (
        "step 1,00{e},0{i}0 lr: {r:.2e}\n",
        "{:.2e}",
        ("step", np.array([1_000_000 + 1000 * e + 10 * i for e, i, _ in EACH])),
    ),
}


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_the_lines_of_a_framework(name):
    line, written, (unit, times) = FRAMEWORKS[name]
    log, reading = read(text(line))
    assert_same(log.rate, [float(written.format(rate)) for rate in RATES])
    assert reading.unit == unit
    assert reading.epoch == pytest.approx(times, abs=1e-12)
    assert [
        note for note in log.notes if not note.startswith("20 lines of standard input say")
    ] == []


def test_what_was_found_is_said():
    log, _ = read(text("step {k} lr {r:.2e}\n", before="lr is what follows\n"))
    assert log.notes == ('20 lines of standard input say "lr", with "step"',)


@pytest.mark.parametrize("size", [500, 600, 1000])
@pytest.mark.parametrize("name", ["nnU-Net", "detectron2", "Lightning's bar", "Swin"])
def test_blocks_make_no_difference(name, size, monkeypatch):
    content = text(FRAMEWORKS[name][0])
    whole, _ = read(content)
    monkeypatch.setattr(blocks, "BLOCK", size)
    log, _ = read(content)
    for column in ("rate", "epoch", "step", "iteration", "row"):
        np.testing.assert_array_equal(getattr(log, column), getattr(whole, column))


def test_rates_may_come_after_much_other_text(monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", 1000)
    log, _ = read(text("step {k} lr {r:.2e}\n", before="loading a shard: 17 of 300\n" * 500))
    assert log.rate.size == 20
    assert log.row[0] == 501


# What is no row.


def test_lines_of_validation_are_left_out():
    train = "Epoch(train)  [{e}][{i}/5]  lr: {r:.4e}\n"
    val = "Epoch(val)  [{e}][{i}/5]  lr: {r:.4e}\n"
    log, reading = read(text(train + val))
    assert_same(log.rate, log_of(text(train)).rate)
    assert reading.epoch == pytest.approx(EPOCHS)


def test_a_log_of_validation_alone_is_read():
    assert log_of(text("Epoch(val)  [{k}]  lr: {r:.4e}\n")).rate.size == 20


def test_metrics_of_validation_make_no_line_one_of_validation():
    assert log_of(text("Epoch {k} val loss 0.5 test acc 3 lr {r:.2e}\n")).rate.size == 20


@pytest.mark.parametrize(
    "settings",
    [
        "lr: 0.1\nepochs: 90\n",
        "Namespace(batch_size=64, epochs=14, lr=0.1, step=3)\n",
        "base_lr: 0.1\nmin lr: 0.1\nlr_scheduler: 0.1\n",
        "--lr 0.1 --epochs 3\n",
        "SGD (\nParameter Group 0\n    lr: 0.1\n    momentum: 0.9\n)\n",
        "{'lr': 0.1, 'step': 5}\n",
    ],
)
@pytest.mark.parametrize(
    "name", ["nnU-Net", "detectron2", "llm.c", "a bar of steps", "mmcv's text"]
)
def test_settings_are_no_rows(settings, name):
    line, *_ = FRAMEWORKS[name]
    log, reading = read(text(line, before=settings))
    assert 0.1 not in log.rate
    assert log.rate.size == reading.epoch.size == 20


def test_settings_in_the_same_words_are_left_out_and_counted():
    log, reading = read(text("Epoch {k}\nlr: {r:.5f}\nloss: 3\n", before="lr: 0.1\nbatch: 3\n"))
    assert log.rate.size == 20
    assert_same(reading.epoch, STEPS)
    assert log.notes[0] == "1 line that says it without a time, as a setting is, left out"


@pytest.mark.parametrize("content", ["model: resnet\nlr: 0.001\nepochs: 90\n", "lr = 0.1"])
def test_a_setting_alone_is_no_log(content):
    with pytest.raises(LogschedError, match='says "lr", and no time: that is a setting, not a log'):
        log_of(content)
    assert log_of(content, "lr").rate.size == 1


def test_where_it_cannot_be_told_which_epoch_a_rate_is_of_rows_are_counted():
    """Each rate stands between two epochs, the first one before all."""
    log, reading = read(text("lr: {r:.5f}\nEpoch {k} done\n"))
    assert (log.epoch, log.step) == (None, None)
    assert_same(reading.epoch, STEPS)
    assert log.notes[0].endswith("which belong together cannot be told")


def test_words_before_a_number_that_are_no_rate():
    """Nor is a number that goes on in other characters."""
    said = "min lr: 0.1 already 0.2 lr_mult: 3 lr 10% lr: 0.5x lr: 0.5/3 lr: 1.5e-4s"
    with pytest.raises(LogschedError, match="no line of standard input says a learning rate"):
        log_of(f"step 1 {said}\nstep 2 {said}\n")


# Several rates.


def test_groups_of_other_rates_must_be_named():
    content = text("step {k} lr_head: {r:.2e} lr_body: 0.5\n")
    assert [log.label for log in logs_of(content)] == ["lr_head", "lr_body"]
    assert_same(log_of(content, "lr_body").rate, [0.5] * 20)


def test_numbers_of_a_list_are_told_apart_where_they_differ():
    content = text("[Rank 0] step={k}, lr=[{r:.2e}, 0.5], mom=[0.9, 0.9]\n")
    assert [log.label for log in logs_of(content)] == ["lr", "lr/1"]
    assert_same(log_of(content, "lr/1").rate, [0.5] * 20)


def test_a_rate_that_is_said_twice_is_taken_with_most_digits():
    line = "step={k}, lr=[{r!r}]\n iteration {k}/ 20 | learning rate: {r:.3E} |\n"
    log = log_of(text(line))
    assert_same(log.rate, RATES)
    assert_same(log.step, STEPS)
    assert log_of(text(line), "learning rate").rate[1] == float(f"{RATES[1]:.3E}")


def test_another_number_can_be_named():
    assert_same(log_of(text("step {k} loss: {r:.4f}\n"), "loss").step, STEPS)


# Damage.


def test_a_number_that_is_cut_off_is_no_rate():
    whole = text("step {k} lr {r:.4e}\n")
    want = log_of(whole).rate.tolist()
    for cut in range(len(whole) - 60, len(whole)):
        got = log_of(whole[:cut]).rate.tolist()
        assert got == want[: len(got)]
        assert len(got) >= 17


def test_lines_that_lost_their_ends_are_refused():
    with pytest.raises(LogschedError, match="says lr again and again in one line: line ends"):
        log_of(text("step {k} lr {r:.4e} "))


def test_what_lines_say_is_told_where_none_says_a_rate():
    with pytest.raises(LogschedError) as error:
        log_of(text("Epoch {k}/20, Train Loss: {r:.4f}, Test Acc: 3%\n"))
    assert re.search(
        r"no line of .* says a learning rate .*, but epoch and train loss", str(error.value)
    )
