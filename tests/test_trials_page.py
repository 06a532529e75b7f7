"""docs/TRIALS.md: its tables are what the kept results say, its commands those that were run."""

import sys

import numpy as np
import pytest
from readme import README

DOCS = README.parent / "docs"
PAGE = (DOCS / "TRIALS.md").read_text()


@pytest.fixture(scope="module")
def script():
    """docs/trials.py, which writes the page."""
    sys.path.insert(0, str(DOCS))
    try:
        import trials
    finally:
        sys.path.remove(str(DOCS))
    return trials


@pytest.fixture(scope="module")
def kept(script):
    return script.Trials(script.KEPT)


@pytest.mark.parametrize("name", ["final", "mean", "score", "phases-bounded"])
def test_a_table_is_what_the_kept_results_say(name, script, kept):
    assert f"<!-- made: {name} -->\n\n{script.TABLES[name](kept)}\n<!-- end -->" in PAGE


def test_every_table_is_shown(script):
    shown = {mark[2] for mark in script.MADE.finditer(PAGE)}
    assert shown == {*script.TABLES, "commands"}


def test_the_commands_of_all_results_are_shown(script):
    blocks = [mark[3].split() for mark in script.MADE.finditer(PAGE) if mark[2] == "commands"]
    assert sorted(name for block in blocks for name in block) == sorted(script.COMMANDS)
    for names in blocks:
        assert script.commands(names) in PAGE


def test_a_ratio_is_the_geometric_mean_with_the_interval_of_a_t_test(script):
    stats = pytest.importorskip("scipy.stats")
    ours, theirs = np.array([1.0, 2.1, 2.9, 4.2, 5.5]), np.array([2.0, 4.0, 6.0, 8.0, 10.0])
    low, high = np.exp(
        stats.ttest_1samp(np.log(ours / theirs), 0).confidence_interval(confidence_level=0.95)
    )
    middle = stats.gmean(ours / theirs)
    assert script.tables.ratio(ours, theirs) == f"**{middle:.3g}** ({low:.3g} to {high:.3g})"


def test_a_ratio_that_may_be_1_is_not_bold(script):
    assert not script.tables.ratio(np.array([1.0, 2, 3]), np.array([2.0, 1, 3])).startswith("*")


def test_a_ratio_that_shows_as_1_is_not_bold(script):
    ours = np.array([1.0001, 1.0002, 1.0003])
    assert script.tables.ratio(ours, np.ones(3)) == "1 (1 to 1)"


def test_seeds_that_only_one_of_two_has_are_left_out(script):
    three, five = np.array([1.0, 2, 3]), np.array([2.0, 3, 7, 99, 99])
    assert script.tables.ratio(three, five) == script.tables.ratio(three, five[:3])
    assert script.tables.difference(three, five) == script.tables.difference(three, five[:3])


def test_a_spike_is_measured_against_the_epoch_before(script):
    losses = np.array([9.0, 9, 2, 2, 8, 4, 4, 2, 2, 2, 1, 1])  # a restart at step 4, two an epoch
    assert script.tables.spike(losses, 4, 12, 2) == (4.0, 3.0, 2.5)


def test_a_spike_that_stays_is_never_back(script):
    losses = np.array([2.0, 2, 8, 4, 4, 3])
    assert script.tables.spike(losses, 2, 6, 2).back == np.inf
