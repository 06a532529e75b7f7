"""Frameworks of snippets are what their folder holds: a file more is a framework more."""

import subprocess
import sys

import pytest

from logsched.export.snippets import frameworks
from logsched.export.snippets.framework import FRAMEWORKS

NUMPY = '''
"""NumPy: all rates at once."""

from logsched.export.snippets.framework import Framework
from logsched.export.snippets.scalar import Scalar


class Shouted(Scalar):
    """Its function says what it is in capitals."""

    def functions(self):
        return [source.replace("The learning rate", "THE RATE") for source in super().functions()]


FRAMEWORK = Framework(
    "NumPy",
    "rates = np.array([$rate for $n in range($shown)])\\nprint(rates)",
    ("import numpy as np",),
    form=Shouted,
)
'''


@pytest.fixture
def new(tmp_path, monkeypatch):
    """The folder has one file more."""
    folder = tmp_path / "frameworks"
    folder.mkdir()
    (folder / "plain_numpy.py").write_text(NUMPY)
    monkeypatch.setattr(frameworks, "__path__", [*frameworks.__path__, str(folder)])


def test_the_frameworks_come_in_the_order_in_which_help_lists_them():
    assert list(FRAMEWORKS) == ["torch", "lightning", "transformers", "keras", "optax", "python"]


@pytest.mark.usefixtures("new")
def test_a_new_file_is_a_new_framework(call, tmp_path):
    """With a form of its own."""
    assert call("snippet", "plain-numpy", "constant", "--epochs", "2", "-o", "it.py").stderr == ""
    source = (tmp_path / "it.py").read_text()
    assert source.startswith('"""Learning-rate schedule constant for NumPy: 2 epochs.')
    assert "THE RATE during an epoch" in source
    done = subprocess.run([sys.executable, "it.py"], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout == "[0.1 0.1]\n"


def test_it_is_in_the_help(run, package):
    (package / "export" / "snippets" / "frameworks" / "flax.py").write_text(NUMPY)
    told = " ".join(run("snippet", "--help").stdout.split())
    assert "torch, lightning, transformers, flax, keras, optax or python" in told


@pytest.mark.usefixtures("new")
def test_it_is_offered(call):
    assert call("snippet").stderr.endswith(", optax, plain-numpy, python.\n")
    assert "did you mean 'plain-numpy'?" in call("snippet", "plain_numpi").stderr


def test_without_it_there_is_none(call):
    assert "there is no framework 'plain-numpy'" in call("snippet", "plain-numpy").stderr
