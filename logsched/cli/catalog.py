"""The commands `shapes` and `presets`: what there is to choose from."""

from typing import Annotated

import typer

from logsched.base import files
from logsched.cli.options import TextOrJson, complete, preset_names, shape_names


def shapes(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="one shape", autocompletion=complete(shape_names)),
    ] = None,
    format: TextOrJson = "text",
) -> None:
    """Print all shapes, a line each, or a page about one."""
    from logsched.describe import catalog

    files.write_text(catalog.shapes(name, format))


def presets(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="one preset", autocompletion=complete(preset_names)),
    ] = None,
    format: TextOrJson = "text",
) -> None:
    """Print all presets, a line each, or the settings of one."""
    from logsched.describe import catalog

    files.write_text(catalog.presets(name, format))
