"""A schedule's text, read: `log:base=range,restart_lr=0.2`, or pieces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from logsched.base.declare import declared
from logsched.base.errors import LogschedError
from logsched.base.words import shown, unknown
from logsched.schedule.parameters import ALIASES, Parameters
from logsched.schedule.pieces import canonical, is_pieces
from logsched.schedule.run import RUN_PARAMETERS
from logsched.schedule.shape import find_shape

if TYPE_CHECKING:
    from logsched.base.declare import Value

PIECES = "pieces"


def read_text(text: str) -> tuple[str, dict[str, Value]]:
    """The shape and the parameters of a text. Raises LogschedError for what it cannot mean."""
    if is_pieces(text):
        return PIECES, {"text": canonical(text)}
    shape, colon, tail = text.partition(":")
    find_shape(shape)
    if colon and not tail:
        raise LogschedError(f"nothing follows the colon in schedule {shown(text)}")
    return shape, read_params(text, shape, tail.split(",") if colon else [])


def read_params(text: str, shape: str, items: Sequence[str]) -> dict[str, Value]:
    """The parameters of `param=value` items in a schedule's text, by the names as given."""
    known = declared(find_shape(shape)) | declared(Parameters)
    params: dict[str, Value] = {}
    for item in items:
        key, equals, value = item.partition("=")
        key = key.strip().replace("-", "_")
        if not equals or not key:
            raise LogschedError(f"{shown(item)} in schedule {shown(text)} is not param=value")
        if key in params:
            raise LogschedError(f"{key} is given twice in schedule {shown(text)}")
        if key in RUN_PARAMETERS:
            option = key.replace("_", "-")
            raise LogschedError(
                f"{key} in schedule {shown(text)} is of the run, not of a schedule: use --{option}"
            )
        name = ALIASES[key][0] if key in ALIASES else key
        if name not in known:
            raise unknown(f"parameter of {shape}", key, known)
        params[key] = known[name].rule.parse(key, value)
    return params
