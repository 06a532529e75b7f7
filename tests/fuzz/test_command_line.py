"""Whatever is said to the command line: it ends soon, with 0, 1 or 2, and says one sentence.

It takes minutes, so it does not run with the other tests, but by
`python -m pytest -n auto --dist=worksteal tests/fuzz`.
`LOGSCHED_FUZZ_CASES=200000 LOGSCHED_FUZZ_SEED=7` makes a longer run, of other cases.
"""

import os
import re

import pytest
from grammar import COMMANDS, cases
from hypothesis import HealthCheck, given, seed, settings
from worker import Worker

CASES = int(os.environ.get("LOGSCHED_FUZZ_CASES", "20000"))
SEED = int(os.environ.get("LOGSCHED_FUZZ_SEED", "0"))
NAMES = ["", *COMMANDS]  # "" is what names no command
SECONDS = 2  # of the processor a case
AGAIN = 3  # times that a longer one is tried


@pytest.fixture(scope="module")
def worker():
    """One process for all cases, until one of them ends it."""
    worker = Worker()
    yield worker
    worker.close()


@pytest.mark.parametrize("name", NAMES)
def test_any_command_line(name, worker):
    @seed(SEED)
    @settings(
        max_examples=-(-CASES // len(NAMES)),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(name))
    def one(case):
        answer = worker.run(case)
        for _ in range(AGAIN):  # a machine may be busy
            answer = answer if answer.seconds < SECONDS else worker.run(case)
        holds(case, answer)

    one()


def holds(case, answer):
    """What is promised of every case."""
    assert answer.status in (0, 1, 2), answer.stderr
    assert answer.seconds < SECONDS
    differs = case.args[:1] == ["check"] and answer.status == 1 and answer.stdout
    if answer.status == 0 or differs:
        assert talk(answer.stderr)
    else:
        assert answer.stdout == b""
        assert re.fullmatch(r"Error: [^\n]+[.?]\n", answer.stderr)
        assert answer.stderr[:-1].isprintable()
    said = " ".join(case.args)
    changed = [name for name, data in answer.left.items() if case.files.get(name) != data]
    assert all(name.partition("/")[0] in said for name in changed)
    assert answer.status == 0 or not changed


def talk(stderr):
    """Whether it is sentences, none of them an error or a warning of Python's."""
    lines = stderr.splitlines()
    return all(
        line.isprintable() and line.endswith((".", "?")) for line in lines
    ) and not re.search(r"^Error|Traceback|\w+Warning:", stderr, re.MULTILINE)
