"""One or more settings for every design and guard, and what stands for each in the naive re-programming.

A design or guard without an entry here fails the contract suite: add its settings when you add it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypedDict, Unpack

from firstdose.designs import DESIGNS, GUARDS
from firstdose.designs.blrm import Declaration, ReferenceDose
from firstdose.designs.design import Frame
from firstdose.designs.rule import EscalationRule
from tests.independent import naive_blrm, naive_crm, naive_rule
from tests.independent import naive_counting_designs as naive_counting
from tests.independent import naive_interval_designs as naive_interval
from tests.independent.naive_design import NaiveDesign, Trial
from tests.independent.naive_rule import NaiveGuard, NaiveRule

DOSES = (5.0, 10.0, 16.0)
SKELETON = (0.08, 0.2, 0.38)
BLRM = {"prior_mean": (-1.9, 0.0), "prior_sd": (1.5, 0.7)}

NaiveMaker = Callable[[Trial], NaiveDesign]


@dataclass(frozen=True)
class DesignExample:
    """A design with settings, and the same in the naive re-programming. Mutable settings are never changed."""

    design: str
    settings: Mapping[str, Any]
    naive: NaiveMaker
    starts_singly: bool = False

    @property
    def is_one_by_one(self) -> bool:
        """Whether the first cohort has one participant."""
        return self.starts_singly or DESIGNS[self.design].own_cohort_size == 1

    @property
    def needs_time(self) -> bool:
        """Whether figures without a calendar are refused."""
        return DESIGNS[self.design].needs_time


def _blrm(**settings: Any) -> DesignExample:
    declare = settings.get("declare")
    shown = None if declare is None else (declare.participants, declare.target_probability, declare.required)
    return DesignExample(
        "blrm",
        {"reference_dose": ReferenceDose(value=10.0, unit="million cells"), **BLRM, **settings},
        lambda trial: naive_blrm.Blrm(
            trial, 10.0, **{**BLRM, **settings, **({} if shown is None else {"declare": shown})}
        ),
    )


DESIGN_EXAMPLES: dict[str, DesignExample] = {
    **{
        f"three_plus_three {variant}": DesignExample(
            "three_plus_three",
            {"variant": variant},
            lambda trial, variant=variant: naive_counting.ThreePlusThree(trial, variant),  # type: ignore[misc]
        )
        for variant in ("previous", "step_down", "confirm_six")
    },
    "i3plus3": DesignExample("i3plus3", {}, naive_interval.I3plus3),
    "i3plus3 wide": DesignExample(
        "i3plus3",
        {"epsilon1": 0.1, "epsilon2": 0.08, "exclusion_certainty": 0.85},
        lambda trial: naive_interval.I3plus3(trial, 0.1, 0.08, 0.85),
    ),
    "mtpi": DesignExample("mtpi", {}, lambda trial: naive_interval.Keys(trial, equally_wide=False)),
    "mtpi with a prior": DesignExample(
        "mtpi",
        {"prior": (0.5, 0.7), "exclusion_certainty": 0.9},
        lambda trial: naive_interval.Keys(trial, certainty=0.9, prior=(0.5, 0.7), equally_wide=False),
    ),
    "mtpi2": DesignExample("mtpi2", {}, naive_interval.Keys),
    "mtpi2 unequal": DesignExample(
        "mtpi2", {"epsilon1": 0.07, "epsilon2": 0.04}, lambda trial: naive_interval.Keys(trial, 0.07, 0.04)
    ),
    "keyboard": DesignExample("keyboard", {}, lambda trial: naive_interval.Keys(trial, selection_prior=0.05)),
    "keyboard wide": DesignExample(
        "keyboard",
        {"margin_left": 0.12, "margin_right": 0.1, "elimination_certainty": 0.8},
        lambda trial: naive_interval.Keys(trial, 0.12, 0.1, 0.8, selection_prior=0.05),
    ),
    "boin": DesignExample("boin", {}, naive_interval.Boin),
    "boin extra_safe": DesignExample(
        "boin",
        {"extra_safe": True, "offset": 0.15},
        lambda trial: naive_interval.Boin(trial, extra_safe=True, offset=0.15),
    ),
    "boin bound_mtd": DesignExample(
        "boin",
        {"bound_mtd": True, "p_saf": 0.1, "p_tox": 0.32},
        lambda trial: naive_interval.Boin(trial, 0.1, 0.32, bound_mtd=True),
    ),
    "boin stop_at": DesignExample("boin", {"stop_at": 6}, lambda trial: naive_interval.Boin(trial, stop_at=6)),
    "boin titration": DesignExample("boin", {"titration": True}, naive_interval.Boin, starts_singly=True),
    "crm": DesignExample("crm", {"skeleton": SKELETON}, lambda trial: naive_crm.Crm(trial, SKELETON)),
    "crm logistic": DesignExample(
        "crm",
        {"skeleton": SKELETON, "model": "logistic", "prior_variance": 0.5, "intercept": 2.0},
        lambda trial: naive_crm.Crm(trial, SKELETON, "logistic", 0.5, 2.0),
    ),
    "crm unrestricted": DesignExample(
        "crm",
        {"skeleton": SKELETON, "restrict": False},
        lambda trial: naive_crm.Crm(trial, SKELETON, restrict=False),
    ),
    "blrm": _blrm(),
    "blrm max_target": _blrm(choice="max_target", prior_correlation=-0.3, overdose_bound=0.35),
    "blrm declare": _blrm(declare=Declaration(participants=6, target_probability=0.4, required=True)),
    # with every window closed these are the designs that they extend
    "tite_boin": DesignExample("tite_boin", {}, naive_interval.Boin),
    "tite_boin effective": DesignExample(
        "tite_boin",
        {"estimate": "effective_sample_size", "extra_safe": True, "offset": 0.15},
        lambda trial: naive_interval.Boin(trial, extra_safe=True, offset=0.15),
    ),
    "tite_crm": DesignExample("tite_crm", {"skeleton": SKELETON}, lambda trial: naive_crm.Crm(trial, SKELETON)),
    "rolling_six": DesignExample("rolling_six", {}, naive_counting.RollingSix),
}

EXACT_EXAMPLES = {name: example for name, example in DESIGN_EXAMPLES.items() if not example.needs_time}


@dataclass(frozen=True)
class GuardExample:
    """Guards with settings, in order, and the same in the naive re-programming."""

    guards: tuple[tuple[str, Mapping[str, Any]], ...]
    naive: Callable[[], list[NaiveGuard]] = field(default=list)

    @property
    def needs_model(self) -> bool:
        return any(GUARDS[name].needs_model for name, _ in self.guards)

    @property
    def cap(self) -> int | None:
        """The level of the guard highest_level."""
        return next((settings["level"] for name, settings in self.guards if name == "highest_level"), None)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.guards)


GUARD_EXAMPLES: dict[str, GuardExample] = {
    "none": GuardExample(()),
    "no_skipping": GuardExample((("no_skipping", {}),), lambda: [naive_rule.NoSkipping()]),
    "stop_when_too_toxic": GuardExample(
        (("stop_when_too_toxic", {"certainty": 0.8}),), lambda: [naive_rule.StopWhenTooToxic(0.8)]
    ),
    "stop_when_enough": GuardExample(
        (("stop_when_enough", {"participants": 6}),), lambda: [naive_rule.StopWhenEnough(6)]
    ),
    "stop_when_enough, at_least": GuardExample(
        (("stop_when_enough", {"participants": 3}), ("at_least", {"participants": 8})),
        lambda: [naive_rule.StopWhenEnough(3), naive_rule.AtLeast(8)],
    ),
    "stop_when_precise": GuardExample(
        (("stop_when_precise", {"lower": 0.1, "upper": 0.4, "certainty": 0.65}),),
        lambda: [naive_rule.StopWhenPrecise(0.1, 0.4, 0.65)],
    ),
    "cohort_sizes by_cohort": GuardExample(
        (("cohort_sizes", {"by_cohort": (1, 2, 3)}),), lambda: [naive_rule.CohortSizes(by_cohort=(1, 2, 3))]
    ),
    "cohort_sizes by_level": GuardExample(
        (("cohort_sizes", {"by_level": (2, 3)}),), lambda: [naive_rule.CohortSizes(by_level=(2, 3))]
    ),
    "titration": GuardExample((("titration", {}),), lambda: [naive_rule.Titration()]),
    "titration until, too toxic": GuardExample(
        (("titration", {"until_level": 2}), ("stop_when_too_toxic", {"certainty": 0.9})),
        lambda: [naive_rule.Titration(2), naive_rule.StopWhenTooToxic(0.9)],
    ),
    "cohort_sizes, titration": GuardExample(
        (("cohort_sizes", {"by_cohort": (3, 3, 4, 2)}), ("titration", {})),
        lambda: [naive_rule.CohortSizes(by_cohort=(3, 3, 4, 2)), naive_rule.Titration()],
    ),
    "highest_level": GuardExample((("highest_level", {"level": 2}),), lambda: [naive_rule.HighestLevel(2)]),
    "highest_level, titration, no_skipping": GuardExample(
        (("highest_level", {"level": 2}), ("titration", {}), ("no_skipping", {})),
        lambda: [naive_rule.HighestLevel(2), naive_rule.Titration(), naive_rule.NoSkipping()],
    ),
}


class Setting(TypedDict, total=False):
    """What a trial may have in other sizes than the usual ones."""

    cohort_size: int
    most: int
    start: int
    target: float | None
    stops_within_cohort: bool
    counts_dosed: bool


USUAL: Setting = {
    "cohort_size": 3,
    "most": 12,
    "start": 1,
    "target": 0.25,
    "stops_within_cohort": False,
    "counts_dosed": False,
}


def make_rule(design: str, guards: str = "none", **setting: Unpack[Setting]) -> EscalationRule:
    """The rule of two examples, made from the classes."""
    trial: Setting = {**USUAL, **setting}
    example, extra = DESIGN_EXAMPLES[design], GUARD_EXAMPLES[guards]
    frame = Frame(
        doses=DOSES,
        unit="million cells",
        target=trial["target"],
        cohort_size=trial["cohort_size"],
        max_participants=trial["most"],
        start_level=trial["start"],
        highest_level=extra.cap,
    )
    made = [GUARDS[name](frame=frame, **settings) for name, settings in extra.guards]
    if example.starts_singly:
        made.append(GUARDS["titration"](frame=frame))
    return EscalationRule(
        DESIGNS[example.design](frame=frame, **example.settings),
        tuple(made),
        stops_within_cohort=trial["stops_within_cohort"],
        counts_dosed=trial["counts_dosed"],
    )


def make_naive(design: str, guards: str = "none", **setting: Unpack[Setting]) -> NaiveRule:
    """The same rule in the naive re-programming."""
    trial: Setting = {**USUAL, **setting}
    example, extra = DESIGN_EXAMPLES[design], GUARD_EXAMPLES[guards]
    frame = Trial(
        levels=len(DOSES),
        target=trial["target"],
        cohort_size=trial["cohort_size"],
        most=trial["most"],
        start=trial["start"],
        doses=DOSES,
        cap=extra.cap,
    )
    made = extra.naive()
    if example.starts_singly:
        made.append(naive_rule.Titration())
    return NaiveRule(naive_design(design, frame), made, trial["stops_within_cohort"], trial["counts_dosed"])


@cache
def naive_design(design: str, trial: Trial) -> NaiveDesign:
    """A naive design; kept, because the posteriors that it works out are worth keeping."""
    return DESIGN_EXAMPLES[design].naive(trial)


def combinations() -> list[tuple[str, str]]:
    """Every design with every guard that it can have."""
    return [
        (design, guards) for design in DESIGN_EXAMPLES for guards in GUARD_EXAMPLES if are_compatible(design, guards)
    ]


def exact_combinations() -> list[tuple[str, str]]:
    """Those of them that the exact engine takes."""
    return [(design, guards) for design, guards in combinations() if design in EXACT_EXAMPLES]


def are_compatible(design: str, guards: str) -> bool:
    """Whether a protocol may put these guards on this design."""
    example, extra = DESIGN_EXAMPLES[design], GUARD_EXAMPLES[guards]
    if extra.needs_model and not DESIGNS[example.design].is_model_based:
        return False
    if example.starts_singly and "titration" in extra.names:
        return False
    rule = make_rule(design, guards)
    return not any(complaint for guard in rule.guards for complaint in guard.complaints(rule.design))
