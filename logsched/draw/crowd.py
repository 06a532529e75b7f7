"""Traces that are not told apart one by one: a crowd, or what a sweep made of several schedules."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from logsched.base.lazy import Floats
from logsched.base.words import number
from logsched.draw.picture import Picture
from logsched.draw.scale import Scale, x_limits

TOLD_APART = 9  # traces that colours and dashes, or marks, tell apart


@dataclass(frozen=True)
class Gradient:
    """A parameter's name, its axis, where on it the traces lie, from 0 to 1, and whose they are.

    `owners` are the schedules that were swept, `texts` how the values read. What was not swept, as
    what a run logged, has no place, nan, and no owner and text, "".
    """

    name: str
    scale: Scale
    places: Floats
    owners: tuple[str, ...]
    texts: tuple[str, ...]

    @cached_property
    def families(self) -> dict[str, list[int]]:
        """By owner the numbers of its traces, from the lowest."""
        order = np.argsort(self.places, kind="stable").tolist()
        owners = dict.fromkeys(filter(None, self.owners))
        return {owner: [i for i in order if self.owners[i] == owner] for owner in owners}

    @cached_property
    def steps(self) -> dict[float, str]:
        """How the values read, by place, from the lowest."""
        pairs = zip(self.places.tolist(), self.texts, strict=True)
        return dict(sorted((place, text) for place, text in pairs if text))

    @cached_property
    def others(self) -> list[int]:
        """The numbers of the traces that have no place."""
        return [i for i, owner in enumerate(self.owners) if not owner]


def crowded(picture: Picture) -> bool:
    """Whether more traces lie over each other than can be told apart."""
    return picture.layout == "overlay" and len(picture.traces) > TOLD_APART


def gradient(picture: Picture) -> Gradient | None:
    """What colours a crowd that varies in one number, or the values that several schedules took."""
    swept = picture.swept
    if swept is None or picture.layout == "stack":
        return None
    origins = [swept.origins.get(trace.label, ("", np.nan)) for trace in picture.traces]
    owners, values = tuple(owner for owner, _ in origins), np.array([value for _, value in origins])
    if len({*owners} - {""}) < (1 if crowded(picture) else 2):
        return None
    lowest, highest = np.nanmin(values), np.nanmax(values)
    log = swept.logarithmic and bool(lowest > 0)
    ends = np.log10([lowest, highest]) if log else [lowest, highest]
    scale = Scale(*x_limits((ends[0], ends[1])), log)
    places = np.where(np.isnan(values), np.nan, np.clip(scale.place(values), 0, 1))
    texts = _texts({value for _, value in swept.origins.values()})
    return Gradient(swept.name, scale, places, owners, tuple(texts.get(v, "") for v in values))


def short_labels(picture: Picture) -> list[str]:
    """The labels; of what was swept, what they say under a heading that names the parameter."""
    labels = [trace.label for trace in picture.traces]
    origins = picture.swept.origins if picture.swept else {}
    texts = _texts({value for _, value in origins.values()})
    owners = {origins.get(label, (label, 0.0))[0] for label in labels}
    short = {
        label: f"{owner} {texts[value]}" if len(owners) > 1 else texts[value]
        for label, (owner, value) in origins.items()
    }
    return [short.get(label, label) for label in labels]


def _texts(values: Collection[float]) -> dict[float, str]:
    """Numbers in six digits, or in all of them where six do not tell them apart."""
    texts = {value: number(value) for value in values}
    alike = len({*texts.values()}) < len(texts)
    return {value: repr(value) for value in values} if alike else texts


def crowd_notes(picture: Picture) -> list[str]:
    """What a reader of a crowd is to know."""
    if not crowded(picture):
        return []
    apart = "" if gradient(picture) else ", too many to tell apart"
    return [f"{len(picture.traces)} curves{apart}: logsched describe lists them."]
