"""The run that texts, sweeps and settings ask for: its schedules by label, and their grid."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from logsched.base.declare import EXACT, declared
from logsched.base.errors import LogschedError
from logsched.base.words import listed, shown
from logsched.plan.plan import Plan, Swept
from logsched.plan.specs import Settings, Spec, read_spec
from logsched.plan.sweeps import Sweep, expand, read_sweep
from logsched.schedule.parameters import ALIASES
from logsched.schedule.pieces import CLAUSES
from logsched.schedule.run import ENDS, RUN_PARAMETERS, Run
from logsched.schedule.schedule import Schedule


def make_plan(
    texts: Sequence[str],
    default: Sequence[str],
    settings: Settings | None = None,
    sweeps: Sequence[str] = (),
) -> Plan:
    """The schedules that texts name, or a file's, or else a default list, on the settings' grid.

    A schedule of the default list that does not hold on the grid is left out with a warning, as
    long as another one does. Raises LogschedError otherwise.
    """
    settings = settings or Settings()
    _refuse_unquoted(texts)
    tables = settings.config.schedules
    specs = named = [read_spec(text, tables) for text in texts or tables or default]
    read = [read_sweep(text, [spec.shape for spec in specs]) for text in sweeps]
    for sweep in read:
        specs = expand(specs, sweep, settings)
    _refuse_twins(specs)
    grid = make_run(settings, specs)
    schedules = {spec.label: spec.schedule(settings, grid) for spec in specs}
    refused = _refused(schedules, grid)
    if refused and (texts or tables or len(refused) == len(schedules)):
        label, error = next(iter(refused.items()))
        raise LogschedError(f"schedule {shown(label)}: {error}") if tables else error
    kept = {label: schedule for label, schedule in schedules.items() if label not in refused}
    used = {label: schedule.uses for label, schedule in kept.items()}
    return Plan(
        schedules=kept,
        grid=grid,
        warnings=_left_out(refused),
        unused=_unused(settings.options, set().union(*used.values())),
        unused_by={one.label: _unused(one.params, used.get(one.label, ())) for one in specs},
        swept=_swept(named, specs, read),
        bounded=bool({*ENDS} & set(settings.of_run)),
    )


def _swept(named: Sequence[Spec], made: Sequence[Spec], sweeps: Sequence[Sweep]) -> Swept | None:
    """What schedules vary in, where that is one number."""
    if len(sweeps) != 1 or not all(isinstance(value, float) for value in sweeps[0].values):
        return None
    name, _, values, logarithmic = sweeps[0]
    kept = {spec.label for spec in made}
    origins = {
        spec.with_value(name, value).label: (spec.label, float(value))
        for spec in named
        if spec.label not in kept
        for value in values
    }
    return Swept(name, origins, logarithmic)


def _refuse_unquoted(texts: Sequence[str]) -> None:
    """Raise LogschedError where a shell took the words of a schedule in pieces apart."""
    if len(texts) > 1 and not {"then", *CLAUSES}.isdisjoint(texts):
        whole = " ".join(texts)
        raise LogschedError(f"quote a schedule in pieces: '{whole}'")


def _refuse_twins(specs: Sequence[Spec]) -> None:
    seen: set[str] = set()
    for spec in specs:
        if spec.label in seen:
            way_out = f"name one, as in other={spec.shape}"
            raise LogschedError(f"label {shown(spec.label)} is given twice: {way_out}")
        seen.add(spec.label)


def _left_out(refused: Mapping[str, LogschedError]) -> list[str]:
    """A sentence for each reason, with all schedules that it holds for."""
    reasons: dict[str, list[str]] = {}
    for label, error in refused.items():
        reasons.setdefault(str(error), []).append(label)
    return [
        f"{listed(labels)} {'is' if len(labels) == 1 else 'are'} left out: {reason}"
        for reason, labels in reasons.items()
    ]


def _unused(given: Iterable[str], used: Container[str]) -> list[str]:
    names = {name: ALIASES[name][0] if name in ALIASES else name for name in given}
    return [name for name, own in names.items() if name not in RUN_PARAMETERS and own not in used]


def _refused(schedules: Mapping[str, Schedule], grid: Run) -> dict[str, LogschedError]:
    refused = {}
    for label, schedule in schedules.items():
        try:
            schedule.check(grid)
        except LogschedError as error:
            refused[label] = error
    return refused


def make_run(settings: Settings, specs: Iterable[Spec]) -> Run:
    """The run: of the length that is set, or up to the end of the last schedule's `cycles`."""
    its = settings.of_run
    given = {name: its[name] for name in declared(Run) if name in its}
    if "cycles" not in its:
        return Run(**given)
    count, ends = int(its["cycles"]), [*_ends_of_cycles(settings, specs, int(its["cycles"]))]
    if not ends:
        raise LogschedError(f"cycles is {count}, but none of the schedules has restart cycles")
    if max(ends) > EXACT:
        raise LogschedError(f"cycles is {count}, but so many take more than {EXACT} epochs")
    return Run(**given, epochs=int(max(ends)))


def _ends_of_cycles(settings: Settings, specs: Iterable[Spec], count: int) -> Iterator[float]:
    """When so many cycles are over, of the schedules whose lengths need no run."""
    for spec in specs:
        try:
            schedule = spec.schedule(settings)
        except LogschedError as error:
            if "there is no run" not in str(error):
                raise
            continue
        if schedule.cyclic:
            yield schedule.end_of_cycle(count)
