"""How lines of a text say numbers: a name, what stands between, a number; patterns of such phrases.

    Epoch(train)  [1][10/20]  lr: 2.0000e-02  eta: 0:02:10

says Epoch 1, 10 of 20, lr 0.02. Phrases are first looked for anywhere, in some lines; what is found
makes patterns of the same words, which go over the whole text as fast as it can be searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple

from logsched.logs.names import EPOCHS, STEPS, last_words, says_rate
from logsched.logs.table import PAIR

NUMBER = (
    rb"(?:[-+]?+(?:\d++(?:(?:,\d{3}(?!\d))++)?+(?:\.\d*+)?+|\.\d++)(?:[eE][-+]?+\d++)?+|nan|inf)"
)
END = rb"(?=[\s,;)\]}|\"'<>(]|:(?!\d)|\.(?:\s|$)|$)"  # after other characters a number may go on
COUNT = rb"(?:[ \t]*+/[ \t]*+(?P<of>\d++(?:\.\d++)?+))?+"
WORD = rb"(?:\xe5\xad\xa6\xe4\xb9\xa0\xe7\x8e\x87|[A-Za-z_][\w./-]*+)"
GROUP = rb" of group \d+"  # as PyTorch says a rate when it is set
NAME = rb"(?<![\w./-])(?P<name>" + WORD + rb"(?:[ ]" + WORD + rb"){0,3}?(?:" + GROUP + rb")?)"
BETWEEN = (
    rb"[\"'\]]{0,2}[ \t]*(?:\([^()\n]{0,40}\)[ \t]*)?(?:[:=|]{1,2}>?|->|\xef\xbc\x9a)?[ \t]*"
    rb"(?:(?:set to|to|is|at|was)[ \t]+)?[\"'\[(]{0,3}[ \t]*"
)
PHRASE = re.compile(
    NAME + rb"(?P<between>" + BETWEEN + rb")(?P<number>" + NUMBER + rb")" + COUNT + END
)
ALONE = rb"(?<![\w./:-])"
COUNTED = rb"(?=[\s\])(,;:|]|$)(?![ \t]+\d+:\d)"  # no date
UNNAMED = re.compile(ALONE + rb"(?P<number>\d+)[ \t]*/[ \t]*(?P<of>\d+)" + COUNTED)
FURTHER = re.compile(rb"[ \t]*,[ \t]*(" + NUMBER + rb")")
LIST = re.compile(rb"(?:[ \t]*,[ \t]*" + NUMBER + rb")+[ \t]*[\])]")
VALUE = rb"(" + NUMBER + rb")"
NOTATIONS = (  # of frameworks that write a number before its name, or without one
    re.compile(rb"(?P<epoch>\d+)epoch:train:\d+-(?P<batch>\d+)batch:"),  # ESPnet
    re.compile(rb"TRAIN Batch (?P<epoch>\d+)/(?P<batch>\d+) "),  # WeNet
    re.compile(rb"(?P<iteration>\d+): " + NUMBER + rb", " + NUMBER + rb" avg"),  # Darknet
    re.compile(rb"(?P<lr>" + NUMBER + rb") rate, "),
)
LEADING = {  # words that may precede the name of a time
    *("train", "training", "info", "debug", "trainer", "current", "this", "starting", "start"),
    *("begin", "beginning", "log", "logger", "main", "root"),
}
MANY = ("epochs", "steps", "batches", "iters", "updates")  # rather say how many there are
TRAIN = ("train", "training")  # the name of an epoch, where n/N follows
SPACE = rb"[ \t]*"
REMARK = rb"\([^()\n\v]{0,40}\)"
FAR = 400  # bytes from an epoch to the n/N that is counted in it


class Sort(Enum):
    """What the name of a number says it is."""

    RATE = "rate"
    TIME = "time"
    OTHER = "other"


class Wording(NamedTuple):
    """The bytes that a phrase begins with, if they are always the same, and its pattern.

    The one group of the pattern is the number.
    """

    begin: bytes
    pattern: re.Pattern[bytes]


class Phrase(NamedTuple):
    """A number as a line says it: of which sort, under which name, and out of how many.

    The name as it is `written`, with the words before it in `full`, and the pattern of what stands
    `between` it and the number; or, of a framework's notation, the pattern of the whole.
    """

    sort: Sort
    name: str
    number: bytes
    of: bytes = b""
    full: bytes = b""
    written: bytes = b""
    between: bytes = b""
    notation: bytes = b""

    def wording(self, longer: Iterable[bytes]) -> Wording:
        """How such phrases are said, but for `longer` names, which end alike and are not meant."""
        if self.notation:
            return Wording(b"", re.compile(self.notation))
        names = [rb"[\w./-]" + re.escape(self.written), *map(re.escape, longer)]
        alone = b"".join(rb"(?<!" + name + rb")" for name in names)
        count = b"" if self.sort is Sort.RATE else COUNT.replace(b"?P<of>", b"?:")
        pattern = re.escape(self.written) + alone + self.between + VALUE + count + END
        return Wording(self.written, re.compile(pattern))


def phrases(line: bytes) -> Iterator[Phrase]:
    """The phrases in a line, the further numbers of a list, and the first n/N without a name."""
    named = [*PHRASE.finditer(line)]
    taken = {found.start("number") for found in named}
    counted = next((one for one in UNNAMED.finditer(line) if one.start() not in taken), None)
    for found in named:
        first = _phrase(found, counted is not None and counted.start() > found.start())
        if first.sort is Sort.RATE and first.of:  # a rate is not n/N
            continue
        yield first
        if found["between"].rstrip().endswith((b"[", b"(")):
            yield from _further(first, line[found.end("number") :])
    if counted:
        yield Phrase(Sort.TIME, PAIR, counted["number"], counted["of"])


def notations(line: bytes) -> Iterator[Phrase]:
    """What a line says as some frameworks do."""
    for pattern, said in ((one, one.search(line)) for one in NOTATIONS):
        for name, number in (said.groupdict() if said else {}).items():
            sort = Sort.RATE if says_rate(name) else Sort.TIME
            alone = pattern.pattern.replace(b"(?P<%s>" % name.encode(), b"(")
            alone = re.sub(rb"\(\?P<\w+>", b"(?:", alone)
            yield Phrase(sort, name, number, notation=alone)


def _phrase(found: re.Match[bytes], counted: bool) -> Phrase:
    full, of = found["name"], found["of"] or b""
    sort, name, written = _named(full, bool(of), counted)
    return Phrase(sort, name, found["number"], of, full, written, _likely(found["between"]))


def _further(first: Phrase, rest: bytes) -> Iterator[Phrase]:
    """The numbers of a list after its first one."""
    whole = LIST.match(rest)
    for count, number in enumerate(FURTHER.findall(whole[0]) if whole else (), 1):
        skipped = rb"(?:" + NUMBER + rb"[ \t]*,[ \t]*){%d}" % count
        name, between = f"{first.name}/{count}", first.between + skipped
        yield first._replace(name=name, number=number, of=b"", between=between)


def _likely(between: bytes) -> bytes:
    """The pattern of what stands before a number: as wide or narrow, with any remark."""
    parts = re.split(rb"(\([^()]*\)|[ \t]+)", between)
    return b"".join(
        re.escape(part) if n % 2 == 0 else SPACE if part.isspace() else REMARK
        for n, part in enumerate(parts)
    )


def _named(full: bytes, of: bool, counted: bool) -> tuple[Sort, str, bytes]:
    """What the last ones of the words before a number say that it is, and how they are written."""
    text = full.decode(errors="replace")
    tokens = text.split(" ")
    group = 3 if re.search(GROUP, full) else 0
    for count in (1, 2, 3):
        tail = " ".join(tokens[-count - group :])
        if says_rate(tail):
            break
        if _is_time(tail, of) and {one.casefold() for one in tokens[:-count]} <= LEADING:
            return Sort.TIME, tail, tail.encode()
    if says_rate(tail) and says_rate(text):
        return Sort.RATE, tail, tail.encode()
    if counted and tokens[-1].casefold() in TRAIN:
        return Sort.TIME, "epoch", tokens[-1].encode()
    return Sort.OTHER, text, full


def _is_time(name: str, of: bool) -> bool:
    said = last_words(name.rstrip("."))
    return (said in EPOCHS or said in STEPS) and said != "" and (of or said not in MANY)


def counted_after(epoch: Wording | None) -> Wording:
    """How n/N without a name is said: after an epoch in its line, where there is one."""
    counted = ALONE + rb"(\d++)[ \t]*+/[ \t]*+\d++" + COUNTED
    if epoch is None or not epoch.begin:
        return Wording(b"", re.compile(counted))
    before = epoch.pattern.pattern.replace(b"(" + NUMBER + b")", NUMBER)
    return Wording(epoch.begin, re.compile(before + rb"[^\n\v]{0,%d}?" % FAR + counted))
