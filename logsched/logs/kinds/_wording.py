"""In which words a console log says its rates and times, as some of its lines tell."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose, isnan, nan

from logsched.logs.kinds._phrases import Phrase, Sort, Wording, counted_after, notations, phrases
from logsched.logs.names import EPOCHS, RATES, last_words, words
from logsched.logs.table import OF, PAIR

HINT = re.compile(
    rb"[lL]\.?[rR](?![a-zA-Z])|[lL]earning.?[rR]ate|LEARNING.?RATE|lrate|rate,|\xe5\xad\xa6\xe4\xb9\xa0"
)
LINES = 2000  # that are looked at, around those that say a rate
WINDOWS = 16
LONG = 4000  # bytes of a line that are looked at
OFTEN = 0.5  # of the lines that say the rate: so many say what belongs to it
ALIKE = 0.01  # rates that are said twice may be rounded
OTHERS = 50  # names of other numbers
FEW = 2  # lines that say what is said by itself
CONTEXT = 3  # times that are said by themselves
LONGER = 20  # names that end like another


Line = dict[str, Phrase]


@dataclass(frozen=True)
class Vocabulary:
    """How numbers are said, by name: of rates, of times, and of others.

    `columns` are the numbers in the lines looked at that say a rate, or where none does any other;
    those of N in n/N as well.
    """

    wordings: dict[str, Wording]
    rates: Sequence[str]
    times: Sequence[str]
    columns: dict[str, list[float]]
    count: int = 0  # of the lines that say a rate


def sample(lines: Sequence[bytes]) -> list[bytes]:
    """The lines around some of those that may say a rate; of a short text all."""
    if len(lines) <= LINES:
        return [line[:LONG] for line in lines]
    hints = [n for n, line in enumerate(lines) if HINT.search(line)]
    centers = hints[:: 1 + len(hints) // WINDOWS] or range(0, len(lines), 1 + len(lines) // WINDOWS)
    half = LINES // WINDOWS // 2
    chosen = {n for at in centers for n in range(max(at - half, 0), at + half)}
    return [lines[n][:LONG] for n in sorted(chosen) if n < len(lines)]


def vocabulary(lines: Sequence[bytes]) -> Vocabulary:
    """How a text says rates and times, by some of its lines."""
    parsed = [_line(line) for line in lines]
    rates = _rates(parsed)
    rated = [line for line in parsed if any(name in line for name in rates)]
    times = _times(rated, parsed)
    others = [*_often(parsed, Sort.RATE, 1), *_often(parsed, Sort.OTHER, FEW)[:OTHERS]]
    names = list(dict.fromkeys([*rates, *times, *others]))
    spoken = {name: _spoken(name, rated if name in rates else parsed) for name in names}
    if PAIR in times:
        epochs = (name for name in times if _is_epoch(name))
        before = [name for name in epochs if _count(name, rated) >= OFTEN * len(rated)]
        spoken[PAIR] = counted_after(spoken[before[0]] if before else None)
    return Vocabulary(spoken, rates, times, _columns(names, times, parsed), len(rated))


def _line(line: bytes) -> Line:
    """The phrases of a line by name, the first of each; a framework's notation of times wins."""
    own = {phrase.name: phrase for phrase in notations(line)}
    timed = any(phrase.sort is Sort.TIME for phrase in own.values())
    found: Line = {}
    for phrase in phrases(line):
        if not (timed and phrase.sort is Sort.TIME):
            found.setdefault(phrase.name, phrase)
    return found | own


def _often(lines: Sequence[Line], sort: Sort, least: float) -> list[str]:
    """The names of a sort that so many lines say, or more, the most frequent ones first."""
    counts = Counter(name for line in lines for name, one in line.items() if one.sort is sort)
    return [name for name, count in counts.most_common() if count >= least]


def _count(name: str, lines: Sequence[Line]) -> int:
    return sum(name in line for line in lines)


def _rates(lines: Sequence[Line]) -> list[str]:
    """The names of rates, without settings, and of one that is said twice once."""
    rates = _often(lines, Sort.RATE, 1)
    rates = [name for name in rates if _count(name, lines) >= OFTEN * _count(rates[0], lines)]
    exact = [name for name in rates if words(name) in RATES]
    if len(exact) == 1:
        rates = [name for name in rates if re.sub(r"/\d+$", "", name) == exact[0]]
    alike = [name for name in rates if _alike(_numbers(rates[0], lines), _numbers(name, lines))]
    finest = max(
        alike,
        key=lambda name: sum(len(line[name].number) for line in lines if name in line),
        default="",
    )
    return [finest, *(name for name in rates if name not in alike)] if rates else []


def _alike(some: Sequence[float], others: Sequence[float]) -> bool:
    """Whether rates are the same, one by one, but for rounding and one at an end."""
    count = min(len(some), len(others))
    if max(len(some), len(others)) > count + 1:
        return False
    return any(
        all(isclose(a, b, rel_tol=ALIKE) for a, b in zip(one, two, strict=False))
        for one, two in ((some, others), (some[-count:], others[-count:]))
    )


def _times(rated: Sequence[Line], lines: Sequence[Line]) -> list[str]:
    """The names of times that most lines with a rate say; or that others say, before them."""
    own = _often(rated, Sort.TIME, OFTEN * len(rated))
    around = [name for name in _often(lines, Sort.TIME, FEW) if name != PAIR and name not in own]
    if own:
        around = [] if any(map(_is_epoch, own)) else [one for one in around if _is_epoch(one)]
    return own + around[:CONTEXT]


def _is_epoch(name: str) -> bool:
    return last_words(name.rstrip(".")) in EPOCHS


def _spoken(name: str, lines: Sequence[Line]) -> Wording:
    """How numbers of a name are said for the most part."""
    said = Counter((line[name].written, line[name].between) for line in lines if name in line)
    most = said.most_common(1)[0][0]
    phrase = next(one for one in (line.get(name) for line in lines) if one and one[5:7] == most)
    full = {one.full for line in lines for one in line.values() if one.written != phrase.written}
    return phrase.wording(sorted(one for one in full if one.endswith(phrase.written))[:LONGER])


def _columns(
    names: Sequence[str], times: Sequence[str], lines: Sequence[Line]
) -> dict[str, list[float]]:
    """The numbers of lines that say one that is no time, and the times that were said last."""
    columns = defaultdict[str, list[float]](list)
    last: Line = {}
    for line in lines:
        last |= {name: one for name, one in line.items() if name in times}
        if line.keys() <= last.keys():
            continue
        for name in names:
            one = (last if name in times else line).get(name)
            columns[name].append(_number(one.number) if one else nan)
            if name in times:
                columns[name + OF].append(_number(one.of) if one and one.of else nan)
    return {name: values for name, values in columns.items() if not all(map(isnan, values))}


def _numbers(name: str, lines: Sequence[Line]) -> list[float]:
    return [_number(line[name].number) for line in lines if name in line]


def _number(text: bytes) -> float:
    return float(text.replace(b",", b""))
