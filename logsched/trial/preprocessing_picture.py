"""A picture of preprocessing: a batch of images before and after each step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from logsched.base.lazy import np
from logsched.draw.figure.quiet import quiet_matplotlib
from logsched.trial.preprocessing import PADDING, PERCENTILES, WHITE

if TYPE_CHECKING:
    from logsched.trial.preprocessing import Images, Stage

MINUS = "\N{MINUS SIGN}"
SHOWN = 8  # images in a row
ZOOM, GAP, DPI = 4, 3, 150  # dots a pixel, pixels between images
EDGE, TOP, NAMES, ROW, SPREAD = 45, 140, 410, 32 * ZOOM + 20, 210  # dots
PICTURES = ZOOM * (SHOWN * (32 + GAP) - GAP)
SCALED = "Each row is rescaled for display: its black and its white are the ends at the right."
LOW, HIGH = PERCENTILES
EXPLAINED = {
    "as in the file": "red, green and blue from 0 to 255",
    "contrast stretching": f"each image: percentile {LOW:g} to 0, {HIGH:g} to 255",
    "global contrast normalization": "each image: mean 0, variance near 1",
    "per-pixel mean subtracted": "each pixel: mean 0 in the training images",
    "ZCA whitening": "training images: pixels uncorrelated",
    "horizontal flips": "each image with probability ½",
    "random crops": f"padded by {PADDING} mirrored pixels on each side",
}


@quiet_matplotlib()
def draw_stages(stages: list[Stage]) -> bytes:
    """A PNG of the first images of a batch: a row for each stage, and how its pixels spread."""
    from matplotlib.figure import Figure

    from logsched.draw.figure.figure import save
    from logsched.draw.figure.paper import Paper, style

    dots = EDGE + NAMES + PICTURES + SPREAD + EDGE, TOP + ROW * len(stages) + EDGE
    paper = Paper(size=(dots[0] / DPI, dots[1] / DPI), dpi=DPI)
    with style(paper):
        figure = Figure(figsize=paper.size, dpi=paper.dpi)
        _write(figure, EDGE, 60, "One batch before and after each step of preprocessing", 1.2)
        _write(figure, EDGE, 105, SCALED, 0.65)
        for number, (name, images) in enumerate(stages):
            _add_stage(figure, TOP + number * ROW, name, images)
        return save(figure, "png")


def _add_stage(figure: Any, top: int, name: str, images: Images) -> None:
    """What it is, its images, and a histogram of their pixels, whose ends are black and white."""
    _write(figure, EDGE, top + 40, name, 0.8, weight="bold")
    _write(figure, EDGE, top + 80, EXPLAINED[name], 0.65)
    ends = _ends(images)
    axes = _axes(figure, EDGE + NAMES, top, PICTURES, 32 * ZOOM)
    axes.imshow(_side_by_side(images[:SHOWN], *ends), interpolation="nearest", aspect="auto")
    axes.axis("off")
    axes = _axes(figure, EDGE + NAMES + PICTURES + 50, top, SPREAD - 50, 24 * ZOOM)
    axes.hist(images[:SHOWN].ravel(), bins=51, range=ends, color="0.45")
    ticks = ends[0], sum(ends) / 2, ends[1]
    axes.set(xlim=ends, yticks=[])
    axes.set_xticks(
        ticks, [f"{tick:.3g}".replace("-", MINUS) for tick in ticks], fontsize="x-small"
    )
    axes.spines[["left", "right", "top"]].set_visible(False)


def _write(figure: Any, left: int, down: int, text: str, size: float, **look: Any) -> None:
    """A text, so many dots from the top left corner, in parts of the usual size."""
    wide, high = figure.get_size_inches() * DPI
    size *= figure.get_size_inches()[0]
    figure.text(left / wide, 1 - down / high, text, fontsize=size, **look)


def _axes(figure: Any, left: int, down: int, across: int, tall: int) -> Any:
    """Axes of so many dots, so many from the top left corner."""
    wide, high = figure.get_size_inches() * DPI
    return figure.add_axes((left / wide, 1 - (down + tall) / high, across / wide, tall / high))


def _ends(images: Images) -> tuple[float, float]:
    """Which values are drawn black and white: 0 and 255, or those that 1 % of the pixels pass."""
    if images.min() >= 0:
        return 0.0, WHITE
    most = float(np.percentile(np.abs(images[:SHOWN]), 99))
    return -most, most


def _side_by_side(images: Images, black: float, white: float) -> Images:
    """One image `(height, width, 3)` from 0 to 1 of several, with white between them."""
    scaled = ((images - black) / (white - black)).clip(0, 1)
    framed = np.pad(scaled, ((0, 0), (0, 0), (0, 0), (0, GAP)), constant_values=1)
    return np.concatenate(list(framed.transpose(0, 2, 3, 1)), axis=1)[:, :-GAP]
