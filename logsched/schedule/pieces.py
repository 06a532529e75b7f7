"""A schedule in pieces, read: `linear from 0 to 3e-4 over 2000 steps then hold until 80% then ...`.

PIECES = PIECE {"then" PIECE} ["with" PARAMS]
PIECE  = "hold" ["at" RATE] [END] | CURVE[":"PARAMS] {clause} | "(" SCHEDULE ")" {clause}
clause = "from" RATE | "to" RATE | "over" LENGTH | "after" LENGTH | END
END    = "for" LENGTH | "until" LENGTH
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from logsched.base.errors import LogschedError
from logsched.base.words import listed, shown, unknown
from logsched.schedule.curves import CURVES
from logsched.schedule.units import RATE, REST, LengthRule, read_length

if TYPE_CHECKING:
    from logsched.base.declare import Value

RATES = ("at", "from", "to")
ENDS = ("for", "until")
LENGTHS = ("over", "after", *ENDS)
CLAUSES = (*RATES, *LENGTHS)
HOLD = "hold"
OF_ALL = ("lr", "stair", "lead", "floor_lr")  # what `with` may set
_WORD = re.compile(r"\(|\)|[^\s()]+")
_ANY = LengthRule(
    "a length, as in 2000, 2000 steps, 10T tokens, 3% or rest", lambda x: x >= 0, rest=True
)


@dataclass
class Written:
    """A piece as written: `hold`, a curve or a whole schedule, and its clauses by their words."""

    head: str
    nested: bool = False
    clauses: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """The canonical text, which reads back to the same."""
        head = f"({self.head})" if self.nested else self.head
        return " ".join([head, *(f"{word} {value}" for word, value in self.clauses.items())])

    def rate(self, word: str) -> Value | None:
        """The rate after a word, a number or so many times lr."""
        return RATE.parse(word, self.clauses[word]) if word in self.clauses else None


def is_pieces(text: str) -> bool:
    """Whether a text is of pieces: by `then`, a clause, or how it begins."""
    words = text.split()
    if not words:
        return False
    begins = words[0] == HOLD or words[0].partition(":")[0] == "1-sqrt" or text.lstrip()[0] == "("
    return begins or (len(words) > 1 and not {"then", *CLAUSES}.isdisjoint(words[1:]))


def canonical(text: str) -> str:
    """The same pieces, written in one way."""
    pieces, params = read_pieces(text)
    others = ",".join(f"{name}={value}" for name, value in params.items())
    return " then ".join(map(str, pieces)) + (f" with {others}" if others else "")


def read_pieces(text: str) -> tuple[list[Written], dict[str, str]]:
    """The pieces of a text, and what `with` sets. Raises LogschedError for what it cannot mean."""
    words = _WORD.findall(text)
    body, params = _without_params(words)
    pieces = [_read_piece(part) for part in _split(body)]
    _check_order(pieces)
    return pieces, params


def _split(words: Sequence[str]) -> Iterator[list[str]]:
    """The words of each piece: what stands between `then`s outside of parentheses."""
    found, depth = list[str](), 0
    for word in words:
        depth += (word == "(") - (word == ")")
        if word == "then" and depth == 0:
            if not found:
                raise LogschedError("nothing stands before a 'then': give a piece, as hold for 10")
            yield found
            found = []
        else:
            found.append(word)
    if depth:
        raise LogschedError("a parenthesis is not closed: a whole schedule stands in ( and )")
    if not found:
        raise LogschedError("nothing follows the last 'then': give a piece, as hold at 0.001")
    yield found


def _without_params(words: list[str]) -> tuple[list[str], dict[str, str]]:
    """The words before `with`, and the parameters after it."""
    depths = [sum((w == "(") - (w == ")") for w in words[:k]) for k in range(len(words))]
    where = [k for k, word in enumerate(words) if word == "with" and depths[k] == 0]
    if not where:
        return words, {}
    params: dict[str, str] = {}
    for item in " ".join(words[where[0] + 1 :]).split(","):
        key, equals, value = (part.strip() for part in item.partition("="))
        key = key.replace("-", "_")
        if not equals or not value:
            raise LogschedError(f"{shown(item)} after 'with' is not param=value, as in lr=0.1")
        if key not in OF_ALL:
            raise LogschedError(
                f"{key} is of a whole schedule: (cosine:{key}=...); 'with' sets {listed(OF_ALL)}"
            )
        if key in params:
            raise LogschedError(f"{key} is given twice after 'with'")
        params[key] = value
    return words[: where[0]], params


def _read_piece(words: list[str]) -> Written:
    if words[0] == "(":
        depths = accumulate((word == "(") - (word == ")") for word in words)
        end = next(place for place, depth in enumerate(depths) if depth == 0)
        inside = " ".join(words[1:end]).replace("( ", "(").replace(" )", ")")
        if not inside:
            raise LogschedError("a schedule must stand in the parentheses, as in (cosine)")
        piece, words = Written(inside, nested=True), words[end + 1 :]
    else:
        piece, words = Written(words[0]), words[1:]
        _check_head(piece.head)
    allowed = _allowed(piece)
    while words:
        word, words = words[0], words[1:]
        _check_clause(piece, word, allowed)
        taken = _value_length(words)
        if not taken:
            raise LogschedError(f"nothing follows '{word}' in the piece {shown(piece.head)}")
        piece.clauses[word] = _value(word, " ".join(words[:taken]))
        words = words[taken:]
    _check_clauses(piece)
    return piece


def _check_head(head: str) -> None:
    name, colon, params = head.partition(":")
    if name not in (HOLD, *CURVES):
        raise unknown("curve", name, [HOLD, *CURVES])
    if name == HOLD and colon:
        raise LogschedError(f"hold has no parameters, but is given {shown(params)}: hold at 0.001")
    for item in params.split(",") if colon else []:
        key = item.partition("=")[0].replace("-", "_")
        if key not in CURVES[name].declares:
            raise LogschedError(
                f"{key} is no parameter of the curve {name}; what is of a whole schedule stands in "
                f"parentheses: ({name}:{key}=...)"
            )


def _allowed(piece: Written) -> tuple[str, ...]:
    if piece.nested:
        return ("after", *ENDS)
    return ("at", "over", *ENDS) if piece.head == HOLD else ("from", "to", "over", "after", *ENDS)


def _check_clause(piece: Written, word: str, allowed: Sequence[str]) -> None:
    kind = "a whole schedule" if piece.nested else piece.head.partition(":")[0]
    if word not in CLAUSES:
        what = f"{shown(word)} follows {shown(piece.head)}, but {kind} takes {listed(allowed)}"
        raise LogschedError(f"{what}; between pieces stands 'then'")
    if word not in allowed:
        raise LogschedError(f"'{word}' is not for {kind}, which takes {listed(allowed)}")
    if word in piece.clauses:
        raise LogschedError(f"'{word}' stands twice in the piece {shown(piece.head)}")


def _value_length(words: Sequence[str]) -> int:
    """How many words a value has: a number and its unit may stand apart."""
    if not words or words[0] in CLAUSES:
        return 0
    two = " ".join(words[:2])
    return 2 if len(words) > 1 and words[1] not in CLAUSES and read_length(two) else 1


def _value(word: str, text: str) -> str:
    """The canonical text of a rate or a length."""
    value = (RATE if word in RATES else _ANY).parse(word, text)
    if value == REST and word != "over":
        raise LogschedError(f"rest does not go with '{word}': write over rest")
    return str(value).removesuffix(".0")


def _check_clauses(piece: Written) -> None:
    """What each kind of piece needs, and what does not go together."""
    its, head = set(piece.clauses), shown(piece.head)
    ends = sorted(its & {*ENDS, *(("over",) if piece.head == HOLD else ())})
    if len(ends) > 1:
        raise LogschedError(
            f"{listed(ends)} both say where the piece {head} ends: give one of them"
        )
    if ends and ends != ["over"] and piece.clauses.get("over") == REST:
        raise LogschedError(f"rest does not go with '{ends[0]}': give one of them to {head}")
    if piece.nested or piece.head == HOLD:
        return
    if "to" not in its:
        raise LogschedError(f"the piece {head} says no rate to go to: {piece.head} to 0")
    if "after" in its and "from" not in its:
        raise LogschedError(
            f"'after' in the piece {head} needs the rate that it began from: give from"
        )


def _check_order(pieces: Sequence[Written]) -> None:
    """Only the last piece may go on for good; `rest` stands once, and not before an `until`."""
    for piece in pieces[:-1]:
        if not {"over", *ENDS} & set(piece.clauses):
            raise LogschedError(
                f"the piece {shown(piece.head)} has no length, but only the last one may go on: "
                "give over, for or until"
            )
    resting = [k for k, piece in enumerate(pieces) if REST in piece.clauses.values()]
    if len(resting) > 1:
        raise LogschedError("rest is said of two pieces, but one takes what is left of the run")
    if resting and any("until" in piece.clauses for piece in pieces[resting[0] + 1 :]):
        raise LogschedError("rest stands before an until, which says the same: leave one out")


def highest(pieces: Sequence[Written]) -> float | None:
    """The highest rate that is written as a number; None where there is none."""
    rates = [piece.rate(word) for piece in pieces for word in RATES]
    numbers = [rate for rate in rates if isinstance(rate, float)]
    return max(numbers, default=None)
