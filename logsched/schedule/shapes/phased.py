"""Shapes with phases of their own: one cycle, warmup-stable-decay, inverse root, triangles."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, ClassVar

from logsched.base.declare import NOT_NEGATIVE, POSITIVE, Rule, declared, exact, parameter
from logsched.base.errors import LogschedError
from logsched.base.lazy import Numbers, np
from logsched.schedule.boundaries import Single, rounded
from logsched.schedule.parameters import Parameters
from logsched.schedule.parts import Phase, Terms
from logsched.schedule.shapes.shape import (
    CURVES,
    Annealing,
    Decay,
    Shape,
    always,
    steady,
    unused_warmup,
    warmup,
)

if TYPE_CHECKING:
    from logsched.schedule.schedule import Schedule

WARMUP = {"warmup_epochs", "warmup_start_lr", "warmup_shape"}


class OneCycle(Shape):
    """The one-cycle policy: up to lr, then down to far below where it began, and there it stays.

    It takes nothing but lr and parameters of its own. PyTorch's OneCycleLR with N total steps
    is the same on the grid with length (N - 1)/steps_per_epoch and pct_start
    (N * pct_start - 1)/(N - 1): its highest and last rates are at points of the grid.
    """

    name = "one-cycle"
    formula = "g = (1 + cos(pi * u))/2, first up, then down"
    source = "Smith & Topin, Super-Convergence, 2018; PyTorch's OneCycleLR"

    length: float = parameter(
        "length of the whole, as a rule the run's", POSITIVE, 45.0, unit="epochs", left_out="45"
    )
    pct_start: float = parameter(
        "share of the length in which it rises",
        Rule("a number from 0 to 1", lambda number: 0 <= number <= 1),
        0.3,
    )
    div_factor: float = parameter("it begins at lr/div_factor", POSITIVE, 25.0, left_out="25")
    final_div_factor: float = parameter(
        "it ends at lr/div_factor/final_div_factor", POSITIVE, 10000.0, left_out="10000"
    )
    anneal: str = parameter(
        "how it rises and falls", Rule("cosine or linear", words=("cosine", "linear")), "cosine"
    )

    def uses(self, its: Schedule) -> set[str]:
        return {"lr", *declared(OneCycle)}

    def phases(self, its: Parameters) -> list[Phase]:
        curve, first, last = CURVES[self.anneal](), *self._ends(its)
        whole = exact(self.length)
        rise = exact(self.pct_start) * whole
        up = Terms("pct_start * length", "lr/div_factor", "lr")
        down = Terms("(1 - pct_start) * length", "lr", "lr/div_factor/final_div_factor")
        return [
            *curve.single("warmup", exact(0.0), rounded(rise), (first, its.lr), up, rises=True),
            *curve.single("decay", rise, rounded(whole - rise), (its.lr, last), down),
            steady("hold", f"rate = {down.eta_min}", whole, last),
        ]

    def _ends(self, its: Parameters) -> tuple[float, float]:
        """The first rate and the last."""
        first = its.lr / self.div_factor
        last = first / self.final_div_factor
        if not isfinite(first) or not isfinite(last):
            raise LogschedError(
                f"div_factor is {self.div_factor:.6g} and final_div_factor "
                f"{self.final_div_factor:.6g}, but lr divided by them must be finite"
            )
        return first, last


class RootDecay(Annealing):
    """The square root's way down: fast at first."""

    formula: ClassVar[str] = "g = 1 - sqrt(u)"

    def fraction(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        return 1.0 - np.sqrt(t_cur / t_i)


ENDS = {**CURVES, "1-sqrt": RootDecay}


class Wsd(Shape):
    """Warmup-stable-decay: it stays at lr, then falls to min_decay_lr in init_decay_epochs.

    And it holds that. Where the decay begins changes nothing before it, so that a run can be made
    longer as it goes.
    """

    name = "wsd"
    formula = "rate = lr, then g = 1 - u"
    source = "Hu et al., MiniCPM, 2024; Haegele et al., 2024, for 1-sqrt"

    stable_epochs: float = parameter(
        "length of the plateau at lr, after the warmup; 0 = none",
        NOT_NEGATIVE,
        30.0,
        unit="epochs",
        left_out="30",
    )
    end: str = parameter(
        "how it falls: 1 - u, (1 + cos(pi * u))/2 or 1 - sqrt(u)",
        Rule("linear, cosine or 1-sqrt", words=tuple(ENDS)),
        "linear",
    )

    def uses(self, its: Schedule) -> set[str]:
        used = {"lr", "min_decay_lr", "init_decay_epochs", *WARMUP, *declared(Wsd)}
        unused = {"end"} if its.init_decay_epochs == 0 else set()
        return used - unused - unused_warmup(its)

    def phases(self, its: Parameters) -> list[Phase]:
        stable = exact(its.warmup_epochs)
        decay = stable + exact(self.stable_epochs)
        hold = decay + exact(its.init_decay_epochs)
        terms, rates = Terms("init_decay_epochs", "lr", "min_decay_lr"), (its.lr, its.min_decay_lr)
        plateau = steady("stable", "rate = lr", stable, its.lr, self.stable_epochs)
        return [
            *warmup(its),
            *([plateau] if self.stable_epochs > 0 else []),
            *ENDS[self.end]().single("decay", decay, its.init_decay_epochs, rates, terms),
            steady("hold", "rate = min_decay_lr", hold, its.min_decay_lr),
        ]


class InverseSqrt(Decay):
    """Inverse square root decay: after the warmup it falls ever more slowly, and to no floor."""

    name = "inverse-sqrt"
    formula = "rate = lr * sqrt(timescale/(timescale + T_cur))"
    source = "Vaswani et al., Attention Is All You Need, 2017"

    timescale: float = parameter(
        "scale of the fall: three of these after the warmup, the rate is lr/2",
        POSITIVE,
        lambda its: its.warmup_epochs or 1.0,
        unit="epochs",
        left_out="warmup_epochs, or 1 if there is no warmup",
    )

    def uses(self, its: Schedule) -> set[str]:
        return {"lr", *WARMUP, *declared(InverseSqrt)} - unused_warmup(its)

    def rate(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        rate = np.sqrt(self.timescale / (t_cur + self.timescale))
        rate *= eta_max
        return rate

    def phases(self, its: Parameters) -> list[Phase]:
        cycles = Single(exact(its.warmup_epochs))
        decay = Phase("decay", self.formula, cycles, always(its.lr), 0.0, self)
        return [*warmup(its), decay]


class Triangular(Annealing):
    """Triangular cycles from epoch 0: up from min_decay_lr to restart_lr, and down again.

    Its first rise is its warmup. restart_lr_decay 0.5 halves the triangles: "triangular2".
    """

    name = "triangular"
    formula = "g = min(u/up, (1 - u)/(1 - up))"
    source = "Smith, Cyclical Learning Rates, 2017; PyTorch's CyclicLR"

    up: float = parameter(
        "share of a cycle in which it rises",
        Rule("a number above 0 and below 1", lambda number: 0 < number < 1),
        0.5,
    )

    @property
    def top(self) -> float:
        return self.up

    def uses(self, its: Schedule) -> set[str]:
        used = super().uses(its) - WARMUP - {"lr", "init_decay_epochs"}
        used -= {"up"} if its.restart_interval == 0 else set()
        follow = {name for name in ("min_decay_lr", "restart_lr") if its.params[name] is None}
        return used | ({"lr"} if follow & used else set())

    def fraction(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        u = t_cur / t_i
        return np.minimum(u / self.up, (1.0 - u) / (1.0 - self.up))

    def phases(self, its: Parameters) -> list[Phase]:
        return [self.cycles(its, exact(0.0))]
