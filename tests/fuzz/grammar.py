"""What the fuzz says to the command line: any command, options, texts, files and terminals.

All of it is made of what the app declares: its commands and their options, the parameters and their
rules, the shapes, the presets. A new one is fuzzed without another line here.
"""

import io
import json
import re
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st
from typer.main import get_command

from logsched import Schedule
from logsched.base.declare import declared
from logsched.cli.app import whole_app
from logsched.cli.evaluates import LAYERS, run_parameters
from logsched.schedule.parameters import Parameters
from logsched.schedule.shapes import SHAPES

GROUP = get_command(whole_app())
COMMANDS = GROUP.commands
CONTEXT = GROUP.make_context("logsched", [], resilient_parsing=True)
PARAMETERS = declared(Parameters)
INPUTS = ("c.toml", "c.json", "run.csv", "run.tsv", "run.json", "run.jsonl", "run.npy", "run.npz")
OUTPUTS = ("out.csv", "out.npy", "out.npz", "out.py", "out", "deep/out.csv", ".", "", "/dev/full")
PICTURES = ("out.png", "out.svg", "out.pdf", "out/")
WIDTHS = ("0", "1", "20", "40", "80", "200", "100000", "-3", "x")
ENVIRONMENT = {
    "COLUMNS": WIDTHS,
    "LINES": WIDTHS,
    "NO_COLOR": ("1",),
    "FORCE_COLOR": ("1",),
    "TERM": ("dumb", "xterm"),
    "LC_ALL": ("C", "de_DE.UTF-8"),
}


class Case(NamedTuple):
    """One call of the command line, and what it finds there."""

    args: list[str]
    files: dict[str, bytes]
    stdin: bytes
    environment: dict[str, str]
    encoding: str


# Numbers and texts.

EDGES = (
    *("0", "1", "-0", "-1", "0.999999999999", "1.000000000001", "5e-324", "1e-9", "1e12", "1e300"),
    *("1.7976931348623157e308", "1e400", "nan", "inf", "-inf", "9007199254740993", "1" * 400),
    *(
        "",
        " ",
        " 7 ",
        "+7",
        "1_0",
        "0x10",
        "1,5",
        "٣",
        "½",
        "five",
        "7\n",
        "\x1b[31m",
        "\udcff",
    ),
)
JUNK = st.text(max_size=12).map(lambda text: re.sub(r"[/\0]", "", text))  # no path, no NUL
DECIMALS = st.builds("{}e{}".format, st.integers(0, 999), st.integers(-6, 2))
FEW = st.integers(1, 120).map(str)
NUMBERS = st.one_of(FEW, DECIMALS, st.sampled_from(EDGES), st.floats().map(repr))
ALTERNATIVES = re.compile(r"(?:[\w-]+, )*[\w-]+ or [\w-]+")  # "text, json or toml"
WORDS = re.compile(r"(?!or\b)[\w-]+")


def mostly(usual, odd=JUNK):
    """Nearly always the usual, so that most cases get to where something is computed."""
    return st.sampled_from([usual] * 19 + [odd]).flatmap(lambda one: one)


def joined(items, separators=",:=x"):
    """Some of them with a separator between."""
    parts = st.lists(items, min_size=1, max_size=4)
    return st.builds(lambda some, sep: sep.join(some), parts, st.sampled_from(separators))


def of_parameter(one):
    """A text for a declared parameter."""
    if one.rule.words and one.default in one.rule.words:
        return mostly(st.sampled_from(one.rule.words))
    usual = FEW if one.rule.whole else st.one_of(FEW, DECIMALS)
    if one.rule.words:
        usual = st.one_of(st.sampled_from(one.rule.words), usual)
    return mostly(usual, st.one_of(NUMBERS, JUNK))


@st.composite
def schedules(draw):
    """`[NAME=]SHAPE[:param=value,...]`."""
    shape = draw(st.sampled_from([*SHAPES]))
    known = {**declared(SHAPES[shape]), **PARAMETERS}
    names = draw(
        st.lists(
            st.sampled_from([*known]),
            max_size=3,
            unique=draw(mostly(st.just(True), st.just(False))),
        )
    )
    items = [f"{name}={draw(of_parameter(known[name]))}" for name in names]
    label = draw(mostly(st.sampled_from(["", "", "a=", "b=", "naïve="]), JUNK.map("{}=".format)))
    return f"{label}{shape}{':' if items else ''}{','.join(items)}"


@st.composite
def sweeps(draw):
    """`PARAM=VALUES`, of any parameter of any shape."""
    shape = draw(st.sampled_from([*SHAPES]))
    own = {f"{shape}:{name}": one for name, one in declared(SHAPES[shape]).items()}
    name, one = draw(st.sampled_from([*(PARAMETERS | own).items()]))
    if draw(st.booleans()):
        return f"{name}={draw(joined(of_parameter(one), ','))}"
    ends = [draw(of_parameter(one)) for _ in range(2)]
    log = draw(st.sampled_from(["", "", ":log", ":"]))
    return (
        f"{name}={ends[0]}:{ends[1]}:{draw(st.sampled_from(['1', '2', '3', '9', '0', 'x']))}{log}"
    )


def names_of_files():
    """Files that are there, that are not, and rarely one for a picture; perhaps with a column."""
    rare = mostly(st.sampled_from(OUTPUTS), st.sampled_from(PICTURES))
    column = st.sampled_from(["", "", "", ":lr", ":2", ":log", ":"])
    given = st.builds(lambda name, end: name + end, st.sampled_from([*INPUTS, "-"]), column)
    return mostly(st.one_of(given, given, given, rare), st.just("missing.csv"))


def texts(option):
    """A text for an option or an argument, from what the app says of it."""
    metavar = option.metavar or ""
    if option.name in run_parameters():
        return of_parameter(run_parameters()[option.name])
    if "SCHEDULE" in metavar:
        return mostly(schedules(), st.one_of(JUNK, st.just("-"), st.sampled_from(INPUTS)))
    if "=" in metavar:
        return mostly(sweeps())
    if metavar.startswith("FILE"):
        return mostly(names_of_files())
    return mostly(words_for(option), st.one_of(joined(NUMBERS), JUNK))


def words_for(option):
    """What its completion, its help or its metavar lists; or a schedule's label; or numbers."""
    metavar, help = option.metavar or "", getattr(option, "help", None) or ""
    listed = ALTERNATIVES.search(help)
    words = [one.value for one in option.shell_complete(CONTEXT, "")]
    words = words or (WORDS.findall(listed[0]) if listed else metavar.split("|"))
    if len(words) > 1:
        return st.sampled_from(words)
    labels = st.sampled_from([*SHAPES, "a", "b"])
    return labels if metavar == "LABEL" else st.one_of(FEW, FEW, FEW, joined(FEW), labels)


@st.composite
def words_of(draw, option):
    """An option with its value, or the values of an argument."""
    flag = next((one for one in option.opts if one.startswith("-")), None)
    if flag is None:
        least, most = draw(st.sampled_from([(1, 1), (1, 1), (0, 3)]))
        most = most if option.nargs == -1 else 1
        return draw(st.lists(texts(option), min_size=max(least, option.required), max_size=most))
    if option.is_flag:
        return [flag]
    value = draw(texts(option))
    return draw(st.sampled_from([[flag, value], [flag, value], [f"{flag}={value}"]]))


def some_of(options):
    """A few options, each with its value."""
    one = st.sampled_from(options).flatmap(words_of) if options else st.nothing()
    return st.lists(one, max_size=3 * bool(options))


def lines(name):
    """Command lines of a command: its arguments, some options in any order, rarely junk."""
    options = [one for one in COMMANDS[name].params if one.name != "help"]
    arguments = [one for one in options if one.param_type_name == "argument"]
    shared = [one for one in options if one.name in (*run_parameters(), *LAYERS)]
    own = [one for one in options if one not in (*arguments, *shared)]
    drawn = [some_of(own), some_of(shared)]
    few = st.tuples(*drawn).flatmap(lambda both: st.permutations([*chain(*both)]))
    odd = st.sampled_from([[], [], [], ["--help"], ["--"], ["-x"]]).flatmap(
        lambda extra: mostly(st.just([]), st.just(extra) | st.lists(JUNK, max_size=2))
    )
    parts = st.tuples(*map(words_of, arguments), odd, few.map(lambda some: [*chain(*some)]))
    return parts.map(lambda some: [name, *chain(*some)])


# Files.

VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 10**20), st.floats(), JUNK),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(JUNK, inner, max_size=3),
    max_leaves=5,
)
SETTINGS = st.dictionaries(
    mostly(st.sampled_from([*run_parameters(), "shape", "base", "peak"])),
    mostly(st.one_of(st.integers(0, 60), st.floats(0, 60), st.sampled_from([*SHAPES]))),
    max_size=4,
)


@st.composite
def settings(draw):
    """What a configuration sets: some right, some wrong, at the top and in schedules' tables."""
    content: dict[str, Any] = draw(SETTINGS)
    named = draw(st.dictionaries(mostly(st.sampled_from("abc")), SETTINGS, max_size=3))
    for table in named.values():
        table.setdefault("shape", draw(mostly(st.sampled_from([*SHAPES]))))
    odd = draw(mostly(st.just({}), st.dictionaries(JUNK, VALUES, max_size=2)))
    return content | ({"schedules": named} if named else {}) | odd


def as_toml(content):
    """A TOML text; what it cannot say, it says as JSON does."""
    tables = content.get("schedules")
    top = [f"{json.dumps(k)} = {json.dumps(v)}" for k, v in content.items() if v is not tables]
    for name, table in (tables or {}).items() if isinstance(tables, dict) else ():
        top += [f"[schedules.{json.dumps(name)}]"]
        top += [f"{json.dumps(key)} = {json.dumps(value)}" for key, value in table.items()]
    return "\n".join(top).replace("NaN", "nan").replace("Infinity", "inf")


@st.composite
def damaged(draw, content):
    """Bytes, rarely cut, repeated, or with others in them."""
    data = draw(content)
    for _ in range(draw(mostly(st.just(0), st.integers(1, 3)))):
        at = draw(st.integers(0, len(data)))
        end = draw(st.integers(at, min(len(data), at + 40)))
        put = draw(
            st.sampled_from([b"", b"\0" * 9, b"\n", b'"', b",,", b"\xff\xfe", data[at:end] * 2])
        )
        data = data[:at] + put + data[end:]
    return data


@st.composite
def rates(draw):
    """What a run may log: a schedule's rates, or any numbers."""
    some = st.lists(st.floats() | st.floats(0, 1), max_size=40)
    count, shape = draw(st.integers(1, 60)), draw(st.sampled_from([*SHAPES]))
    sampled = Schedule(shape, lr=draw(st.sampled_from([0.1, 1e-5, 0.3]))).sample(count)
    return draw(mostly(st.just(sampled.tolist()), some))


@st.composite
def tables(draw):
    """Named columns of rates and times."""
    lr = draw(rates())
    first, step = draw(st.sampled_from([0, 0, 1, 7, -1])), draw(st.sampled_from([1, 1, 10, 0.5]))
    usual = st.just([first + step * k for k in range(len(lr))])
    times = draw(mostly(usual, st.lists(st.floats(), min_size=len(lr), max_size=len(lr))))
    name = draw(st.sampled_from(["lr", "train/lr", "learning_rate", "log", "loss", draw(JUNK)]))
    time = draw(st.sampled_from(["epoch", "step", "time", "", draw(JUNK)]))
    both = {time: times, name: lr} if draw(st.booleans()) else {name: lr, time: times}
    return both if draw(st.booleans()) else {name: lr}


def as_text(table, separator):
    """Delimited text."""
    rows = zip(*table.values(), strict=True)
    body = [separator.join(map(repr, row)) for row in rows]
    return "\n".join([separator.join(table), *body]).encode(errors="replace")


def as_lines(table):
    """JSON, a record a line."""
    rows = zip(*table.values(), strict=True)
    return "\n".join(json.dumps(dict(zip(table, row, strict=True))) for row in rows).encode()


def as_npy(table, kind):
    """A file of one array: of the last column, of all, or of another type."""
    file = io.BytesIO()
    arrays = {
        "rates": np.array([*table.values()][-1]),
        "columns": np.array([*table.values()]).T,
        "objects": np.array([{}, None], dtype=object),
        "words": np.array(["a", "b"]),
        "complex": np.array([1j]),
        "nothing": np.array([]),
        "named": np.zeros(4, dtype=[("epoch", "i4"), ("lr", "f2")]),
        "cube": np.zeros((2, 2, 2)),
    }
    np.save(file, arrays[kind], allow_pickle=True)
    return file.getvalue()


def as_npz(table):
    """A file of an array a column."""
    file = io.BytesIO()
    np.savez(file, **{f"{key}-": np.array(one) for key, one in table.items() if key.isalnum()})
    return file.getvalue()


KINDS = ("rates", "columns", "objects", "words", "complex", "nothing", "named", "cube")
CONTENTS = st.one_of(
    st.builds(as_text, tables(), st.sampled_from(",\t; ")),
    tables().map(as_lines),
    tables().map(lambda table: json.dumps(table).encode()),
    st.builds(as_npy, tables(), st.sampled_from(KINDS)),
    tables().map(as_npz),
    VALUES.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=60),
)
CONFIGS = settings().map(lambda some: as_toml(some).encode())
JSONS = settings().map(lambda some: json.dumps(some).encode())


def content_of(name):
    """What a file of this name holds, most often."""
    if name.startswith("c."):
        return mostly(damaged(CONFIGS if name.endswith("toml") else JSONS), CONTENTS)
    return mostly(damaged(CONTENTS), CONFIGS)


@st.composite
def cases(draw, name):
    """A case of one command; a file is there where the command line has its name."""
    args = draw(lines(name) if name else st.lists(JUNK | st.sampled_from([*COMMANDS]), max_size=3))
    said = " ".join(args)
    files = {file: draw(content_of(file)) for file in INPUTS if file in said}
    stdin = draw(damaged(CONTENTS)) if "-" in args else b""
    variables = draw(mostly(st.just([]), st.lists(st.sampled_from([*ENVIRONMENT]), unique=True)))
    environment = {key: draw(st.sampled_from(ENVIRONMENT[key])) for key in variables}
    return Case(args, files, stdin, environment, draw(st.sampled_from(["utf-8", "utf-8", "ascii"])))
