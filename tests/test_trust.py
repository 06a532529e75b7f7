"""docs/TRUST.md: no network, no foreign code, no other program, no file but what is named."""

import ast
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from test_promises import ROWS, WORKING

import logsched
from logsched.logs.kinds import blocks, table
from logsched.plan import config, sweeps
from logsched.schedule import grid

PACKAGE = Path(logsched.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
PAGE = (Path(__file__).parents[1] / "docs" / "TRUST.md").read_text()
FORBIDDEN = {
    *("pickle", "marshal", "shelve", "dill", "joblib", "code", "codeop", "runpy", "ctypes"),
    *("socket", "ssl", "http", "urllib", "urllib3", "requests", "httpx", "ftplib", "smtplib"),
    *("asyncio", "webbrowser", "xmlrpc", "telnetlib", "subprocess", "multiprocessing", "pty"),
}
EXCEPT = {("trial/cifar.py", "pickle")}  # its reader imports nothing for a file
CALLS = {"eval", "exec", "compile", "__import__", "system", "popen", "fork", "execv", "spawnv"}
LOADERS = {"np.load": ("allow_pickle", False), "torch.load": ("weights_only", True)}


def imported(tree):
    """The packages that a module imports, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.partition(".")[0]


def calls(tree):
    """The calls in a module, each with the name of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


@cache
def tree_of(path):
    """What is written in a module."""
    return ast.parse(path.read_text())


@pytest.mark.quick(40)
@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
class TestModule:
    def test_it_imports_nothing_that_reaches_out(self, path):
        name = str(path.relative_to(PACKAGE))
        found = {(name, one) for one in imported(tree_of(path)) if one in FORBIDDEN}
        assert found <= EXCEPT

    def test_it_runs_no_text(self, path):
        for name, _ in calls(tree_of(path)):
            method = name.rpartition(".")[2]
            assert method not in CALLS or name in ("re.compile", "net.eval"), name

    def test_it_loads_no_objects(self, path):
        for name, call in calls(tree_of(path)):
            if name in LOADERS:
                keywords = {
                    one.arg: ast.literal_eval(one.value)
                    for one in call.keywords
                    if isinstance(one.value, ast.Constant)
                }
                key, value = LOADERS[name]
                assert keywords[key] is value


def test_the_reader_of_modules_sees_what_is_forbidden():
    """Also within a function."""
    tree = ast.parse("def f():\n    import socket.x\n    from http.server import y\n    eval('1')")
    assert set(imported(tree)) == {"socket", "http"}
    assert [name for name, _ in calls(tree)] == ["eval"]


# What runs: an audit hook sees each connection, program, and file that is opened to be written.

WATCHED = """
import os, sys
from logsched.__main__ import main

def watch(event, args):
    if event == "open":
        path, mode, flags = args
        if (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) or set(mode or "") & set("wax+"):
            print("write", path, file=log, flush=True)
    elif event.startswith(SUSPECT):
        print(event, *args[:1], file=log, flush=True)

SUSPECT = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork",
           "pickle.", "urllib.", "http.", "ftplib.", "smtplib.", "webbrowser.",
           "os.remove", "os.rename", "os.rmdir", "os.mkdir", "shutil.")
log = open(sys.argv.pop(1), "w")
sys.addaudithook(watch)
main()
"""
WRITING = [
    ["export", "-o", "out.csv"],
    ["export", "-o", "out.npz"],
    ["plot", "-o", "out.png"],
    ["plot", "-o", "out.svg"],
    ["plot", "-o", "out.pdf"],
    ["plot", "-o", "out/", "cosine"],
    ["plot", "--data", "run.csv", "--data", "run.npy"],
    ["snippet", "torch", "-o", "out.py"],
    ["describe", "--config", "c.toml", "--sweep", "lr=0.1,0.2"],
    ["--version"],
    ["--help"],
]
TRIALS = [
    ["trial", "digits", "cosine", "--epochs", "3", "--batch-size", "500", "--checkpoint", "out"],
    ["trial", "gan-ring", "log", "--epochs", "3", "--batch-size", "16", "-o", "out.png"],
]
# What PyTorch does by itself.
PYTORCH = r"write /dev/null|subprocess\.Popen \S*ldconfig|os\.mkdir \S*/torchinductor_\w+"


@pytest.fixture(scope="module")
def fonts(tmp_path_factory):
    """Where Matplotlib keeps its list of fonts, so that it need not look for them."""
    folder = tmp_path_factory.mktemp("fonts")
    code = "import matplotlib.font_manager"
    env = os.environ | {"MPLCONFIGDIR": str(folder)}
    subprocess.run([sys.executable, "-c", code], env=env, check=True)
    return folder


@pytest.fixture
def watched(run, call, tmp_path, fonts):
    """Run a command under the hook: what it did that is watched, and what is there afterwards."""
    call("export", "constant", "--format", "csv", "-o", "run.csv")
    np.save(tmp_path / "run.npy", np.ones(9))
    (tmp_path / "c.toml").write_text("lr = 0.2")

    def watched(args):
        log = fonts / "log"
        env = {"MPLCONFIGDIR": str(fonts), "TMPDIR": str(fonts), "PYTHONDONTWRITEBYTECODE": "1"}
        before = set(tmp_path.rglob("*"))
        result = run(command=[sys.executable, "-c", WATCHED, str(log), *args], env=env)
        assert (result.stderr, result.returncode) == ("", 0)
        did = [one for one in log.read_text().splitlines() if str(fonts) not in one]
        return did, set(tmp_path.rglob("*")) - before

    return watched


ALL = [*([name, *ROWS[name].works] for name in WORKING), *WRITING]
ALL += TRIALS if "trial" in WORKING else []


@pytest.mark.quick("--version", "presets", "check", "out.csv")
@pytest.mark.parametrize("args", ALL, ids=" ".join)
def test_a_command_reaches_for_nothing_but_its_output(watched, tmp_path, args):
    did, made = watched(args)
    output = next((one for one in args if one.startswith("out")), "")
    ours = r"(write|os\.rename|os\.mkdir) .*(\.logsched-[\w-]+\.unfinished|out/?)" if output else ""
    theirs = PYTORCH if args[0] == "trial" else ""
    others = [one for one in did if not re.fullmatch(f"{ours}|{theirs}", one)]
    assert others == []
    assert {path.relative_to(tmp_path).parts[0] for path in made} == (
        {Path(output).name} if output else set()
    )


def test_the_hook_sees_what_it_watches_for(tmp_path):
    """Else it would see nothing in vain."""
    code = WATCHED.replace("main()\n", "") + (
        "import socket, subprocess\nsocket.socket()\nsubprocess.run(['true'])\nopen('x', 'w')\n"
    )
    command = [sys.executable, "-c", code, "log"]
    subprocess.run(command, cwd=tmp_path, check=True)
    seen = (tmp_path / "log").read_text().splitlines()
    assert [one.partition(" ")[0] for one in seen][:1] == ["socket.__new__"]
    assert any(one.startswith("subprocess.Popen") for one in seen)
    assert "write x" in seen


# Limits, and what is in files.


def test_the_page_names_the_limits():
    for limit in (config.MOST, blocks.MOST):
        assert f"at most {limit // 2**20} MiB" in " ".join(PAGE.split())
    assert table.CELLS == 2**28
    assert "2²⁸ cells" in PAGE
    assert grid.ALL == 10**8
    assert "10⁸ points" in PAGE
    assert f"{sweeps.MOST:,} schedules" in PAGE


@pytest.mark.quick("csv", "json")
@pytest.mark.parametrize(
    "name", ["out.png", "out.svg", "out.pdf", "out.npz", "out.json", "out.csv"]
)
def test_a_file_holds_nothing_of_the_machine(run, call, tmp_path, name):
    """No folder, no user, no year; and from two processes the same bytes."""
    command = "export" if name.endswith(("npz", "json", "csv")) else "plot"
    call(command, "log", "-o", name)
    first = (tmp_path / name).read_bytes()
    run(command, "log", "-o", name)
    assert (tmp_path / name).read_bytes() == first
    for word in (str(tmp_path), str(PACKAGE), "/home", "/tmp", "CreationDate"):
        assert word.encode() not in first


def test_json_is_all_that_an_export_can_smuggle(call, tmp_path):
    """A label that looks like code stays a text."""
    call("export", "__import__('os')=log", "-o", "out.json")
    assert "__import__('os')" in json.loads((tmp_path / "out.json").read_text())["lr"]
    assert call("export", "--config", "out.json", "--at", "3").returncode == 0
