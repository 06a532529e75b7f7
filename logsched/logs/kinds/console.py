"""Console logs: any text in which lines say a learning rate, with words for it and for the time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from math import nan

from logsched.base.lazy import np
from logsched.logs.kind import By, Kind
from logsched.logs.kinds._hearing import hear_all, split_lines
from logsched.logs.kinds._wording import HINT, Vocabulary, sample, vocabulary
from logsched.logs.opened import Opened
from logsched.logs.table import Column, Content, Oddities, Table, column_of, row_numbers

ENOUGH = 10  # lines that say a rate tell how
LINE = re.compile(rb"[^\n\v]+")


def _knows(file: Opened) -> bool:
    return not file.folder


def _read(file: Opened) -> Content:
    """The rates that lines say, in the words of the first ones; or else what other lines say."""
    odd = Oddities()
    blocks = map(split_lines, file.blocks(odd))
    begun = list[bytes]()
    spoken = Vocabulary({}, (), (), {})
    for block in blocks:
        begun.append(block)
        if len(begun) == 1 or HINT.search(block):
            found = vocabulary(sample(LINE.findall(block)))
            spoken = found if len(begun) == 1 or found.count > spoken.count else spoken
        if spoken.count >= ENOUGH:
            break
    size = max(map(len, spoken.columns.values()), default=0)
    columns = {name: column_of(values) for name, values in spoken.columns.items()}
    first = Table(columns, row_numbers(size), rates=spoken.rates)

    def table(names: Sequence[str]) -> Table:
        said = [name for name in names if name in spoken.wordings]
        times = {name: spoken.wordings[name] for name in said if name in spoken.times}
        rates = {name: spoken.wordings[name] for name in said if name not in times}
        heard = hear_all(chain(begun, blocks), rates, times, odd, file.name)
        of = {
            name: _alike(first.columns[name], heard.row.size) for name in names if name not in said
        }
        return replace(heard, columns={**heard.columns, **of})

    return Content(first, odd, table, said=True)


def _alike(of: Column, size: int) -> Column:
    """A column of N as it is in all lines that were looked at; blank where it differs."""
    same = np.unique(of.values)
    values = np.full(size, same[0] if same.size == 1 else nan)
    return Column(values, np.isnan(values))


KIND = Kind(
    "console logs, in which lines say a learning rate",
    "step   100/19560 | loss 10.99 | lr 8.57e-05",
    By.WORDS,
    knows=_knows,
    read=_read,
)
