"""What there is to choose from, shapes and presets, as text and as JSON."""

from __future__ import annotations

from inspect import cleandoc
from typing import TYPE_CHECKING, Any

from logsched.base.declare import Parameter, declared
from logsched.base.text import as_json, check_format, columns
from logsched.plan.presets import PRESETS, Preset, find_preset

if TYPE_CHECKING:
    from logsched.schedule.shapes import Shape

READING = """
rate = (1 - g) * eta_min + g * eta_max, where no rate is given; eta_max is the
rate at the top of a decay or cycle, eta_min that at its end; u = T_cur/T_i is
how much of it is over, from 0 to 1. All about one: logsched shapes NAME
"""


def shapes(name: str | None, format: str) -> str:
    """All shapes, a line each, or all of one. Raises LogschedError for a name there is not."""
    from logsched.schedule.shapes import SHAPES, find_shape

    chosen = SHAPES if name is None else {name: find_shape(name)}
    check_format(format, ("text", "json"))
    if format == "json":
        return as_json({"shapes": {key: _shape_facts(shape) for key, shape in chosen.items()}})
    if name is None:
        return columns([[key, shape.formula] for key, shape in chosen.items()]) + READING
    return _shape_page(chosen[name])


def presets(name: str | None, format: str) -> str:
    """All presets, a line each, or all of one. Raises LogschedError like `shapes`."""
    chosen = PRESETS if name is None else {name: find_preset(name)}
    check_format(format, ("text", "json"))
    if format == "json":
        return as_json({"presets": {key: preset._asdict() for key, preset in chosen.items()}})
    if name is None:
        return columns([[key, preset.about, preset.source] for key, preset in chosen.items()])
    return _preset_page(name, chosen[name])


def _shape_facts(shape: type[Shape]) -> dict[str, Any]:
    own = {name: _parameter_facts(one) for name, one in declared(shape).items()}
    return {
        "summary": _summary(shape),
        "formula": shape.formula,
        "source": shape.source,
        "parameters": own,
    }


def _parameter_facts(one: Parameter) -> dict[str, str]:
    return {"help": one.help, "rule": one.rule.says, "unit": one.unit, "left_out": one.left_out}


def _summary(shape: type[Shape]) -> str:
    return cleandoc(shape.__doc__ or "")


def _shape_page(shape: type[Shape]) -> str:
    parts = [
        f"{shape.name}: {_summary(shape)}\n",
        columns([["formula", shape.formula], ["source", shape.source]]),
    ]
    for name, one in declared(shape).items():
        about = [one.help, one.rule.says, f"left out: {one.left_out}"]
        parts.append(columns([[name, about[0]], *(["", line] for line in about[1:])]))
    return "\n".join(parts)


def _preset_page(name: str, preset: Preset) -> str:
    settings = [[key, str(value)] for key, value in preset.settings.items()]
    return f"{name}: {preset.about} ({preset.source}). {preset.note}\n\n{columns(settings)}"
