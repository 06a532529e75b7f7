"""What commands print at several widths, with and without colour and Unicode, and every `--help`.

`python tests/golden.py` writes it into the files of tests/golden/: look at what changed before you
commit them.
"""

import os
from itertools import product
from pathlib import Path

from in_process import ended

from logsched.cli import app

FOLDER = Path(__file__).parent / "golden"
COMMANDS = {
    "plot": ["plot", "--restart-lr", "0.1"],
    "table": ["table", "cosine", "log", "--epochs", "90"],
    "describe": ["describe", "step", "log", "--against", "step"],
    "explain": ["explain", "log", "cosine", "--at", "37"],
}
WIDTHS = (40, 80, 120, 200)
COLORS = {"plain": {"NO_COLOR": "1"}, "color": {"FORCE_COLOR": "1"}}
ENCODINGS = {"utf8": {"LANG": "C.UTF-8"}, "ascii": {"LC_ALL": "C"}}
NAMES = [
    f"{command}-{width}-{color}-{encoding}"
    for command, width, color, encoding in product(COMMANDS, WIDTHS, COLORS, ENCODINGS)
]
HELPS = ["", *app.COMMANDS]


def printed(name: str) -> str:
    """What the command of a golden text prints now."""
    command, width, color, encoding = name.split("-")
    env = {"PATH": os.environ["PATH"], "COLUMNS": width} | COLORS[color] | ENCODINGS[encoding]
    return ended(COMMANDS[command], env).stdout.decode()


def help_of(command: str) -> str:
    """What `--help` of a command prints now, or that of all where none is named."""
    env = {"PATH": os.environ["PATH"], "COLUMNS": "80", "LANG": "C.UTF-8"}
    return ended([*filter(None, [command]), "--help"], env).stdout.decode()


def path_of(name: str) -> Path:
    """The file of a golden text."""
    return FOLDER / f"{name}.txt"


def help_path(command: str) -> Path:
    """The file of a command's help."""
    return path_of(f"help-{command or 'logsched'}")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.txt"):
        old.unlink()
    for name in NAMES:
        path_of(name).write_text(printed(name), encoding="utf-8")
    for command in HELPS:
        help_path(command).write_text(help_of(command), encoding="utf-8")
