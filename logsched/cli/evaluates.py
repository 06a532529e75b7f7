"""What every command that evaluates takes: schedules, and the options that make a plan of them."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, wraps
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from logsched.base import console
from logsched.base.declare import Parameter, Value, declared
from logsched.cli.options import complete, preset_names, shape_names
from logsched.plan.presets import PRESETS, find_preset
from logsched.schedule.parameters import ALIASES, Parameters
from logsched.schedule.run import RUN_PARAMETERS

if TYPE_CHECKING:
    from logsched.plan.plan import Plan

Prepare = Callable[[dict[str, Any], Mapping[str, str | None]], Mapping[str, Value]]
"""Changes what a command is given, by the texts of its options; returns what is usual there."""

PAPER = ("constant", "step", "cosine", "log")  # what the paper compares
LAYERS = ("schedules", "preset", "config", "sweep", "match_budget")  # what `read_plan` takes
_SWEEP = typer.Option(
    "--sweep",
    metavar="PARAM=VALUES",
    help="a schedule for each value: restart_lr=0.05,0.1 or restart_interval=5:40:8 or "
    "lr=1e-4:1e-1:4:log or log:base=range,1000; two sweeps give their product",
)


def run_parameters() -> Mapping[str, Parameter]:
    """Every parameter that has an option: those of a schedule, of the run, and other names."""
    own = declared(Parameters)
    others = {name: own[ALIASES[name][0]] for name in ALIASES if ALIASES[name][0] in own}
    return {**own, **RUN_PARAMETERS, **others}


def evaluates(
    *default: str,
    declares: Mapping[str, Parameter] | None = None,
    prepare: Prepare | None = None,
    left_out: Mapping[str, str] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command SCHEDULE arguments, after its own, and the shared options.

    It is called with a `Plan`.

    `default` are the schedules taken where none is named, nor a log as `data`. What the command
    `declares` are options of its own; `prepare` gets the texts of these and of the parameters, and
    all else that is given, may change it, and says what parameters are where nobody sets them;
    `left_out` is what help says of these. What there is to warn of goes to stderr. What the command
    returns is the exit status.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        shared = run_parameters()

        @wraps(command)
        def wrapper(**given: Any) -> Any:
            texts = {name: given.pop(name) for name in shared}
            its = {name: given.pop(name) for name in declares or ()}
            usual = prepare(given, {**texts, **its}) if prepare else {}
            unnamed = () if given.get("data") else default
            layers = {name: given.pop(name) for name in LAYERS}
            plan = read_plan(unnamed, texts, usual, **layers)
            status = command(plan, **given)  # first: its error is all that is said, if it fails
            for said in (*(f"Warning: {one}" for one in plan.warnings), *plan.notes):
                console.say(said)
            return status

        known = [
            *_own(command, _schedules(default), declares or {}),
            *_shared_options(**left_out or {}),
        ]
        wrapper.__signature__ = inspect.Signature(known)  # type: ignore[attr-defined]
        wrapper.__annotations__ = {}
        return wrapper

    return decorate


def _own(
    command: Callable[..., Any], schedules: inspect.Parameter, declares: Mapping[str, Parameter]
) -> list[inspect.Parameter]:
    """A command's arguments, the schedules after them, and its options."""
    own = list(inspect.signature(command).parameters.values())[1:]
    options = [one for one in own if not _is_argument(one)]
    options += [_option(name, one) for name, one in declares.items()]
    return [*(one for one in own if _is_argument(one)), schedules, *options]


def read_plan(
    default: Sequence[str],
    texts: Mapping[str, str | None],
    usual: Mapping[str, Value],
    schedules: list[str] | None,
    preset: str | None,
    config: str | None,
    sweep: list[str] | None,
    match_budget: str | None,
) -> "Plan":
    """What options ask for, a `Plan`; `usual` is what they set where nobody else does.

    Raises LogschedError where they cannot mean one.
    """
    from logsched.plan.config import Config, read_config
    from logsched.plan.make import make_plan
    from logsched.plan.specs import Settings

    settings = Settings(
        read_options(texts),
        Config() if config is None else read_config(config),
        {**usual, **({} if preset is None else find_preset(preset).settings)},
    )
    plan = make_plan(schedules or (), default, settings, sweep or ())
    if match_budget is None:
        return plan
    from logsched.plan.budget import match_plan

    return match_plan(plan, match_budget)


def read_options(texts: Mapping[str, str | None]) -> dict[str, Value]:
    """What options set. Raises LogschedError for a text that breaks its parameter's rule."""
    known = run_parameters()
    return {
        name: known[name].rule.parse(name, text) for name, text in texts.items() if text is not None
    }


def _is_argument(parameter: inspect.Parameter) -> bool:
    about = get_args(parameter.annotation)[-1]
    return isinstance(about, typer.models.ArgumentInfo)


def _schedules(default: Sequence[str]) -> inspect.Parameter:
    known = f"  [default: {' '.join(default)}]" if default else ""
    text = f"SHAPE, SHAPE:param=value,..., or NAME= before either; see `shapes`{known}"
    about = typer.Argument(metavar="[SCHEDULE]...", help=text, autocompletion=complete(shape_names))
    return _keyword("schedules", Annotated[list[str] | None, about])


@cache
def _shared_options(**left_out: str) -> list[inspect.Parameter]:
    return [
        _text("preset", "NAME", f"the paper's settings: {', '.join(PRESETS)}", preset_names),
        _text("config", "FILE", "settings and schedules of a TOML or an exported JSON file"),
        _keyword("sweep", Annotated[list[str] | None, _SWEEP]),
        _text(
            "match_budget", "LABEL", "change the other schedules' rates to spend as much as this"
        ),
        *(
            _option(name, replace(one, left_out=left_out.get(name, one.left_out)))
            for name, one in run_parameters().items()
        ),
    ]


def _text(
    name: str, metavar: str, help: str, names: Callable[[], Iterable[str]] = tuple
) -> inspect.Parameter:
    option = f"--{name.replace('_', '-')}"
    about = typer.Option(option, metavar=metavar, help=help, autocompletion=complete(names))
    return _keyword(name, Annotated[str | None, about])


def _option(name: str, parameter: Parameter) -> inspect.Parameter:
    metavar = parameter.unit or "|".join(parameter.rule.words) or "NUMBER"
    about = typer.Option(
        f"--{name.replace('_', '-')}",
        metavar=metavar if parameter.rule.words else metavar.upper(),
        help=f"{parameter.help}  [default: {parameter.left_out}]"
        if parameter.left_out
        else parameter.help,
        hidden=name in ALIASES,
        autocompletion=complete(lambda: parameter.rule.words),
    )
    return _keyword(name, Annotated[str | None, about])


def _keyword(name: str, annotation: Any) -> inspect.Parameter:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(name, kind, default=None, annotation=annotation)
