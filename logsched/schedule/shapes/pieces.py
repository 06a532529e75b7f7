"""Schedules in pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from logsched.base.declare import Rule, exact, parameter
from logsched.base.errors import LogschedError
from logsched.base.words import shown
from logsched.schedule.boundaries import Once
from logsched.schedule.compose import START, cut, rate_at
from logsched.schedule.curves import read_curve
from logsched.schedule.parameters import ALIASES, Parameters, resolve
from logsched.schedule.parts import Part, Terms, hold
from logsched.schedule.pieces import HOLD, Written, canonical, highest, read_pieces
from logsched.schedule.settled import Settled
from logsched.schedule.shape import Shape
from logsched.schedule.texts import read_text
from logsched.schedule.units import REST, rate_of, written

if TYPE_CHECKING:
    from logsched.base.declare import Value


class Text(Rule):
    """Pieces, which are kept in one way of writing."""

    def parse(self, name: str, text: str) -> Value:
        return canonical(text)

    def check(self, name: str, value: object) -> Value:
        return canonical(value) if isinstance(value, str) else super().check(name, value)


class Pieces(Shape):
    """Pieces one after another: curves from rate to rate, holds, and whole schedules.

    `text` says them, as in `linear from 0 to 3e-4 over 2000 steps then cosine to 3e-5`.
    """

    name = "pieces"
    formula = "a curve or a hold for each piece"
    source = "optax's join_schedules, Composer's time strings"
    warms = False
    by_numbers = False
    in_turn = ()

    text: str = parameter(
        "the pieces, as in 'hold at 0.1 for 30 then linear to 0 over rest'",
        Text("pieces, as in 'hold at 0.1 for 30 then linear to 0 over 60'", text=True),
        "hold",
        left_out="hold",
    )

    @classmethod
    def implied(cls, given: Mapping[str, Value | None]) -> Mapping[str, Value]:
        """What `with` sets; and lr, left out, is the highest rate that is written."""
        pieces, params = read_pieces(str(given["text"] or "hold"))
        its: dict[str, Value] = {
            name: Parameters.declares[name].rule.parse(name, text) for name, text in params.items()
        }
        if "lr" in its or given["lr"] is not None:
            return its
        top = highest(pieces)
        if top is None:
            raise LogschedError(
                "the pieces say no rate as a number, so lr must be given: end them 'with lr=0.1'"
            )
        return its | {"lr": top}

    def _key(self) -> tuple[object, ...]:
        """What a text comes to also depends on the run, of whose length and units it speaks."""
        return (*super()._key(), self.run)

    def body(self, its: Parameters) -> list[Part]:
        pieces, _ = read_pieces(self.text)
        joined = Joined(its)
        for number, piece in enumerate(pieces):
            joined.add(piece, pieces[number + 1 :])
        return joined.finished()


class Joined:
    """Parts as they are joined: when the next piece begins, and the rate that it begins from."""

    def __init__(self, its: Parameters) -> None:
        self.its, self.parts, self.begin, self.rate = its, list[Part](), START, its.lr
        self.endless = False  # whether its last piece goes on for good

    def add(self, piece: Written, following: Sequence[Written]) -> None:
        """Join a piece, before those that follow it."""
        duration = self._duration(piece, following)
        parts = self._made(piece, duration, following)
        if duration is None:
            self.parts += parts
            self.endless = True
            return
        end = self.begin + duration
        if duration > 0:
            self.parts += [part for part in parts if part.begins < end]
            self.rate = rate_at(parts, end)
        self.begin = end

    def finished(self) -> list[Part]:
        """The parts; after the last piece its rate is held."""
        if self.endless or (self.parts and self.parts[-1].stays):
            return self.parts
        return [*self.parts, _held(self.begin, self.rate)]

    def _made(
        self, piece: Written, duration: Fraction | None, following: Sequence[Written]
    ) -> list[Part]:
        if piece.nested:
            return self._nested(piece)
        if piece.head == HOLD:
            self.rate = self._rate(piece, "at")
            return [_held(self.begin, self.rate)]
        return self._curved(piece, duration, following)

    def _curved(
        self, piece: Written, duration: Fraction | None, following: Sequence[Written]
    ) -> list[Part]:
        """A curve; where the piece lasts longer than it, its end is held."""
        first, last = self._rate(piece, "from"), self._rate(piece, "to")
        past = self._length(piece, "after", following) or START
        whole = self._length(piece, "over", following)
        if whole is None:
            whole = past + (self._rest(following) if duration is None else duration)
        if whole == 0:
            self.rate = last
            return [_held(self.begin, last)]
        curve, terms = (
            read_curve("curve", piece.head),
            Terms(written(whole), repr(first), repr(last)),
        )
        times = Once(self.begin - past, float(whole))
        part = Part(curve.name, curve, times, first, last, terms, warms=last > first)
        self.rate = part.rate(part.start + float(whole))
        return cut([part, _held(times.origin + whole, self.rate)], self.begin)

    def _rate(self, piece: Written, word: str) -> float:
        """The rate after a word; left out, where the piece before ended."""
        value = piece.rate(word)
        return self.rate if value is None else rate_of(value, self.its.lr)

    def _nested(self, piece: Written) -> list[Part]:
        shape, params = read_text(piece.head)
        params = {"lr": self.its.lr, **params}
        if not {"warmup", *ALIASES} & {*params}:
            params["warmup"] = 0.0
        inner = Settled(shape, run=self.its.run, **params)
        past = self._length(piece, "after", ()) or START
        return cut([part.shifted(self.begin - past) for part in inner.parts], self.begin)

    def _duration(self, piece: Written, following: Sequence[Written]) -> Fraction | None:
        """How long a piece lasts; None where that is for good."""
        if "until" in piece.clauses:
            until = self._length(piece, "until", following) or START
            if until < self.begin:
                raise LogschedError(
                    f"the piece {shown(piece.head)} ends at {piece.clauses['until']}, but begins "
                    f"only at {float(self.begin):.12g}: give a later time, or for"
                )
            return until - self.begin
        if "for" in piece.clauses:
            return self._length(piece, "for", following)
        whole = self._length(piece, "over", following)
        past = self._length(piece, "after", ()) or START
        return None if whole is None else max(START, whole - past)

    def _length(self, piece: Written, word: str, following: Sequence[Written]) -> Fraction | None:
        text = piece.clauses.get(word)
        if text is None:
            return None
        return self._rest(following) if text == REST else exact(resolve(word, text, self.its.run))

    def _rest(self, following: Sequence[Written]) -> Fraction:
        """What is left of the run, less what must follow."""
        run = self.its.run
        if run is None:
            raise LogschedError(
                "a piece takes the rest of the run, but there is none: give its length, as over 100"
            )
        after = sum((self._least(piece) for piece in following), START)
        left = run.length - self.begin - after
        if left < 0:
            raise LogschedError(
                f"a piece takes the rest of the run, but the run of {written(run.length)} "
                f"{run.unit}s is over before: make it longer, or the other pieces shorter"
            )
        return left

    def _least(self, piece: Written) -> Fraction:
        """How long a piece lasts that follows another one with `rest`."""
        word = "for" if "for" in piece.clauses else "over"
        past = self._length(piece, "after", ()) if word == "over" else None
        return (self._length(piece, word, ()) or START) - (past or START)


def _held(begin: Fraction, rate: float) -> Part:
    return hold(HOLD, f"rate = {rate!r}", Once(begin), rate)
