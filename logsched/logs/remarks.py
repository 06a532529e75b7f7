"""What logged rates look like where they look like something else: counts, losses."""

from __future__ import annotations

from logsched.base.lazy import Floats, np
from logsched.base.words import number

HIGH = 10.0
MANY = 10  # rates that tell
NOISY = 1 / 3  # of the rows: losses turn so often from falling to rising or back


def remarks(rates: Floats) -> list[str]:
    """What is odd about rates as rates, a sentence each without its full stop."""
    finite = rates[np.isfinite(rates)]
    said = []
    if finite.size and finite.max() > HIGH:
        most = number(float(finite.max()))
        said.append(f"the rates go up to {most}: above {HIGH:g} they hardly are learning rates")
    if _counts_up(finite):
        said.append("the rates count up, as steps do: they may be no learning rates")
    elif _looks_like_losses(finite):
        said.append("the rates rise and fall from row to row, as losses do: they may be no rates")
    return said


def _counts_up(rates: Floats) -> bool:
    """Whether they are whole numbers, each greater than the one before."""
    whole = rates.size > 2 and bool((rates == np.floor(rates)).all())
    return whole and bool((rates[1:] > rates[:-1]).all())


def _looks_like_losses(rates: Floats) -> bool:
    rises, falls = rates[1:] > rates[:-1], rates[1:] < rates[:-1]
    turns = np.count_nonzero((rises[1:] & falls[:-1]) | (falls[1:] & rises[:-1]))
    return rates.size >= MANY and bool(turns > NOISY * rises.size)
