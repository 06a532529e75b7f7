"""Options that several commands share, and what a shell completes."""

from collections.abc import Callable, Iterable
from typing import Annotated

import typer

At = Annotated[
    str | None,
    typer.Option("--at", metavar="TIMES", help="only these times, as in 0,5,30 or 10%,50%"),
]
Every = Annotated[
    str | None, typer.Option("--every", metavar="N", help="only every N-th point of the grid")
]
Unit = Annotated[
    str | None,
    typer.Option(
        "--unit",
        metavar="UNIT",
        help="tell times in epoch, step, token or sample, or in two, as epoch,step",
    ),
]
TextOrJson = Annotated[str, typer.Option("--format", metavar="FORMAT", help="text or json")]


def complete(names: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """A shell completion that offers names."""
    return lambda incomplete: [name for name in names() if name.startswith(incomplete)]


def shape_names() -> Iterable[str]:
    """The shapes there are."""
    from logsched.schedule.shapes import SHAPES

    return SHAPES


def preset_names() -> Iterable[str]:
    """The presets there are."""
    from logsched.plan.presets import PRESETS

    return PRESETS
