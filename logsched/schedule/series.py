"""What a run logged: rates by epoch."""

from __future__ import annotations

from typing import NamedTuple

from logsched.base.lazy import Floats


class Series(NamedTuple):
    """What a run logged: `(n,)` epochs in ascending order, repeats among them, and finite rates."""

    epoch: Floats
    rate: Floats
