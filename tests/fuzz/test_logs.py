"""Damaged logs of every kind, many of them: read rightly or refused, never a wrong rate.

It takes minutes, so it does not run with the other tests, but as tests/fuzz/test_command_line.py.
"""

import os
from functools import cache
from pathlib import Path
from random import Random

import pytest
from log_damage import DAMAGE, assert_no_other, rates_in

CASES = int(os.environ.get("LOGSCHED_FUZZ_CASES", "6000"))
SEED = int(os.environ.get("LOGSCHED_FUZZ_SEED", "0"))
SAMPLES = sorted(
    str(path)
    for path in (Path(__file__).parents[1] / "logs" / "samples").iterdir()
    if not path.name.endswith((".expected.json", ".md"))
)
rates_of = cache(rates_in)


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_no_damage_makes_another_rate(damage, tmp_path):
    random = Random(SEED)
    path = tmp_path / "run.log"
    for _ in range(-(-CASES // len(DAMAGE))):
        sample = random.choice(SAMPLES)
        path.write_bytes(damage(Path(sample).read_bytes(), random))
        assert_no_other(rates_in(str(path)), rates_of(sample))
