"""Draws the pictures of README.md and docs/*.md; `--check` says which are no longer current.

A picture's proof is its data: the text that the command prints, or for a figure the table of its
rates, or of a trial its steps, hashed in pictures/data.json.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURES = Path(__file__).parent / "pictures"
SAVED = Path(__file__).parent / "trials"  # results of trials
COLUMNS = 80
TERMINAL = {  # name of the picture -> the command of which it is a screenshot
    "table": "table --every 5",
    "describe": "describe cosine log --epochs 60",
    "explain": "explain log --at 37",
    "export": "export cosine log --format csv --every 5",
    "shapes": "shapes",
    "presets": "presets figure-1",
}
ANNEALED = "--warmup-epochs 0 --init-decay-epochs 0 --steps-per-epoch 100"
ONE_CYCLE = f"{ANNEALED} --cycles 1"
TWO_CYCLES = f"{ANNEALED} --cycles 2"
FIGURES = {  # name of the picture -> the schedules and options of the figure
    "defaults": "",
    "figure-1": "--preset figure-1",
    "resnet34": "--preset resnet34 --log-y",
    "sweep": "cosine --sweep restart_lr=1e-3:1e-1:40:log",
    "transformer": "--preset transformer",
    "shapes-annealing": "cosine linear polynomial:power=2 exponential log log-bounded log-released"
    " --warmup-epochs 0 --init-decay-epochs 0 --cycles 1",
    "shapes-phases": "one-cycle wsd inverse-sqrt triangular",
    "readings": "log --sweep log:base=min-lr,range,1000 --sweep log:peak=1,2"
    f" --min-decay-lr 0.0001 {ONE_CYCLE}",
    "logarithms": f"cosine log log-released log-bounded --min-decay-lr 0.0001 {ONE_CYCLE}",
    "eta-max": f"log --sweep restart_lr=0.1,0.05,0.025 {TWO_CYCLES}",
    "eta-min": f"log --sweep min_decay_lr=1e-05,0.001,0.01,0.03 {TWO_CYCLES}",
}
TRIALS = {  # name of the picture -> the results that it shows, and options
    "trial": "digits.json",
    "trial-digits": "five-seeds/digits.json",
    "trial-functions": "five-seeds/ackley.json --from five-seeds/griewank.json"
    " --from five-seeds/rastrigin.json --log-y",
}
CODE_FORMAT = """<svg class="rich-terminal" viewBox="0 0 {width} {height}"
xmlns="http://www.w3.org/2000/svg"><style>.{unique_id}-matrix {{ font-family: monospace;
font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}</style><defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0"
width="{terminal_width}" height="{terminal_height}" /></clipPath>{lines}</defs>{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g></svg>
"""


def run(arguments: str, folder: Path | None = None, **changes: str) -> str:
    """What logsched prints for arguments, 80 columns wide, without colour unless asked for."""
    env = {**os.environ, "COLUMNS": str(COLUMNS), "LANG": "C.UTF-8", "NO_COLOR": "1", **changes}
    command = [sys.executable, "-m", "logsched", *arguments.split()]
    done = subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def draw_screenshot(name: str) -> None:
    """A terminal with a command and what it prints, in colour."""
    console = Console(record=True, width=COLUMNS + 2, file=open(os.devnull, "w"))  # noqa: SIM115
    console.print(Text(f"$ logsched {TERMINAL[name]}"))
    console.print(Text.from_ansi(run(TERMINAL[name], NO_COLOR="", FORCE_COLOR="1")), no_wrap=True)
    svg = console.export_svg(title="logsched", code_format=CODE_FORMAT, unique_id=name)
    (PICTURES / f"{name}.svg").write_text(svg)


def draw_figure(name: str) -> None:
    """A figure, as `plot -o` draws it."""
    run(f"plot {FIGURES[name]} -o {PICTURES / name}.png")


def draw_trial(name: str) -> None:
    """A figure of saved results: nothing is trained."""
    run(f"trial --from {TRIALS[name]} -o {PICTURES / name}.png", SAVED)


def data() -> dict[str, str]:
    """A hash of what each picture shows."""
    shown = {f"{name}.svg": run(arguments) for name, arguments in TERMINAL.items()}
    for name, arguments in FIGURES.items():
        plain = arguments.replace("--log-y", "")
        shown[f"{name}.png"] = run(f"table {plain} --all --format markdown")
    for name, arguments in TRIALS.items():
        shown[f"{name}.png"] = "".join(
            run(f"trial --from {file} --format csv", SAVED)
            for file in re.findall(r"\S+\.json", arguments)
        )
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in shown.items()}


def stale() -> list[str]:
    """The pictures that are missing, or show what is no longer so."""
    known = json.loads((PICTURES / "data.json").read_text())
    now = data()
    changed = [name for name in now if known.get(name) != now[name]]
    return changed + [name for name in now if not (PICTURES / name).exists()]


def main() -> None:
    """Draw all pictures, or check them."""
    if sys.argv[1:] == ["--check"]:
        sys.exit(f"no longer current: {', '.join(stale())}" if stale() else 0)
    PICTURES.mkdir(exist_ok=True)
    for name in TERMINAL:
        draw_screenshot(name)
    for name in FIGURES:
        draw_figure(name)
    for name in TRIALS:
        draw_trial(name)
    (PICTURES / "data.json").write_text(json.dumps(data(), indent=2) + "\n")


if __name__ == "__main__":
    main()
