"""DLTs against boundaries for too many of them: those that the protocol names, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from firstdose.analysis.frame import Frame, Group
from firstdose.analysis.shares import share
from firstdose.designs.building import build_design
from firstdose.designs.interval import IntervalDesign
from firstdose.methods.binomial import probability_above
from firstdose.protocol.problems import ProblemsFound
from firstdose.records.partial_date_frames import is_complete_day
from firstdose.records.results import EVERYONE, Result
from firstdose.safety.stopping import StoppingBoundary, bayesian_boundary, sequential_boundary

CHAPTER = "stopping"
DLT = "dose-limiting toxicity"
GUARD, ELIMINATION, SEQUENTIAL = "stop_when_too_toxic", "elimination", "sequential_boundary"
COMMON_RATE = "for one common rate: across doses it says nothing of the rate at any one of them"


@dataclass(frozen=True)
class Certainty:
    """A posterior certainty of exceeding the target that the protocol names, with the rule that it belongs to."""

    table: str
    words: str
    certainty: float
    prior: tuple[float, float] = (1.0, 1.0)
    from_participants: int = 1
    doubt: str = ""


def stopping(frame: Frame) -> Iterator[Result]:
    """Each level's DLTs against the protocol's Bayesian boundaries, and all of them against a sequential one."""
    escalation = frame.protocol.escalation
    target = escalation.target_dlt_rate
    rules, reason = _rules(frame)
    if not rules or target is None:
        reason = reason or _not_named(target)
        yield Result(**_place(GUARD, EVERYONE), statistic="fewest_dlts_to_stop", format="count", warning=reason)
        return
    groups = list(frame.groups("dlt_evaluable"))
    for rule in rules:
        for group in groups[:-1]:
            most = max(escalation.max_participants, group.count)
            boundary = bayesian_boundary(
                target, rule.certainty, most, rule.prior, from_participants=rule.from_participants
            )
            yield from _of_level(frame, rule, group, boundary, target)
    yield from _of_all(frame, rules, groups[-1], target)


def _not_named(target: float | None) -> str:
    """What the protocol would have to name for a boundary."""
    if target is None:
        return "the protocol names no target DLT rate, and so no boundary above it; nothing is assumed"
    return (
        f"the protocol names a target DLT rate of {100 * target:g} %, but not how certain it must be that the rate is "
        "higher before dosing stops; nothing is assumed"
    )


def _rules(frame: Frame) -> tuple[list[Certainty], str]:
    """The posterior certainties that the protocol's guards and design name; or why there are none."""
    escalation = frame.protocol.escalation
    if not escalation.has_rule:
        return [], "the protocol has no rule of escalation, so it names no boundary"
    try:
        design = build_design(frame.protocol).design
    except ProblemsFound:
        return [], "the settings of the escalation rule are not valid, so its boundaries are not known"
    model = (
        "the rule itself uses its model's posterior; here is that of the level alone" if design.is_model_based else ""
    )
    rules = [
        Certainty(GUARD, "the guard stops the trial on account of level 1 only", settings["certainty"], doubt=model)
        for name, settings in escalation.guards
        if name == GUARD
    ]
    if isinstance(design, IntervalDesign):
        words = "the design eliminates the level and all above it"
        from_participants = design.fewest_that_eliminate
        rules += [Certainty(ELIMINATION, words, design.certainty(), design.beta_prior(), from_participants)]
    return rules, ""


def _of_level(
    frame: Frame, rule: Certainty, group: Group, boundary: StoppingBoundary, target: float
) -> Iterator[Result]:
    """One level's DLTs, the fewest that reach the boundary, and the posterior probability that it rests on."""
    place = _place(rule.table, group.name)
    yield from _against(frame, group, boundary, place, rule.words, rule.doubt)
    people, dlts = group.count, int(group.subjects["has_dlt"].sum())
    probability = float(probability_above(target, people, dlts, rule.prior))
    prior = f"prior Beta({rule.prior[0]:g}, {rule.prior[1]:g}); boundary above {rule.certainty:g}"
    fields: dict[str, Any] = {**place, "format": "proportion", "method": "beta_binomial"}
    yield Result(**fields, statistic="probability_above_target", value=probability, text=prior, warning=rule.doubt)


def _of_all(frame: Frame, rules: list[Certainty], everyone: Group, target: float) -> Iterator[Result]:
    """The DLTs of all levels together against the sequential boundary at the same target and error."""
    certainty = rules[0].certainty
    most = max(frame.protocol.escalation.max_participants, everyone.count)
    found = sequential_boundary(target, 1 - certainty, most)
    words = f"chance of a false stop at most {1 - certainty:.4g}: one less the certainty of {rules[0].table}"
    place = _place(SEQUENTIAL, everyone.name)
    yield from _against(frame, everyone, found.boundary, place, words, COMMON_RATE)
    fields: dict[str, Any] = {**place, "format": "proportion", "method": "sequential_boundary"}
    yield Result(**fields, statistic="false_stop_probability", value=found.error, text=words, warning=COMMON_RATE)


def _against(
    frame: Frame, group: Group, boundary: StoppingBoundary, place: dict[str, Any], words: str, doubt: str
) -> Iterator[Result]:
    """DLTs observed, the fewest at which to stop with as many people, and whether that was ever reached."""
    people, dlts = group.count, int(group.subjects["has_dlt"].sum())
    records = tuple(f"subjects:{subject}" for subject in group.subjects.filter("has_dlt")["subject"])
    yield share(frame, people, dlts, records=records, **place)
    if not people:
        return
    fewest = boundary.fewest[people - 1]
    told = f"no number of DLTs in {people} reaches the boundary" if fewest is None else ""
    fields: dict[str, Any] = {**place, "format": "count", "unit": "people", "of": float(people)}
    fields |= {"text": f"{boundary.words}; {words}", "warning": "; ".join(filter(None, (told, doubt)))}
    yield Result(**fields, statistic="fewest_dlts_to_stop", value=None if fewest is None else float(fewest))
    reached, unsure = _reached(group.subjects, boundary)
    text = "not reached" if reached is None else f"reached with {reached} evaluable"
    yield Result(
        **place, statistic="reached", text=text, format="text", warning="; ".join(filter(None, (unsure, doubt)))
    )


def _reached(people: pl.DataFrame, boundary: StoppingBoundary) -> tuple[int | None, str]:
    """With how many evaluable people, in the order of their treatment, the boundary was first reached."""
    start = pl.col("treatment_start")
    dated = people.select(is_complete_day(start).fill_null(False).all()).item()
    if not dated:
        count = people.height
        stops = boundary.stops(count, int(people["has_dlt"].sum()))
        return (count if stops else None), "the order of treatment is not known, so only the last look was taken"
    dlts = people.sort(start, "subject")["has_dlt"].fill_null(False).cast(pl.Int64).cum_sum().to_list()
    return next((n for n, events in enumerate(dlts, start=1) if boundary.stops(n, events)), None), ""


def _place(table: str, group: str) -> dict[str, Any]:
    """The fields of a result that say where it stands."""
    return {"chapter": CHAPTER, "table": table, "what": DLT, "group": group, "population": "dlt_evaluable"}
