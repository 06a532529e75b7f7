"""docs/FRAMEWORKS.md and README: each line of their tables, each example, in the real libraries."""

import doctest
import re
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from peers import assert_float32, assert_same, stepped

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/FRAMEWORKS.md").read_text()
LINE = re.compile(r"^\| (\w+) \| `(.*?)`.*? \| `(.*?)` \|$", re.MULTILINE)
README_LINE = re.compile(r"^\| (PyTorch)'s `(.*?)` \| `(.*?)` \|$", re.MULTILINE)
LINES = LINE.findall(PAGE) + README_LINE.findall((ROOT / "README.md").read_text())
EXAMPLES = re.findall(r"^```pycon\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
MODULES = {
    "PyTorch": "torch.optim.lr_scheduler",
    "timm": "timm.scheduler",
    "transformers": "transformers",
    "optax": "optax",
    "Keras": "keras.optimizers.schedules",
}


def library(module):
    package = module.partition(".")[0]
    pytest.importorskip(package, reason=f"{package} is not installed")
    return import_module(module)


class Names(dict):
    """What a line's code may call: a library's names, which are given an optimizer first."""

    def __init__(self, module, optimizer):
        super().__init__()
        self.module, self.optimizer = module, optimizer

    def __missing__(self, name):
        if not hasattr(self.module, name):
            raise KeyError(name)  # a builtin
        return lambda *args, **options: getattr(self.module, name)(self.optimizer, *args, **options)


def of_optimizer(module, code, count):
    """The rates of a scheduler; timm's are told which epoch is next."""
    told = module.__name__ == MODULES["timm"]
    return stepped(
        lambda optimizer: eval(code, Names(module, optimizer)),
        0.1,
        count,
        lambda peer, over: peer.step(*[over + 1][:told]),
    )


def of_function(module, code, count):
    """The rates of a function of the step."""
    peer = eval(code, dict(vars(module)))
    return np.array([float(peer(step)) for step in range(count)])


@pytest.mark.parametrize(("name", "code", "ours"), LINES, ids=[code for _, code, _ in LINES])
def test_a_line_has_the_same_rates_on_both_sides(name, code, ours, call):
    module = library(MODULES[name])
    want = np.array(call("export", *ours.split(), "--format", "txt").stdout.split(), float)
    if name in ("optax", "Keras"):
        assert_float32(of_function(module, code, len(want)), want)
    else:
        assert_same(of_optimizer(module, code, len(want)), want)


def test_every_line_is_read():
    table = PAGE.partition("|---|---|---|\n")[2].partition("\n\n")[0]
    assert len(LINE.findall(PAGE)) == len(table.splitlines())
    assert {name for name, _, _ in LINES} == set(MODULES)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_says_what_happens(example):
    for package in re.findall(r"^>>> (?:import|from) (\w+)", example, re.MULTILINE):
        library(package)
    test = doctest.DocTestParser().get_doctest(example, {}, "FRAMEWORKS.md", None, None)
    said = []
    doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert said == []
