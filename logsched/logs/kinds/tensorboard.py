"""Event files of TensorBoard, and folders of them: what was logged as scalars, a tag a column.

The reader is our own: a log is one tag or few, so that nothing else need be decoded. Of 41 MB in
850,000 events it reads one tag in about the time that the message classes of tensorboardX take to
decode all (2.4 s, and 3.4 MB with protobuf), and finds what is damaged by the checksums, at which
these do not look.
"""

from __future__ import annotations

import os
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from math import nan
from typing import NamedTuple

from logsched.base.errors import LogschedError
from logsched.base.lazy import np
from logsched.base.memory import require_memory
from logsched.logs import blocks
from logsched.logs.kind import By, Kind
from logsched.logs.kinds import _event as event
from logsched.logs.kinds._tfrecord import HEAD, Damaged, as_written, is_head, records
from logsched.logs.opened import Opened, opened
from logsched.logs.table import LESS, Content, Oddities, Table, stacked

NAMED = "tfevents"  # in the name of an event file
FIRST = b"brain.Event:"  # in the first record of one
FILES = 1000  # event files in a folder
TAGS = 10_000
LOOKED_AT = 20  # values that tell whether a tag's are numbers


class Places(NamedTuple):
    """Where the values of one tag are in a file: begin and end of the record, then of the value."""

    data: bytes
    places: array[int]


Tags = dict[str, list[Places]]


def _knows(file: Opened) -> bool:
    if file.folder:
        return any(True for _ in _event_files(file.path))
    return is_head(file.start[:HEAD]) or FIRST in file.start[:64]


def _read(file: Opened) -> Content:
    odd = Oddities()
    tags: Tags = defaultdict(list)
    for prefix, one in _files(file):
        for tag, places in _places(one, odd).items():
            tags[prefix + tag].append(places)
    if len(tags) > TAGS:
        raise LogschedError(f"{file.name} has {len(tags)} tags, but a log has at most {TAGS}")
    first = _table({name: [_begun(parts[0])] for name, parts in tags.items()}, Oddities())
    if not first.columns:
        raise LogschedError(": ".join([f"{file.name} holds no scalars", *odd.notes()]))
    return Content(first, odd, lambda names: _table({n: tags[n] for n in names if n in tags}, odd))


def _files(file: Opened) -> Iterator[tuple[str, Opened]]:
    """The event files of a folder, each with what precedes its tags; or the file itself."""
    if not file.folder:
        yield "", file
        return
    left = blocks.MOST
    for path in _event_files(file.path):
        inner = os.path.relpath(os.path.dirname(path), file.path)
        with opened(path, path) as one:
            yield "" if inner == os.curdir else f"{inner}/", one
            left -= one.size
        if left < 0:
            raise blocks.too_long(file.name)


def _event_files(folder: str) -> Iterator[str]:
    """The event files in a folder and those in it, in the order of their names."""
    count = 0
    for inside, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            if NAMED in name and count < FILES:
                count += 1
                yield os.path.join(inside, name)


def _places(file: Opened, odd: Oddities) -> dict[str, Places]:
    """Where the values of each tag are; what is damaged is noted."""
    require_memory(file.size // 8, file.name, LESS)
    data = file.whole()
    found: dict[bytes, array[int]] = defaultdict(lambda: array("q"))
    try:
        for begin, end in records(data):
            with suppress(ValueError):  # of what is no event
                for tag, at, after in event.values(data, begin, end):
                    found[tag].extend((begin, end, at, after))
    except EOFError:
        odd.said.append(f"the last record of {file.name} is cut off")
    except Damaged as damage:
        odd.said.append(f"{file.name} is damaged at byte {damage}: what follows was left out")
    return {tag.decode(errors="replace"): Places(data, one) for tag, one in found.items()}


def _begun(tag: Places) -> Places:
    """The first values of a tag."""
    return tag._replace(places=tag.places[: 4 * LOOKED_AT])


def _table(tags: Tags, odd: Oddities) -> Table:
    """The numbers of tags, without tags that have none: pictures, histograms."""
    series = {}
    for name, parts in tags.items():
        steps, numbers = zip(*map(_decoded, parts), strict=True)
        if lost := sum(len(one.places) // 4 for one in parts) - sum(map(len, numbers)):
            values = "1 value" if lost == 1 else f"{lost} values"
            odd.said.append(f"{values} of {name}, not as written by the checksum, left out")
        if not np.isnan([*chain(*numbers)]).all():
            series[name] = [*chain(*steps)], [*chain(*numbers)]
    return stacked(series)


def _decoded(tag: Places) -> tuple[Sequence[int], Sequence[float]]:
    """The steps and numbers of a tag, without those whose record is not as it was written."""
    data = tag.data
    spans = np.frombuffer(tag.places, dtype=np.int64).reshape(-1, 4)
    sound = as_written(data, spans[:, 0], spans[:, 1])
    steps, numbers = [], []
    plain: set[bytes] = set()  # how values begin that end with their number
    for begin, end, at, after in spans[sound].tolist():
        start = data[at : after - 4]
        if start in plain:
            number = event.last_float(data, after)
        else:
            number, last = _scalar(data, at, after)
            plain |= {start} if last else set()
        steps.append(event.step(data, begin, end))
        numbers.append(number)
    return steps, numbers


def _scalar(data: bytes, begin: int, end: int) -> tuple[float, bool]:
    try:
        return event.scalar(data, begin, end)
    except ValueError:  # of what is no value
        return nan, False


KIND = Kind(
    "event files of TensorBoard, and folders of them",
    "runs/ or events.out.tfevents.1714550000.host",
    By.BYTES,
    knows=_knows,
    read=_read,
)
