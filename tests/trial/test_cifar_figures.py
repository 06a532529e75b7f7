"""Figures 2 and 3 of the paper are redrawn from saved results, where no PyTorch is installed."""

import json
import sys
from io import BytesIO

import numpy as np
import pytest
from matplotlib.image import imread

from logsched import Schedule
from logsched.draw.figure import figure
from logsched.trial.report import panels, titles
from logsched.trial.results import read_results

SCHEDULES = ("constant", "step", "cosine", "log")
BACKBONES = ("resnet50", "googlenet", "xception", "vgg16", "vgg19")
FIGURE_2 = {"backbone": "resnet34", "network": "plain", "optimizer": "sgd"}
FIGURE_3 = {"network": "transformer", "optimizer": "adam"}


@pytest.fixture
def save(call, tmp_path):
    """Save results that nobody trained, under a preset's schedules; the file's path."""

    def save(name, preset, **settings):
        whole = json.loads(call("export", *SCHEDULES, "--preset", preset).stdout)
        losses = [2.3 * np.exp(-np.array(whole["epoch"]) / scale) for scale in (30, 20, 15, 10)]
        whole["runs"] = [
            {"label": label, "seed": 0, "loss": [*loss], "lr": lr, "score": [0.5] * len(lr)}
            for (label, lr), loss in zip(whole["lr"].items(), losses, strict=True)
        ]
        whole |= {"task": "cifar10", "score": "accuracy", "settings": settings}
        del whole["epoch"], whole["lr"]
        (tmp_path / name).write_text(json.dumps(whole))
        return str(tmp_path / name)

    return save


@pytest.fixture
def ensembles(save):
    """Results of the five networks of Figure 3."""
    return [save(f"{name}.json", "transformer", backbone=name, **FIGURE_3) for name in BACKBONES]


def drawn(results, by="epoch"):
    return panels([read_results(path) for path in results], by, False)


def test_figure_2_has_losses_of_four_schedules_over_their_rates(save):
    [[losses], [rates]] = drawn([save("2.json", "resnet34", **FIGURE_2)])
    for panel in (losses, rates):
        assert [trace.label for trace in panel.traces] == [*SCHEDULES]
        assert panel.epochs == 60
        assert panel.restarts == (15, 25, 45)
    assert (losses.y_label, rates.y_label) == ("loss", "learning rate")
    assert losses.title == "cifar10, resnet34, sgd, 60 epochs, 1 seed"
    assert losses.traces[3].rate == pytest.approx(2.3 * np.exp(-np.arange(60) / 10))
    log = rates.traces[3]
    assert log.rate[log.epoch == 25].max() == Schedule("log", restart_lr=0.1)(25) == 0.1


def test_the_panels_of_figure_2_share_their_time_axis(save):
    panels = drawn([save("2.json", "resnet34", **FIGURE_2)])
    paper = figure.Paper(size=(8, 6))
    with figure.style(paper):
        upper, lower = figure.compose(panels, paper).axes
    assert upper.get_position().x0 == lower.get_position().x0
    assert upper.get_position().x1 == lower.get_position().x1
    assert upper.get_position().y0 > lower.get_position().y1
    assert upper.get_position().height > lower.get_position().height
    assert (upper.get_xlabel(), lower.get_xlabel()) == ("", "epoch")


def test_figure_3_has_a_panel_for_each_network(ensembles):
    first, second = drawn(ensembles)
    assert [panel.title for panel in (*first, *second)] == [
        f"{name} + transformer" for name in BACKBONES
    ]
    for panel in (*first, *second):
        assert panel.restarts == (10, 20, 30)
        assert [trace.label for trace in panel.traces] == [*SCHEDULES]


def test_titles_of_several_tell_what_differs(save):
    alike = [save(f"{n}.json", "resnet34", **FIGURE_2) for n in (1, 2)]
    adam = save("adam.json", "resnet34", **FIGURE_2 | {"optimizer": "adam"})
    beside = save("beside.json", "transformer", **FIGURE_2 | FIGURE_3)

    def named(*paths):
        return titles([read_results(path) for path in paths])

    assert named(*alike) == ["cifar10, resnet34, sgd, 60 epochs, 1 seed"] * 2
    assert named(alike[0], adam) == ["sgd", "adam"]
    assert named(adam, beside) == ["resnet34, 60 epochs", "resnet34 + transformer, 40 epochs"]


WITHOUT = "import sys; sys.modules['torch'] = None; from logsched.cli.app import main; main()"


@pytest.mark.quick
@pytest.mark.parametrize(("number", "size"), [(2, (900, 1200)), (3, (975, 1650))])
def test_both_are_drawn_without_pytorch(run, save, ensembles, tmp_path, number, size):
    paths = {2: [save("2.json", "resnet34", **FIGURE_2)], 3: ensembles}[number]
    options = [part for path in paths for part in ("--from", path)]
    done = run(command=[sys.executable, "-c", WITHOUT, "trial", *options, "-o", "fig.png"])
    assert (done.returncode, done.stderr) == (0, "")
    picture = imread(BytesIO((tmp_path / "fig.png").read_bytes()))
    assert picture.shape[:2] == size
    assert len({*map(bytes, picture.reshape(-1, 4)[::5])}) > 50


def test_results_with_other_schedules_have_no_common_legend(call, save, tmp_path):
    first, second = (save(f"{n}.json", "resnet34", **FIGURE_2) for n in (1, 2))
    whole = json.loads((tmp_path / "2.json").read_bytes())
    whole["schedules"]["mine"] = whole["schedules"].pop("log")
    whole["runs"][3]["label"] = "mine"
    (tmp_path / "2.json").write_text(json.dumps(whole))
    done = call("trial", "--from", first, "--from", second, "-o", "3.png")
    assert done.returncode == 2
    assert "the results have other schedules, so no legend fits them all" in done.stderr
