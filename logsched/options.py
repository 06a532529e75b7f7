"""The options of every command that evaluates, made from the parameters' own declaration."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, wraps
from typing import Annotated, Any

import typer

from logsched.errors import LogschedError
from logsched.grid import Grid
from logsched.outputs import console
from logsched.parameters import WHOLE, Parameter, Parameters, Value, declared
from logsched.presets import PRESETS, find_preset

CYCLES = Parameter(
    "instead of epochs: the run ends with this restart cycle", WHOLE, "", None, "epochs decides"
)


def run_parameters() -> Mapping[str, Parameter]:
    """Every parameter that has an option: those of a schedule, of the grid, and `cycles`."""
    return {**declared(Parameters), **declared(Grid), "cycles": CYCLES}


def evaluates(*default: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command SCHEDULE arguments and the shared options; it is called with a `Run`.

    `default` are the schedules taken where none is named. What there is to warn of goes to stderr.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(command).parameters.values())[1:]
        shared = run_parameters()

        @wraps(command)
        def wrapper(**given: Any) -> None:
            texts = {name: given.pop(name) for name in shared}
            names, preset = given.pop("schedules"), given.pop("preset")
            from logsched.specs import make_run

            asked = [name for name, text in texts.items() if text is not None]
            run = make_run(names or (), default, read_settings(texts, preset), asked)
            for warning in run.warnings:
                console.say(f"Warning: {warning}")
            command(run, **given)

        wrapper.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [_schedules(default), *own, *_shared_options()]
        )
        wrapper.__annotations__ = {}
        return wrapper

    return decorate


def read_settings(texts: Mapping[str, str | None], preset: str | None) -> dict[str, Value]:
    """Options over a preset. Raises LogschedError for a text that breaks its parameter's rule."""
    known = run_parameters()
    settings = {
        name: known[name].rule.parse(name, text) for name, text in texts.items() if text is not None
    }
    if "epochs" in settings and "cycles" in settings:
        raise LogschedError(
            f"epochs is {settings['epochs']} and cycles {settings['cycles']}, but only one of them "
            "can say where the run ends"
        )
    below = dict(find_preset(preset).settings) if preset is not None else {}
    if "cycles" in settings:
        below.pop("epochs", None)
    return below | settings


def _schedules(default: Sequence[str]) -> inspect.Parameter:
    text = f"SHAPE, SHAPE:param=value,..., or NAME= before either  [default: {' '.join(default)}]"
    about = typer.Argument(metavar="[SCHEDULE]...", help=text, autocompletion=complete(shape_names))
    return _keyword("schedules", Annotated[list[str] | None, about])


@cache
def _shared_options() -> list[inspect.Parameter]:
    text = f"the paper's settings: {', '.join(PRESETS)}"
    about = typer.Option(
        "--preset", metavar="NAME", help=text, autocompletion=complete(preset_names)
    )
    preset = _keyword("preset", Annotated[str | None, about])
    return [preset, *(_option(name, one) for name, one in run_parameters().items())]


def _option(name: str, parameter: Parameter) -> inspect.Parameter:
    metavar = parameter.unit or ("CHOICE" if parameter.rule.words else "NUMBER")
    about = typer.Option(
        f"--{name.replace('_', '-')}",
        metavar=metavar.upper(),
        help=f"{parameter.help}  [default: {parameter.left_out}]",
        autocompletion=complete(lambda: parameter.rule.words),
    )
    return _keyword(name, Annotated[str | None, about])


def _keyword(name: str, annotation: Any) -> inspect.Parameter:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(name, kind, default=None, annotation=annotation)


def complete(names: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """A shell completion that offers names."""
    return lambda incomplete: [name for name in names() if name.startswith(incomplete)]


def shape_names() -> Iterable[str]:
    """The shapes there are."""
    from logsched.shapes import SHAPES

    return SHAPES


def preset_names() -> Iterable[str]:
    """The presets there are."""
    return PRESETS
