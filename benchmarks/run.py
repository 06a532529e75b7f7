"""Measure logsched beside its peers: `python benchmarks/run.py`, from a clone.

With Python 3.11 or newer it makes an environment of its own, `benchmarks/.venv` (1.6 GB), writes
docs/BENCHMARKS.md and docs/benchmarks.png, and exits with 1 where a figure misses what it must
reach. `--quick` tries everything out on few points and writes into build/benchmarks: its figures
claim nothing.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"
PEERS = ["lrsched==0.5.0", "torch==2.13.0", "optax==0.2.8", "jax==0.10.2"]  # torch: a CPU build
ALONE = ["timm==1.0.31"]  # without torchvision, which would bring CUDA (6 GB)


def install() -> Path:
    """This clone and its peers, in an environment of their own; its Python."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        print("Making benchmarks/.venv; the peers are 1.6 GB, so this takes minutes", flush=True)
        venv.create(ENVIRONMENT, with_pip=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *PEERS], check=True)
    subprocess.run([*pip, "--no-deps", *ALONE], check=True)
    subprocess.run([*pip, HERE.parent], check=True)
    return python


if __name__ == "__main__":
    python = install()
    os.execv(python, [str(python), str(HERE / "measure.py"), *sys.argv[1:]])
