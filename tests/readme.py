"""The commands of README.md and docs/*.md: read, run, compared.

`python tests/readme.py` writes their output.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from in_process import ended

README = Path(__file__).parents[1] / "README.md"
PAGES = [README, *sorted((README.parent / "docs").glob("*.md"))]
BLOCK = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.MULTILINE | re.DOTALL)
ALONE = re.compile(r"logsched [\w\s\\.,:=/+-]*")  # with nothing that a shell would read otherwise
COMMAND = re.compile(r"^\$ (.*?[^\\])\n(.*?)(?=^\$ |\Z)", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """A command of a page and what the page says that it prints."""

    command: str
    output: str


def examples(text: str) -> list[Example]:
    """The commands after `$ ` in the console blocks, with the lines that follow."""
    return [Example(*found) for block in BLOCK.findall(text) for found in COMMAND.findall(block)]


def set_up_commands(text: str) -> list[str]:
    """The commands that begin on a fresh machine: those that make a virtual environment."""
    return re.findall(r"^python3 -m venv .*$", text, re.MULTILINE)


def run(command: str, folder: Path) -> str:
    """What a command prints, on stdout and stderr, 80 columns wide and without colour.

    In the folder there is `docs` too, as in the one that a reader is in.
    """
    if not (folder / "docs").exists():
        (folder / "docs").symlink_to(README.parent / "docs")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {"PATH": path, "COLUMNS": "80", "LANG": "C.UTF-8", "HOME": str(folder)}
    if ALONE.fullmatch(command):
        args = command.replace("\\\n", "").split()[1:]
        return ended(args, env, folder=folder, together=True).stdout.decode()
    shell = ["bash", "-o", "pipefail", "-c", command]
    done = subprocess.run(
        shell, cwd=folder, env=env, text=True, stdout=-1, stderr=subprocess.STDOUT, check=False
    )
    return done.stdout


def rewritten(text: str, folder: Path) -> str:
    """A page with the output that its commands have now."""

    def block(found: re.Match[str]) -> str:
        shown = [f"$ {one}\n{run(one, folder)}" for one, _ in COMMAND.findall(found.group(0))]
        return "".join(shown)

    return BLOCK.sub(block, text)


if __name__ == "__main__":
    import tempfile

    for page in PAGES:
        with tempfile.TemporaryDirectory() as folder:
            page.write_text(rewritten(page.read_text(), Path(folder)))
