"""The escalation rule and its conduct in words, from the protocol and the rule object itself."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from firstdose.designs.recommendation import Recommendation
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Seen
from firstdose.protocol import Protocol
from firstdose.protocol.describe import keys_of
from firstdose.protocol.escalation import dose_in_words
from firstdose.report.documents.wording import counted, listed, rate, sentence

ON_SENTINEL_DLT = {
    "committee_review": "the rest of the cohort waits for the committee's decision",
    "end_cohort": "the rest of the cohort is not dosed, and the cohort is decided as it stands",
    "continue": "the rest of the cohort is dosed as planned",
}


SHARES_OF_TARGET = {"p_saf": 0.6, "p_tox": 1.4}
"""Settings whose default is this share of the target."""


@dataclass(frozen=True)
class Setting:
    """One setting of the design: its key, value and meaning, and whether the protocol states it."""

    key: str
    value: str
    meaning: str
    stated: bool


@dataclass(frozen=True)
class RuleWords:
    """What the protocol's rule is, in words."""

    title: str
    uses_target: bool
    summary: str
    explanation: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    settings: tuple[Setting, ...]
    guards: tuple[str, ...]
    own_stops: tuple[str, ...]
    selection: str
    conduct: tuple[tuple[str, str], ...]


def rule_words(protocol: Protocol, rule: EscalationRule) -> RuleWords:
    """The rule in words; nothing of it is typed twice."""
    design = rule.design
    return RuleWords(
        title=f"{design.title}, variant {variant.replace('_', ' ')}"
        if (variant := getattr(design, "variant", ""))
        else design.title,
        uses_target=design.requires_target(),
        summary=design.summary,
        explanation=explanation(design),
        facts=tuple(_facts(protocol, rule)),
        settings=tuple(_settings(protocol, rule)),
        guards=tuple(sentence(guard.words() + _in_counts(guard, rule)) for guard in rule.guards),
        own_stops=tuple(sentence(text) for text in _own_stops(design)),
        selection=design.selection_words(),
        conduct=tuple(_conduct(protocol)),
    )


def explanation(design: object) -> tuple[str, ...]:
    """How a design works: the paragraphs of its own description."""
    text = (inspect.getdoc(type(design)) or "").replace("``", "")
    return tuple(" ".join(paragraph.split()) for paragraph in text.split("\n\n") if paragraph.strip())


def _facts(protocol: Protocol, rule: EscalationRule) -> Iterator[tuple[str, str]]:
    frame, levels = rule.frame, protocol.dose_levels
    named = (f"{levels.label(level)}: " if levels.labels else "" for level in range(1, frame.levels + 1))
    doses = ", ".join(f"{name}{dose_in_words(dose)}" for name, dose in zip(named, frame.doses, strict=True))
    yield "Dose levels", f"{frame.levels} ({doses} {frame.unit}), numbered from the lowest"
    yield "Start", f"level {frame.start_level} ({levels.dose_with_unit(frame.start_level)})"
    if frame.target is None:
        yield "Target DLT rate", "none is stated"
    else:
        only = "" if rule.design.requires_target() else "; the rule does not use it, it scores the rule beside others"
        yield "Target DLT rate", f"{rate(frame.target)}{only}"
    yield "Cohort", counted(frame.cohort_size, "participant")
    counts = "all who were dosed, evaluable or not" if rule.counts_dosed else "those evaluable for DLTs"
    yield "Maximum", f"{counted(frame.max_participants, 'participant')} in the escalation, counting {counts}"
    yield "Within a cohort", " ".join(_within_a_cohort(rule))
    if rule.expansion_participants:
        yield "Expansion", f"{counted(rule.expansion_participants, 'more participant')} at the selected level"
    yield from _derived(rule)


def _within_a_cohort(rule: EscalationRule) -> Iterator[str]:
    """What may end a cohort before it is complete."""
    if rule.sentinels_that_end:
        only = "its first participant, the sentinel," if rule.sentinels_that_end == 1 else "a sentinel"
        yield f"A DLT of {only} ends a cohort: the rest is not dosed, and the cohort is decided as it stands."
    if rule.stops_within_cohort:
        yield "Dosing stops once every outcome of the rest of the cohort would lead to the same decision."
    elif rule.sentinels_that_end:
        yield "Every other cohort is completed before a decision is taken."
    else:
        yield "Every cohort is completed before a decision is taken."


def _in_counts(guard: Any, rule: EscalationRule) -> str:
    """For a guard that watches level 1: under which prior, and from which counts at level 1 on it stops."""
    if not hasattr(guard, "exceeds"):
        return ""
    frame, model = rule.frame, rule.design.is_model_based
    stops = []
    for number in range(frame.cohort_size, min(frame.max_participants, 6 * frame.cohort_size) + 1, frame.cohort_size):
        dlts = np.arange(number + 1, dtype=np.int16)
        whole = np.ones_like(dlts)
        at_one = np.arange(frame.levels) == 0
        seen = Seen(
            number * whole[:, None] * at_one, dlts[:, None] * at_one, whole, number * whole, dlts,
            frame.top * whole, np.zeros((number + 1, 0), dtype=np.int16),
        )  # fmt: skip
        unsafe = np.flatnonzero(guard.exceeds(seen, rule.design) > guard.certainty)
        if unsafe.size:
            stops.append(f"{int(unsafe[0])} of {number}")
    prior = "the model's posterior; with level 1 alone treated" if model else "a uniform prior; at level 1"
    return f" (by {prior}, it stops from {', '.join(stops)} on)" if stops else f" (by {prior}, no count stops)"


def _own_stops(design: Any) -> Iterator[str]:
    """What stops a trial by the design's own settings, for designs that have such settings."""
    if getattr(design, "extra_safe", False):
        yield (
            f"extra safety: after a cohort at level 1, the trial stops and no level is named when level 1 exceeds the "
            f"target with posterior probability above {design.certainty() - design.offset:g}, from "
            f"{counted(design.fewest_that_eliminate, 'participant')} at that level on"
        )
    most = getattr(design, "stop_at", None)
    if most is not None:
        yield (
            f"the trial stops, and a level is named, once {counted(most, 'participant')} "
            f"{'was' if most == 1 else 'were'} treated at the current level, unless no level is left"
        )


def _derived(rule: EscalationRule) -> Iterator[tuple[str, str]]:
    """Figures that the design works out from its settings, for designs that have such figures."""
    design: Any = rule.design
    if hasattr(design, "bounds"):
        escalate, deescalate = design.bounds
        yield (
            "Bounds of the observed DLT rate",
            f"escalate at {escalate:.4f} or below, de-escalate at {deescalate:.4f} or above",
        )
    if hasattr(design, "target_interval"):
        lower, upper = design.target_interval()
        yield "Target interval of the DLT rate", f"{rate(lower)} to {rate(upper)}"
    if hasattr(design, "interval"):
        lower, upper = design.interval
        yield "Equivalence interval of the DLT rate", f"{rate(lower)} to {rate(upper)}"
    if hasattr(design, "rates"):
        yield "Skeleton", ", ".join(f"{value:.3f}" for value in design.rates)


def _settings(protocol: Protocol, rule: EscalationRule) -> Iterator[Setting]:
    design, stated = rule.design, protocol.escalation.settings
    keys = keys_of(type(design))
    for name in type(design).setting_names():
        value = getattr(design, name)
        if value is None and name in SHARES_OF_TARGET and rule.frame.target is not None:
            share = SHARES_OF_TARGET[name]
            value = f"{share * rule.frame.target:.6g} ({share:g} of the target)"
        elif value is None and name not in stated:
            continue
        yield Setting(name, show_setting(value), keys[name].meaning.words.replace("`", ""), name in stated)


def show_setting(value: Any) -> str:
    """A setting's value as a protocol file would write it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15g}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return show_setting({entry.name: getattr(value, entry.name) for entry in dataclasses.fields(value)})
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {show_setting(item)}" for key, item in value.items() if item != "")
    if isinstance(value, list | tuple):
        return ", ".join(show_setting(item) for item in value)
    return str(value)


def _conduct(protocol: Protocol) -> Iterator[tuple[str, str]]:
    escalation = protocol.escalation
    if escalation.dlt:
        causes = listed((cause.replace("_", " ") for cause in escalation.dlt.attribution), "or")
        yield "Dose-limiting toxicity", sentence(escalation.dlt.definition)
        yield "Attribution", f"An event counts when it is attributed to: {causes}."
        yield "DLT window", f"{counted(escalation.dlt.window_days, 'day')} from dosing"
    if escalation.evaluable:
        yield "Evaluable for DLTs", sentence(escalation.evaluable.rule)
        replaced = "are replaced" if escalation.evaluable.replaced else "are not replaced"
        yield "Not evaluable", f"Participants who are not evaluable {replaced}."
    if escalation.sentinel:
        sentinel = escalation.sentinel
        first = "The first participant" if sentinel.participants == 1 else f"The first {sentinel.participants}"
        yield (
            "Sentinel",
            f"{first} of each cohort {'is' if sentinel.participants == 1 else 'are'} dosed "
            f"at least {counted(sentinel.interval_days, 'day')} before the next. After a DLT of a sentinel, "
            f"{ON_SENTINEL_DLT[sentinel.on_dlt]}.",
        )
    if escalation.interval_between_participants_days is not None:
        yield "Between participants", f"at least {counted(escalation.interval_between_participants_days, 'day')}"
    if escalation.interval_between_cohorts_days is not None:
        days = counted(escalation.interval_between_cohorts_days, "day")
        yield "Between cohorts", f"at least {days} from the last dosing of a cohort to the first of the next"
    if escalation.committee_review:
        yield "Committee review", _committee(escalation.committee_review)


def _committee(review: Any) -> str:
    name = review.name or "safety committee"
    name = name if name.split()[0].lower() == "the" or not name[0].islower() else f"the {name}"
    text = f"The next cohort waits for the decision of {name}" if review.required else f"{name} is informed"
    if review.quorum:
        text += f", with at least {counted(review.quorum, 'member')} taking part"
    if review.members:
        text += f" (members: {', '.join(review.members)})"
    return sentence(text)


def advice_words(advice: Recommendation) -> str:
    """A recommendation in a few words."""
    if advice.action == "wait":
        return "wait"
    if advice.action == "dose":
        return f"{counted(advice.cohort_size or 0, 'participant')} at level {advice.next_level}"
    if advice.recommended_level is None:
        return "stop, no level is named"
    note = ", the MTD was not reached" if advice.mtd_not_reached else ""
    return f"stop, level {advice.recommended_level} is named{note}"
