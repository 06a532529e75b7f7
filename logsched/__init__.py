"""logsched: learning-rate schedules, evaluated, drawn, described and exported."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from logsched.base.errors import LogschedError as LogschedError
    from logsched.schedule.schedule import Schedule as Schedule

__version__ = "0.1.0"
__all__ = ["LogschedError", "Schedule", "__version__"]

_HOMES = {"LogschedError": "base.errors", "Schedule": "schedule.schedule"}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `--help` need not wait for it."""
    if name not in _HOMES:
        raise AttributeError(f"module 'logsched' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(f"logsched.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
