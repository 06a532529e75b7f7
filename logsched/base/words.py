"""Numbers and names as sentences have them: shown, listed, and the nearest known word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from logsched.base.errors import LogschedError

NAMED = 4  # epochs that a sentence lists
WHOLE = 1e15  # below this a whole number is written as one


def number(value: float) -> str:
    """A number as a sentence shows it: six digits, but all of a whole number's."""
    return str(int(value)) if abs(value) < WHOLE and value == int(value) else f"{value:.6g}"


def time(epoch: float) -> str:
    """An epoch, or a length, with the digits that tell it from others."""
    return f"{epoch:.12g}"


def times(unit: str, values: Iterable[float]) -> str:
    """`epoch 1`, `epochs 1 and 2`; of many, the first ones and the last."""
    texts = [time(value) for value in values]
    if len(texts) == 1:
        return f"{unit} {texts[0]}"
    if len(texts) > NAMED:
        return f"{unit}s {', '.join(texts[: NAMED - 1])}, ... {texts[-1]}"
    return f"{unit}s {listed(texts)}"


LONG = 80  # characters of a value that an error shows whole
LONGEST = 1000  # characters of a label


def shown(value: object) -> str:
    """A value as an error shows it: printable, and not too long."""
    try:
        return cut(repr(value))
    except ValueError:  # Python does not write a whole number of thousands of digits
        return "a number of thousands of digits"


def printable(text: str) -> str:
    """A text with `?` for each control character."""
    return "".join(char if char.isprintable() else "?" for char in text)


def cut(text: str) -> str:
    """A text without its middle, where it is too long for an error."""
    return text if len(text) < LONG else f"{text[: LONG // 2]}...{text[-LONG // 4 :]}"


def listed(names: Sequence[str], last: str = "and") -> str:
    """`a, b and c`, as a sentence has them."""
    return f" {last} ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'X'?` for the nearest known word, or the only one of the same beginning."""
    from difflib import get_close_matches

    known, word = list(known), word[:LONG].casefold()
    begin = [one for one in known if one.startswith(word) or word.startswith(one)]
    near = get_close_matches(word, known, n=1) or (begin if len(word) > 2 else [])
    return f"; did you mean '{near[0]}'?" if len(near) == 1 else ""


def unknown(kind: str, word: str, known: Iterable[str]) -> LogschedError:
    """The sentence about a name that does not exist, with the nearest that does."""
    known = list(known)
    hint = suggestion(word, known) or f"; known are {', '.join(known)}"
    return LogschedError(f"there is no {kind} {shown(word)}{hint}")


def check_label(text: str) -> str:
    """A schedule's label itself. Raises LogschedError where it cannot be one."""
    if not text.isprintable() or not text.strip():
        raise LogschedError(f"label {shown(text)} must be printable text, and not empty")
    if text == "epoch":
        raise LogschedError("label 'epoch' is the name of the time column: take another name")
    if len(text) > LONGEST:
        raise LogschedError(f"label {shown(text)} must have at most {LONGEST} characters")
    return text
