"""Trains what docs/TRIALS.md tells of, and writes its tables: about 40 minutes of a core.

`python docs/trials.py [FOLDER]` trains what has no results in the folder (build/trials) yet, a file
a command, and keeps in docs/trials/five-seeds the losses by epoch that the pictures show.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import trial_tables as tables
from trial_tables import FUNCTIONS, SINGLE, TASKS, Table, Trials

from logsched.plan.plan import Plan
from logsched.schedule.run import Run
from logsched.trial.results import Record, Results, to_json

PAGE = Path(__file__).parent / "TRIALS.md"
KEPT = Path(__file__).parent / "trials/five-seeds"  # small results, which docs/pictures.py draws
FOUR = "constant cosine log log-bounded"
OPTIMIZERS = ("sgd", "adam", "lbfgs")  # from the least greedy to the greediest
ROUGH = ("ackley", "rastrigin")  # whose global basin is found often enough to count
MATCHED = ("digits", *FUNCTIONS)
WARMUPS = " ".join(
    f"{shape}-{warmup}={shape}:warmup_epochs={warmup},init_decay_epochs={15 - warmup}"
    for warmup in (0, 10, 15)
    for shape in ("cosine", "log")
)
SWEEPS = {
    "restart_lr": {"ackley": "0.0125,0.025,0.1", "rastrigin": "0.00075,0.0015,0.006"},
    "min_decay_lr": {"ackley": "5e-05,0.005,0.02", "rastrigin": "3e-06,0.0003,0.0012"},
    "restart_interval": dict.fromkeys(ROUGH, "5,15,30"),
    "restart_interval_multiplier": dict.fromkeys(ROUGH, "1,1.5,3"),
}
COMMANDS = {  # name of the results -> what is trained
    **{task: f"{task} --seeds 5" for task in TASKS},
    "figure-2": "digits constant cosine log --preset resnet34 --seeds 5",
    **{
        f"once-{task}": f"{task} {SINGLE}=cosine:init_decay_epochs=40,restart_interval=0 --seeds 5"
        for task in TASKS
    },
    **{f"matched-{task}": f"{task} --match-budget cosine --seeds 5" for task in MATCHED},
    "warmup": f"digits {WARMUPS} --seeds 5",
    **{
        f"{name}-{task}": f"{task} log --sweep {name}={values} --seeds 3"
        for name, its in SWEEPS.items()
        for task, values in its.items()
    },
    "figure-3": f"digits {FOUR} --optimizer adam --preset transformer --seeds 3",
    **{
        f"{optimizer}-{task}": f"{task} {FOUR} --optimizer {optimizer} --seeds 3"
        for task in (*ROUGH, "digits")
        for optimizer in ("adam", "lbfgs")
    },
    **{
        f"quiet-{optimizer}-{task}": f"{task} {FOUR} --optimizer {optimizer} --noise 0 --seeds 3"
        for task in ROUGH
        for optimizer in OPTIMIZERS
    },
    "hot": "digits hot=log:restart_lr=30 --seeds 5 --checkpoint hot",
    "calm": "digits hot=log --seeds 5 --resume hot --checkpoint calm",
    "unhalted": "digits hot=log:restart_lr=30 --seeds 5 --halt-loss 1e300",
    "cooling": "digits hot=log-bounded:restart_lr=30,restart_lr_decay=0.0033 --seeds 5"
    " --halt-loss 1e300",
}


FIVE = ("constant", "step", "cosine", "log", "log-bounded")
FIGURE_2 = ("constant", "cosine", "log")
CONTROLLED = [*(("log", other) for other in ("constant", "step", SINGLE)), ("cosine", SINGLE)]
SPIKY = [(ours, other) for ours in ("log", "log-bounded") for other in ("constant", "cosine")]
MATCHED_NAMES = [f"matched-{task}" for task in MATCHED]
PHASED = (*TASKS, "adam-digits", "figure-2", "figure-3")
BY_OPTIMIZER = (
    *(name for task in (*ROUGH, "digits") for name in (task, f"adam-{task}", f"lbfgs-{task}")),
    *(f"quiet-{optimizer}-{task}" for task in ROUGH for optimizer in OPTIMIZERS),
)
UNHALTED = [name for name in BY_OPTIMIZER if name != "lbfgs-digits"]  # those that have a final loss


def train(name: str, folder: Path) -> None:
    """Train what a command says, unless its results are there."""
    if not (folder / f"{name}.json").exists():
        command = [sys.executable, "-m", "logsched", "trial", *COMMANDS[name].split()]
        part = folder / "part.json"
        subprocess.run(
            [*command, "-o", part.name], cwd=folder, stdout=subprocess.DEVNULL, check=True
        )
        part.rename(folder / f"{name}.json")


TABLES: dict[str, Callable[[Trials], Table]] = {  # name of a table of the page -> what makes it
    "final": lambda its: tables.overview(its, its.final, TASKS, FIVE),
    "mean": lambda its: tables.overview(its, its.mean, TASKS, FIVE),
    "score": lambda its: tables.overview(its, its.score, TASKS, FIVE),
    "phases": lambda its: tables.phases(its, PHASED),
    "phases-bounded": lambda its: tables.phases(its, TASKS, "log-bounded"),
    "spikes": lambda its: tables.spikes(its, MATCHED),
    "restarts": lambda its: tables.restarts(its, PHASED),
    "warmups": tables.warmups,
    "swept": lambda its: tables.swept(its, ROUGH, [*SWEEPS]),
    "greedy": lambda its: tables.against(its, its.final, UNHALTED, SPIKY),
    "greedy-score": lambda its: tables.overview(its, its.score, BY_OPTIMIZER, FOUR.split()),
    "anytime": lambda its: tables.against(its, its.mean, TASKS, CONTROLLED),
    "control": lambda its: tables.against(its, its.final, TASKS, CONTROLLED),
    "figure-2": lambda its: tables.overview(its, its.final, ["figure-2"], FIGURE_2),
    "halted": tables.halted,
    "matched-phases": lambda its: tables.phases(its, MATCHED_NAMES),
    "matched-spikes": lambda its: tables.spikes(its, MATCHED_NAMES),
    "matched-restarts": lambda its: tables.restarts(its, MATCHED_NAMES),
    "matched-control": lambda its: tables.against(its, its.final, MATCHED_NAMES, CONTROLLED[:2]),
}
MADE = re.compile(r"(<!-- made: (\S+)(.*?) -->\n).*?(<!-- end -->)", re.DOTALL)


def rewritten(page: str, trials: Trials) -> str:
    """The page with what its marks ask for: a table, or the commands of results."""

    def made(mark: re.Match[str]) -> str:
        name, results = mark[2], mark[3].split()
        text = commands(results) if name == "commands" else str(TABLES[name](trials))
        return f"{mark[1]}\n{text}\n{mark[4]}"

    return MADE.sub(made, page)


def commands(names: list[str]) -> str:
    """The commands that train results, for a reader to repeat."""
    lines = [f"logsched trial {COMMANDS[name]} -o {name}.json\n" for name in names]
    return f"```sh\n{''.join(lines)}```\n"


def keep(name: str, trials: Trials) -> None:
    """Write small results, with an epoch's mean for a loss, as `trial --from` draws them."""
    whole = trials.read(name)
    records = [by_epoch(whole, record) for record in whole.records]
    run = Plan(whole.run.schedules, Run(epochs=whole.run.grid.epochs, steps_per_epoch=1))
    small = Results(whole.task, whole.score_name, whole.settings, run, records)
    (KEPT / f"{name}.json").write_bytes(to_json(small))


def by_epoch(whole: Results, record: Record) -> Record:
    """A record whose steps are epochs: mean loss, and rate at the start."""
    steps = whole.run.grid.steps_per_epoch
    return replace(record, loss=whole.by_epoch(record).tolist(), lr=record.lr[::steps])


def main() -> None:
    """Train what is missing, keep what is drawn, write the page."""
    folder = Path(*sys.argv[1:] or ["build/trials"])
    folder.mkdir(parents=True, exist_ok=True)
    for name in COMMANDS:
        train(name, folder)
    trials = Trials(folder)
    for task in TASKS:
        keep(task, trials)
    PAGE.write_text(rewritten(PAGE.read_text(), trials))


if __name__ == "__main__":
    main()
