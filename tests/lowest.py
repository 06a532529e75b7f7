"""Prints the lowest version of each dependency that pyproject.toml allows, as constraints."""

import re
import tomllib
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]


def lowest(requirement: str) -> str:
    """`numpy==2.0` of `numpy>=2.0,<3`."""
    name, version = re.match(r"([\w-]+)>=([\d.]+)", requirement).groups()
    return f"{name}=={version}"


if __name__ == "__main__":
    for one in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]:
        print(lowest(one))
