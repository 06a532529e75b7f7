"""A process that runs one case of the fuzz after another, and the handle that others have of it.

A compiled kernel may abort, a loop may not end: the process is then replaced by a new one.
"""

import io
import os
import pkgutil
import resource
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from contextlib import suppress
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from grammar import Case

PATIENCE = 30  # seconds until a case is taken for one without an end, however slow the machine
LARGEST = 4 * 2**20  # bytes that may be written to a file or a pipe
MEMORY = 4 * 2**30  # bytes that the process may have


class Answer(NamedTuple):
    """What a case came to; `status` is None where an exception got out of the command line."""

    status: int | None
    stdout: bytes
    stderr: str
    seconds: float  # of the processor
    left: dict[str, bytes]  # files that are there in the end, by name


class Pipe(io.RawIOBase):
    """Takes some MB, then nobody reads on: as in `| head`."""

    def __init__(self):
        self.taken = bytearray()

    def writable(self):
        return True

    def write(self, data):
        if len(self.taken) > LARGEST:
            raise BrokenPipeError
        self.taken += data
        return len(data)


class Worker:
    """The process; `run` gives a case to it."""

    def __init__(self):
        self._start()

    def _start(self):
        context = get_context("spawn")
        self._ours, its = context.Pipe()
        self._process = context.Process(target=serve, args=(its,), daemon=True)
        self._process.start()
        its.close()
        self._ours.recv()  # it is ready

    def run(self, case: Case) -> Answer:
        """What the case comes to. Raises AssertionError where the process dies of it or hangs."""
        self._ours.send(case)
        try:
            if self._ours.poll(PATIENCE):
                return self._ours.recv()
            how = "does not end"
        except EOFError:
            self._process.join()
            how = f"kills the process ({self._process.exitcode})"
        self.close()
        self._start()
        raise AssertionError(f"{case.args} {how}")

    def close(self):
        self._process.kill()
        self._process.join()
        self._ours.close()


def serve(connection: Connection) -> None:
    """Answer cases until nobody asks."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("always", RuntimeWarning)
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"HOME": folder, "MPLCONFIGDIR": folder, "OMP_NUM_THREADS": "1"}
        warm_up(Path(folder, "case"))
        connection.send("ready")
        while True:
            try:
                case = connection.recv()
            except EOFError:
                return
            connection.send(answer(case, Path(folder, "case")))


def warm_up(folder: Path) -> None:
    """Import all, and draw once: that is not to count as a case's time."""
    import logsched

    for module in pkgutil.walk_packages(logsched.__path__, "logsched."):
        with suppress(ImportError):  # of a package that is an extra
            import_module(module.name)
    answer(Case(["plot", "-o", "out.png"], {}, b"", {}, "utf-8"), folder)


def answer(case: Case, folder: Path) -> Answer:
    """Run a case in a folder of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    os.chdir(folder)
    for name, content in case.files.items():
        Path(name).write_bytes(content)
    before = dict(os.environ)
    os.environ.update({"COLUMNS": "80", "LANG": "C.UTF-8"} | case.environment)
    out, err, begin = Pipe(), io.StringIO(), time.process_time()
    sys.stdin = io.TextIOWrapper(io.BytesIO(case.stdin))
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(out), case.encoding, write_through=True)
    sys.stderr = err
    try:
        status = ended(case.args)
        sys.stdout.flush()
    finally:
        os.environ.clear()
        os.environ.update(before)
    left = {str(path): path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    return Answer(status, bytes(out.taken), err.getvalue(), time.process_time() - begin, left)


def ended(args: list[str]) -> int | None:
    """The exit status of the command line with these arguments."""
    from logsched.cli.app import main

    sys.argv = ["logsched", *args]
    try:
        main()
    except SystemExit as stop:
        return stop.code or 0
    except BaseException:
        traceback.print_exc()
    return None
