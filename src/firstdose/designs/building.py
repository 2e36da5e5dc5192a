"""From a protocol to its escalation rule, and every problem of its settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from firstdose.designs import DESIGNS, GUARDS
from firstdose.designs.backfill import BACKFILLED_BY, may_backfill
from firstdose.designs.design import Complaint, Design, Frame
from firstdose.designs.guards import Guard
from firstdose.designs.names import suggest_design
from firstdose.designs.rule import EscalationRule
from firstdose.protocol.describe import keys_of
from firstdose.protocol.escalation import NO_ESCALATION
from firstdose.protocol.meaning import STRICT
from firstdose.protocol.plan import Protocol
from firstdose.protocol.problems import ABSENT, Path, Problem, ProblemsFound, dotted, suggest
from firstdose.protocol.sections import read_part

UNKNOWN_DESIGN = "is not a design that Firstdose knows"
UNKNOWN_GUARD = "is not a guard that Firstdose knows"
MODEL_BASED_ONLY = "is for model-based designs only"


@cache
def settings_of(part: type[Design] | type[Guard]) -> type:
    """The settings of a design or guard as a section of their own: its fields but the frame, same types and words."""
    keys = keys_of(part)
    specified = [
        (entry.name, keys[entry.name].annotation, dataclasses.field(default=entry.default))
        for entry in dataclasses.fields(part)
        if entry.name != "frame"
    ]
    made = dataclasses.make_dataclass(
        f"{part.__name__}Settings", specified, namespace={"__doc__": part.__doc__}, frozen=True, kw_only=True
    )
    made.__pydantic_config__ = STRICT  # type: ignore[attr-defined]
    return made


def frame_of(protocol: Protocol) -> Frame:
    """What every design is bound to."""
    escalation = protocol.escalation
    return Frame(
        doses=tuple(protocol.dose_levels.values),
        unit=protocol.dose_levels.unit,
        target=escalation.target_dlt_rate,
        cohort_size=escalation.cohort_size,
        max_participants=escalation.max_participants,
        start_level=escalation.start_level,
        highest_level=_cap(protocol),
    )


def _cap(protocol: Protocol) -> int | None:
    """The level of the guard highest_level, as far as it is one."""
    for name, settings in protocol.escalation.guards:
        level = settings.get("level") if name == "highest_level" else None
        if isinstance(level, int) and not isinstance(level, bool) and level >= 1:
            return level
    return None


def build_design(
    protocol: Protocol, design: str | None = None, settings: Mapping[str, Any] | None = None
) -> EscalationRule:
    """The protocol's escalation rule; or, for a comparison, the same frame and guards with another design.

    Raises ProblemsFound with every problem of the settings.
    """
    rule, problems = _build(protocol, design, settings)
    if problems or rule is None:
        raise ProblemsFound(problems)
    return rule


def check_escalation(protocol: Protocol) -> list[Problem]:
    """Every problem of the design's, guards' and comparators' settings; none where there is no escalation."""
    if not protocol.escalation.has_rule:
        return []
    _, problems = _build(protocol, None, None)
    for name, settings in protocol.escalation.comparators.items():
        if name != protocol.escalation.design:
            problems += _build(protocol, name, settings)[1]
    return [problem for index, problem in enumerate(problems) if problem not in problems[:index]]


def _build(
    protocol: Protocol, other: str | None, settings: Mapping[str, Any] | None
) -> tuple[EscalationRule | None, list[Problem]]:
    escalation, frame = protocol.escalation, frame_of(protocol)
    is_other = other is not None and other != escalation.design
    name = other if is_other and other is not None else escalation.design
    path: Path = ("escalation", "comparators", name) if is_other else ("escalation", "settings")
    if settings is None:
        settings = escalation.comparators.get(name, {}) if is_other else escalation.settings
    if name == NO_ESCALATION:
        rule = "means that there is no escalation rule, so there is nothing to compute"
        return None, [Problem(protocol.place("escalation.design"), name, rule, "name a design to compare with")]
    if name not in DESIGNS:
        key = dotted(path) if is_other else "escalation.design"
        unknown = Problem(protocol.place(key), name, UNKNOWN_DESIGN, suggest_design(name))
        return None, [unknown, *_build_guards(protocol, frame, None)[1]]
    design = DESIGNS[name]
    if is_other and design.own_cohort_size is not None:
        frame = dataclasses.replace(frame, cohort_size=design.own_cohort_size)
    problems = _frame_problems(protocol, name, design, frame)
    part, found = _read_part(design, settings, frame, path, protocol)
    problems += found
    if not isinstance(part, Design):
        return None, problems + _build_guards(protocol, frame, None)[1]
    problems += _complaints(part.complaints(), settings, path, protocol)
    guards, guard_problems = _build_guards(protocol, frame, part, is_comparator=is_other)
    problems += guard_problems
    backfill = None if is_other else escalation.backfill  # a comparator is compared without it
    if backfill is not None and not may_backfill(part):
        rule, fix = f"backfilling (escalation.backfill) {BACKFILLED_BY}", "write `design: boin`, or remove `backfill`"
        problems.append(Problem(protocol.place("escalation.design"), name, rule, fix))
        backfill = None
    rule_made = EscalationRule(
        part,
        tuple(guards),
        stops_within_cohort=escalation.stop_within_cohort,
        counts_dosed=escalation.max_participants_counts == "dosed",
        sentinels_that_end=_sentinels_that_end(protocol),
        replaces=escalation.evaluable is None or escalation.evaluable.replaced,
        expansion_participants=escalation.expansion_participants,
    )
    if backfill is not None:
        rule_made = rule_made.with_backfill(backfill.most_at_a_level)
    return (None if problems else rule_made), problems


def _sentinels_that_end(protocol: Protocol) -> int:
    """How many sentinels a cohort has, when a DLT among them ends it."""
    sentinel = protocol.escalation.sentinel
    return sentinel.participants if sentinel is not None and sentinel.on_dlt == "end_cohort" else 0


def _frame_problems(protocol: Protocol, name: str, design: type[Design], frame: Frame) -> list[Problem]:
    """What a design asks of the rest of the escalation, whatever its settings."""
    problems = []
    if design.own_cohort_size is not None and frame.cohort_size != design.own_cohort_size:
        key, rule = "escalation.cohort_size", f"the design {name} treats cohorts of {design.own_cohort_size}"
        fix = f"set `cohort_size: {design.own_cohort_size}`"
        problems.append(Problem(protocol.place(key), frame.cohort_size, rule, fix))
    if design.requires_target() and frame.target is None:
        key, rule = "escalation.target_dlt_rate", f"the design {name} needs a target DLT rate"
        problems.append(Problem(protocol.place(key), ABSENT, rule, "add `target_dlt_rate: 0.25`"))
    return problems


def _build_guards(
    protocol: Protocol, frame: Frame, design: Design | None, *, is_comparator: bool = False
) -> tuple[list[Guard], list[Problem]]:
    guards: list[Guard] = []
    problems: list[Problem] = []
    names = [name for name, _ in protocol.escalation.guards]
    for index, (name, settings) in enumerate(protocol.escalation.guards):
        path: Path = ("escalation", "guards", index, name)
        place = protocol.place(dotted(path))
        if name not in GUARDS:
            problems.append(Problem(place, name, UNKNOWN_GUARD, suggest(name, GUARDS)))
            continue
        if name in names[:index]:
            problems.append(Problem(place, name, "stands twice among the guards", "remove one of the two"))
        part, found = _read_part(GUARDS[name], settings, frame, path, protocol)
        problems += found
        if not isinstance(part, Guard):
            continue
        if design is not None:
            problems += _complaints(part.complaints(design), settings, path, protocol)
            if part.needs_model and not design.is_model_based:
                if is_comparator:
                    continue  # a comparator without a model is compared without the guard
                fix = "remove it, or choose crm or blrm"
                problems.append(Problem(place, name, MODEL_BASED_ONLY, fix))
        guards.append(part)
    problems += _order_problems(protocol, names)
    if design is not None and getattr(design, "titration", False):
        if "titration" in names:
            place = protocol.place(dotted(("escalation", "guards", names.index("titration"))))
            rule = "titration is among the design's settings already"
            problems.append(Problem(place, "titration", rule, "keep one of the two"))
        guards.append(GUARDS["titration"](frame=frame))
    return guards, problems


CHANGE_THE_LEVEL = ("no_skipping", "highest_level", "titration")
MUST_FOLLOW = {
    "at_least": (("stop_when_enough", "stop_when_precise"), "would not hold it back"),
    "titration": (("cohort_sizes",), "would be overruled by it"),
    "stop_when_enough": (CHANGE_THE_LEVEL, "would not see the level that it changes"),
    "stop_when_precise": (CHANGE_THE_LEVEL, "would not see the level that it changes"),
}


def _order_problems(protocol: Protocol, names: list[str]) -> Iterator[Problem]:
    """Guards fold in order, so a guard that changes what another asks for must come after it."""
    for index, name in enumerate(names):
        others, effect = MUST_FOLLOW.get(name, ((), ""))
        for later in names[index + 1 :]:
            if later in others:
                place = protocol.place(dotted(("escalation", "guards", index)))
                yield Problem(place, name, f"comes before {later} and {effect}", f"move {name} below {later}")


def _read_part(
    part: type[Design] | type[Guard],
    settings: Mapping[str, Any],
    frame: Frame,
    path: Path,
    protocol: Protocol,
) -> tuple[Design | Guard | None, list[Problem]]:
    section = settings_of(part)
    read, problems = read_part(section, settings, path, protocol.places)
    if read is None:
        return None, problems
    return part(frame=frame, **{name: getattr(read, name) for name in keys_of(section)}), []


def _complaints(
    complaints: Iterator[Complaint], settings: Mapping[str, Any], path: Path, protocol: Protocol
) -> Iterator[Problem]:
    for complaint in complaints:
        place = protocol.place(dotted((*path, complaint.key)))
        yield Problem(place, settings.get(complaint.key, ABSENT), complaint.rule, complaint.fix)
