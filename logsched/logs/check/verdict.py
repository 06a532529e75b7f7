"""What `check` says: whether a log is the schedule, where not, and why; as text or JSON."""

from __future__ import annotations

import shlex

from logsched.base.text import as_json, columns
from logsched.base.words import number, time
from logsched.logs.check.check import Comparison, Verdict


def _as_text(verdict: Verdict, label: str, planned: str, source: str) -> str:
    """The verdict on the log `label`, which is from `source`, beside the schedule `planned`."""
    if verdict.whole.agrees:
        return _agreeing(verdict.whole, label, planned)
    parts = (_differing(verdict, label, planned), _places(verdict.whole), _why(verdict, source))
    return "\n".join(parts)


def _agreeing(whole: Comparison, label: str, planned: str) -> str:
    """One sentence: as what, how near, and read in which way."""
    greatest = whole.greatest
    apart = abs(greatest.logged - greatest.planned)
    return (
        f"{label} is {planned}: {_all(whole.rows)} within {_within(whole)}; the "
        f"greatest difference is {number(apart)}, at epoch {time(greatest.epoch)}. The time is by "
        f"{whole.reading.source}.\n"
    )


def _all(count: int) -> str:
    return "its one rate agrees" if count == 1 else f"all {count} rates agree"


def _rates(count: int) -> str:
    return f"{count} rate{'' if count == 1 else 's'}"


def _within(whole: Comparison) -> str:
    single = " (its rates are float32)" if whole.tolerance.single else ""
    return f"rtol {whole.tolerance.rtol:g}{single}"


def _differing(verdict: Verdict, label: str, planned: str) -> str:
    whole = verdict.whole
    return (
        f"{label} is not {planned}: {whole.differing.size} of {_rates(whole.rows)} "
        f"differ{'s' if whole.differing.size == 1 else ''} by more than {_within(whole)}. The time "
        f"is by {whole.reading.source}.\n"
    )


def _places(whole: Comparison) -> str:
    rows = [["", "row", "epoch", "logged", "planned", "difference"]]
    for name, place in (("first", whole.first), ("greatest", whole.greatest)):
        rates = [f"{rate:.10g}" for rate in (place.logged, place.planned)]
        apart = number(abs(place.logged - place.planned))
        rows.append([name, str(place.row), time(place.epoch), *rates, apart])
    return columns(rows, right=range(1, 6))


def _why(verdict: Verdict, source: str) -> str:
    causes = [f"{one.sentence}.\n" for one in verdict.causes]
    if not causes:
        steps = verdict.whole.reading.steps_per_epoch
        counted = f" --steps-per-epoch {steps}" if steps > 1 else ""
        return (
            "No single cause known here explains all of it; to see what it may be:\n"
            f"  logsched identify {shlex.quote(source)}{counted}\n"
        )
    if len(causes) == 1:
        return f"Cause: {causes[0]}"
    return "Each of these explains all of it:\n" + "".join(f"  - {one}" for one in causes)


def _as_json(verdict: Verdict, label: str, planned: str, source: str) -> str:
    whole = verdict.whole
    said = {
        "log": label,
        "schedule": planned,
        "agrees": whole.agrees,
        "rows": whole.rows,
        "differing": whole.differing.size,
        "rtol": whole.tolerance.rtol,
        "float32": whole.tolerance.single,
        "time": whole.reading.source,
        "first": None if whole.agrees else whole.first._asdict(),
        "greatest": whole.greatest._asdict(),
        "causes": [one._asdict() for one in verdict.causes],
        "notes": whole.reading.notes(),
    }
    return as_json(said)


FORMATS = {"text": _as_text, "json": _as_json}
