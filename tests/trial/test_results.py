"""Results: read back as they were written, drawn and told, all of it without PyTorch."""

import csv
import io
import json
import math
import re
from dataclasses import replace

import numpy as np
import pytest
from small import made, told

from logsched.base.console import Terminal
from logsched.base.errors import LogschedError, OutputError
from logsched.trial import report
from logsched.trial.results import Record, read_record, read_results, summarise, to_json

PLAIN = Terminal(width=80, height=23, color=False, unicode=True)
ASCII = replace(PLAIN, unicode=False)
COLORED = replace(PLAIN, color=True)
TERMINALS = [PLAIN, ASCII, COLORED]
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
NAN = math.nan

TWO = made({"cosine": [[3, 1, 2, 2, 1, 1]], "log": [[4, 2, 1, 1, 0.5, 1.5]]})
SEEDS = made({"log": [[4, 2, 2, 2, 1, 1], [6, 4, 2, 2, 3, 3], [5, 3, 2, 2, 2, 2]]})
HALTED = made({"cosine": [[3, 1, 2, 2, NAN]], "log": [[NAN] * 5]}, halted=2)
NOTHING = made({"cosine": [[NAN] * 6], "log": [[NAN] * 6]})
ALL = {"two": TWO, "seeds": SEEDS, "halted": HALTED, "nothing": NOTHING}


def saved(tmp_path, results):
    path = tmp_path / "results.json"
    path.write_bytes(to_json(results))
    return str(path)


# As a file.


@pytest.mark.parametrize("name", ALL)
def test_what_is_written_is_read_back(tmp_path, name):
    read = read_results(saved(tmp_path, ALL[name]))
    assert told(read.records) == told(ALL[name].records)
    assert (read.plan, read.settings) == (ALL[name].plan, ALL[name].settings)
    assert to_json(read) == to_json(ALL[name])


def test_json_has_no_number_that_json_lacks():
    whole = json.loads(to_json(HALTED), parse_constant=pytest.fail)
    assert [run["loss"] for run in whole["runs"]] == [[3, 1, 2, 2, None], [None] * 5]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("format", ["text", "csv", "json"])
def test_saved_results_are_told_as_those_just_trained(call, tmp_path, monkeypatch, name, format):
    monkeypatch.setenv("COLUMNS", "80")
    path = saved(tmp_path, ALL[name])
    for by in ("epoch", "step"):
        live = report.FORMATS[format](ALL[name], by, None, PLAIN)
        assert call("trial", "--from", path, "--by", by, "--format", format) == (live, "", 0)


def damaged(change):
    whole = json.loads(to_json(TWO))
    change(whole)
    return json.dumps(whole).encode()


DAMAGED = {
    "nothing": b"",
    "no JSON": b"<html>",
    "cut off": to_json(TWO)[:-40],
    "a list": b"[1, 2]",
    "a number": b"5",
    "deep": b"[" * 100_000,
    "no UTF-8": b'{"schema": "\xff"}',
    "an export": b'{"schema":1,"epochs":3,"steps_per_epoch":1,"schedules":{},"lr":{}}',
    "another schema": damaged(lambda it: it.update(schema=2)),
    "no epochs": damaged(lambda it: it.pop("epochs")),
    "epochs that are none": damaged(lambda it: it.update(epochs=-1)),
    "no schedules": damaged(lambda it: it.update(schedules={}, runs=[])),
    "no runs": damaged(lambda it: it.update(runs=None)),
    "runs of numbers": damaged(lambda it: it.update(runs=[5])),
    "a run without a seed": damaged(lambda it: it["runs"][0].pop("seed")),
    "a seed that is none": damaged(lambda it: it["runs"][0].update(seed=[0])),
    "halted anyhow": damaged(lambda it: it["runs"][0].update(halted="soon")),
    "seconds that are none": damaged(lambda it: it["runs"][0].update(seconds="x")),
    "a label that is none": damaged(lambda it: it["runs"][0].update(label=5)),
    "a run of a key more": damaged(lambda it: it["runs"][0].update(more=5)),
    "losses of texts": damaged(lambda it: it["runs"][0].update(loss=["a"] * 6)),
    "fewer rates": damaged(lambda it: it["runs"][0].update(lr=[0.1])),
    "more steps than there are": damaged(
        lambda it: it["runs"][0].update(loss=[1] * 99, lr=[1] * 99)
    ),
    "more scores than epochs": damaged(lambda it: it["runs"][0].update(score=[1] * 99)),
    "an unknown shape": damaged(lambda it: it["schedules"]["log"].update(shape="lag")),
    "another label": damaged(lambda it: it["runs"][0].update(label="else")),
    "a label with control codes": damaged(lambda it: it["schedules"].update({"\x1b[2J": {}})),
    "a task with control codes": damaged(lambda it: it.update(task="\x1b[2J")),
    "a score that is none": damaged(lambda it: it.update(score=5)),
    "settings that are none": damaged(lambda it: it.update(settings=[5])),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_refused_in_one_sentence(call, tmp_path, name):
    (tmp_path / "bad.json").write_bytes(DAMAGED[name])
    done = call("trial", "--from", "bad.json")
    assert done.stdout == ""
    assert re.fullmatch(r"Error: bad\.json[: ][ -~]+[.?]\n", done.stderr)
    assert done.returncode in (1, 2)


BROKEN = {"label": 5, "seed": 0.5, "loss": ["a"], "lr": 5, "score": [[]], "halted": "soon"}


@pytest.mark.parametrize("key", [*BROKEN, "seconds", "more"])
def test_a_record_is_read_or_refused(key):
    whole = json.loads(to_json(TWO))["runs"][0]
    assert told([read_record(whole)]) == told(TWO.records[:1])
    with pytest.raises(LogschedError):
        read_record({**whole, key: BROKEN.get(key, "x")})


def test_a_file_that_is_not_there(call):
    said = "Error: cannot read none.json: No such file or directory.\n"
    assert call("trial", "--from", "none.json") == ("", said, 1)


def test_a_file_that_is_too_large(call, tmp_path, monkeypatch):
    path = saved(tmp_path, TWO)
    monkeypatch.setattr("logsched.trial.results.MOST", 100)
    said = f"Error: {path} is larger than 100 bytes, but results are not.\n"
    assert call("trial", "--from", path) == ("", said, 1)


def test_a_run_that_was_killed_before_its_first_epoch_is_left_out(tmp_path):
    """As in the file that a killed trial leaves."""
    begun = replace(TWO, records=[TWO.records[0], Record("log", 0)])
    read = read_results(saved(tmp_path, begun))
    assert report.table(read) == report.table(replace(TWO, records=TWO.records[:1]))
    assert "cosine" in report.as_text(read, "epoch", None, PLAIN)


# In numbers.


def test_losses_are_means_of_epochs():
    assert TWO.by_epoch(TWO.records[0]).tolist() == [2, 2, 1]
    assert HALTED.by_epoch(HALTED.records[0]).tolist()[:2] == [2, 2]
    its = summarise(TWO, "log")
    assert (its.final_loss.mean, its.best_loss.mean, its.best_epoch.mean) == (1, 1, 1)
    assert its.mean_loss.mean == pytest.approx(10 / 6)
    assert (its.score.mean, its.halted) == (1, [])


def test_the_spread_is_the_standard_deviation_of_the_seeds():
    its = summarise(SEEDS, "log")
    assert its.final_loss == (2, 1)
    assert its.mean_loss == pytest.approx((8 / 3, 2 / 3))
    assert its.score == (1, 0)


def test_the_table():
    assert report.table(TWO).splitlines() == [
        "        final loss  best loss  at epoch  mean loss  accuracy",
        "cosine           1          1         2      1.667         1",
        "log              1          1         1      1.667         1",
    ]
    assert report.table(HALTED).splitlines() == [
        "        final loss   best loss  at epoch   mean loss  accuracy      halted",
        "cosine  not finite           2         0  not finite         1  at epoch 2",
        "log     not finite  not finite         0  not finite         1  at epoch 2",
    ]
    assert report.table(SEEDS).splitlines()[1] == (
        "log         2±1  1.67±0.58     1.333  2.67±0.67         1"
    )


def test_of_several_seeds_all_schedules_fit_a_terminal():
    losses = [[2.3456, 1.2345, 0.12345, 0.023456], [2.3, 1.2, 0.1, 0.012345]]
    labels = ("constant", "step", "cosine", "log", "log-bounded")
    results = made(dict.fromkeys(labels, losses), epochs=2)
    for terminal in (PLAIN, replace(PLAIN, height=39), replace(PLAIN, width=120, height=49)):
        rows = report.as_text(results, "epoch", None, terminal).splitlines()
        assert max(map(len, rows)) <= terminal.width
        assert len(rows) <= max(terminal.height, 31)


def test_the_csv_has_every_step_and_the_score_at_the_end_of_an_epoch():
    rows = [*csv.DictReader(io.StringIO(report.as_csv(HALTED, "epoch", None, PLAIN)))]
    assert len(rows) == 10
    assert [row["score"] for row in rows[:5]] == ["", "0.0", "", "0.5", "1.0"]
    assert [float(row["epoch"]) for row in rows[:5]] == [0, 0.5, 1, 1.5, 2]
    assert [float(row["lr"]) for row in rows[:5]] == HALTED.records[0].lr
    assert [row["loss"] for row in rows[3:6]] == ["2.0", "nan", "nan"]


def test_a_label_of_any_kind_stays_whole():
    odd = 'log:"a,b"'
    results = made({"log": [[1, 2]]})
    schedules = {odd: results.plan.schedules["log"]}
    run = replace(results.plan, schedules=schedules)
    results = replace(results, plan=run, records=[replace(results.records[0], label=odd)])
    [row, _] = csv.DictReader(io.StringIO(report.as_csv(results, "epoch", None, PLAIN)))
    assert row["schedule"] == odd
    assert odd in report.as_text(results, "epoch", None, ASCII)


# In a terminal.


@pytest.mark.quick(12)
@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("terminal", TERMINALS)
@pytest.mark.parametrize("by", ["epoch", "step"])
@pytest.mark.parametrize("log_y", [None, True, False])
def test_every_result_is_told_in_every_terminal(name, terminal, by, log_y):
    text = report.as_text(ALL[name], by, log_y, terminal)
    assert "final loss" in text
    assert ("\x1b" in text) == (terminal.color and name != "nothing")
    if not terminal.unicode:
        assert text.isascii()
        assert "?" not in text
    assert all(label in text for label in ALL[name].plan.schedules)


def test_a_plot_is_left_out_where_no_loss_is_finite():
    assert "epoch\n" not in report.as_text(NOTHING, "step", None, PLAIN)


def test_the_spread_is_dots_along_the_mean_and_said():
    apart = made({"log": [[4, 4, 4, 4, 4, 4], [8, 8, 8, 8, 8, 8]]})
    for terminal, dot in ((PLAIN, "·"), (ASCII, ".")):
        text = report.as_text(apart, "epoch", False, terminal)
        rows = [row.partition("┤")[2] or row.partition("│")[2] for row in text.splitlines()]
        assert "dots beside a line: one standard deviation of the seeds" in text
        if dot == "·":
            assert sum(dot * 2 in row.replace(" ", "") for row in rows) == 2
    assert "standard deviation" not in report.as_text(TWO, "epoch", False, PLAIN)


def test_losses_over_decades_have_a_logarithmic_axis():
    for least, log in ((0.05, False), (0.02, True)):
        results = made({"log": [[2, 2, 1, 1, least, least]]})
        assert report.losses(results, "epoch", None).log_y == log
        assert not report.losses(results, "epoch", False).log_y
        assert report.losses(results, "epoch", True).log_y
    assert not report.losses(made({"log": [[2, 2, 0, 0, -1, 1]]}), "epoch", None).log_y


def test_titles_say_what_was_trained():
    assert report.titles([TWO]) == ["digits, sgd, 3 epochs, 1 seed"]
    assert report.titles([SEEDS]) == ["digits, sgd, 3 epochs, 3 seeds"]
    assert report.titles([made({"log": [[1]]}, epochs=1)])[0].endswith("1 epoch, 1 seed")
    adam = made({"log": [[1]]}, optimizer="adam")
    assert report.titles([TWO, adam]) == ["sgd", "adam"]


# Pictures.


def curves(results, by="epoch"):
    return {trace.label: trace for trace in report.losses(results, by, None).traces}


def test_a_curve_is_the_mean_of_the_seeds_and_its_band():
    log = curves(SEEDS)["log"]
    assert log.epoch.tolist() == [0, 1, 2]
    assert log.rate.tolist() == [4, 2, 2]
    assert [edge.tolist() for edge in log.band] == [[3, 2, 1], [5, 2, 3]]
    steps = curves(SEEDS, "step")["log"]
    assert steps.epoch.tolist() == [0, 0.5, 1, 1.5, 2, 2.5]
    assert steps.rate.tolist() == [5, 3, 2, 2, 2, 2]
    assert curves(TWO)["log"].band == ()


def test_a_band_never_leaves_the_seeds():
    """So that it has a place on a logarithmic axis."""
    [trace] = curves(made({"log": [[1, 1], [1, 1], [100, 100]]}, epochs=1)).values()
    low, high = trace.band
    assert low.tolist() == [1]
    assert high[0] == pytest.approx(34 + np.std([1, 1, 100], ddof=1))


def test_a_curve_ends_where_a_loss_is_not_finite_and_another_keeps_its_colour():
    its = curves(HALTED)
    assert its["cosine"].rate.tolist() == [2, 2]
    assert its["log"].epoch.size == 0
    assert [*its] == [*HALTED.plan.schedules]


def test_a_figure_has_losses_over_rates():
    [[above], [below]] = report.panels([TWO], "epoch", None)
    assert (above.y_label, below.y_label) == ("loss", "learning rate")
    assert [trace.label for trace in above.traces] == [trace.label for trace in below.traces]
    assert (above.restarts, above.phases, above.epochs) == (
        below.restarts,
        below.phases,
        below.epochs,
    )


def test_several_results_stand_side_by_side():
    panels = report.panels([TWO] * 5, "epoch", None)
    assert [len(row) for row in panels] == [3, 2]
    with pytest.raises(LogschedError, match="other schedules"):
        report.panels([TWO, SEEDS], "epoch", None)


@pytest.mark.quick
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_every_result_is_drawn(call, tmp_path, name, suffix):
    path = saved(tmp_path, ALL[name])
    for by in ("epoch", "step"):
        done = call("trial", "--from", path, "--by", by, "-o", f"{by}.{suffix}")
        assert (done.stderr, done.returncode) == ("", 0)
    assert call("trial", "--from", path, "--from", path, "-o", "both.png").returncode == 0
    again = (tmp_path / f"epoch.{suffix}").read_bytes()
    call("trial", "--from", path, "-o", f"epoch.{suffix}")
    assert (tmp_path / f"epoch.{suffix}").read_bytes() == again


def test_a_figure_says_what_its_bands_are(call, tmp_path):
    for results, said in ((SEEDS, True), (TWO, False)):
        call("trial", "--from", saved(tmp_path, results), "-o", "out.svg")
        svg = (tmp_path / "out.svg").read_text()
        assert ("one standard deviation around the mean" in svg) == said


# Options.


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-o", "x.txt"], "file is 'x.txt', but it must be a file that ends in .png, .svg, .pdf"),
        (["-o", "no/x.png"], "cannot write no/x.png: no is no folder that can be written in"),
        (["--format", "yaml"], "there is no format 'yaml'; known are text, json, csv"),
        (["--by", "week"], "there is no by 'week'; known are epoch, step"),
        (["--epochs", "3"], "--from draws results that are there: epochs has no use then"),
        (["--seeds", "3"], "--from draws results that are there: seeds has no use then"),
        (["digits"], "--from draws results that are there: task has no use then"),
        (["--resume", "d"], "--from draws results that are there: resume has no use then"),
    ],
)
def test_options_that_mean_nothing_are_refused(call, tmp_path, options, said):
    done = call("trial", "--from", saved(tmp_path, TWO), *options)
    assert done.stdout == ""
    assert done.stderr.replace("is x.txt", "is 'x.txt'").startswith(f"Error: {said}")
    assert done.returncode in (1, 2)


def test_a_file_that_cannot_be_replaced_is_refused_before_training(call, tmp_path, monkeypatch):
    path = saved(tmp_path, TWO)
    (tmp_path / "folder.png").mkdir()
    done = call("trial", "--from", path, "-o", "folder.png")
    assert done == ("", "Error: cannot write folder.png: it is a folder.\n", 1)
    (tmp_path / "old.png").touch()
    forbidden = lambda path, mode: path != "old.png"  # noqa: E731
    monkeypatch.setattr("os.access", forbidden)  # what root may not do either
    done = call("trial", "--from", path, "-o", "old.png")
    assert done == ("", "Error: cannot write old.png: it may not be written in.\n", 1)


def test_several_results_are_no_table_for_scripts(call, tmp_path):
    both = ["--from", saved(tmp_path, TWO)] * 2
    for options in (["--format", "csv"], ["--format", "json"], ["-o", "x.csv"]):
        done = call("trial", *both, *options)
        assert (done.stdout, done.returncode) == ("", 2)
        assert "several results are only drawn" in done.stderr
    assert call("trial", *both).stdout.count("final loss") == 2


def test_a_folder_that_is_read_only_does_not_matter_without_a_file(monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)
    report.check_options("text", "epoch", None, several=False)
    with pytest.raises(OutputError):
        report.check_options("text", "epoch", "x.png", several=False)


def test_what_was_trained_is_shown_even_if_the_disk_is_full(call, tmp_path, monkeypatch):
    def full(chunks, path="-"):
        if path != "-":
            raise OutputError(f"cannot write {path}: No space left on device")
        shown.extend(chunks)

    shown = []
    monkeypatch.setattr("logsched.base.files.write", full)
    done = call("trial", "--from", saved(tmp_path, TWO), "-o", "x.png")
    assert done.stderr == "Error: cannot write x.png: No space left on device.\n"
    assert done.returncode == 1
    assert b"final loss" in shown[0]
