"""What the rule advises on frozen data. Whatever fails, there is no recommendation; never one that nobody computed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Thread
from typing import Any

from firstdose.conduct.bearing import Bearing
from firstdose.conduct.catalogue import PreparedDecision
from firstdose.conduct.held import held_words, waiting_held
from firstdose.conduct.impossible import impossible
from firstdose.conduct.ledger import Ledger
from firstdose.conduct.naming import field_label, kind_words, record_words, rule_words
from firstdose.conduct.snapshot import Snapshot, snapshot_now
from firstdose.designs.recommendation import Recommendation
from firstdose.dosing import recommendation as ask_the_rule
from firstdose.dosing.courses import Courses
from firstdose.dosing.recorded import Records
from firstdose.dosing.unjudged_deaths import unjudged_deaths
from firstdose.protocol import Protocol
from firstdose.records import Problem, TrialData

SECONDS = 60.0
RESTS_ON = (
    "subjects",
    "cohorts",
    "slots",
    "dosings",
    "dose_decisions",
    "adverse_events",
    "dlt_adjudications",
    "dispositions",
    "deaths",
)
"""The kinds of records that the rule's history is made of."""
CANNOT_BE_USED = ("rejected", "left empty")

Rule = Callable[[Protocol, TrialData, datetime], Recommendation]


@dataclass(frozen=True)
class Advised:
    """The rule's recommendation, or why there is none."""

    recommendation: Recommendation | None
    failure: str = ""

    @property
    def words(self) -> str:
        """The reason of the recommendation, or of its absence."""
        return self.recommendation.reason if self.recommendation else self.failure

    @property
    def document(self) -> str | None:
        """The recommendation as it is kept: the same recommendation gives the same text."""
        if self.recommendation is None:
            return None
        return json.dumps(self.recommendation.as_json(), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


@dataclass(frozen=True)
class Frozen:
    """What the committee is to see: the data as of a moment, and what a version's rule advises on them."""

    as_of: datetime
    snapshot: Snapshot
    advised: Advised
    protocol_version: str | None


def freeze(ledger: Ledger, protocol: Protocol, now: datetime, seconds: float = SECONDS) -> Frozen:
    """All that is entered now, and the rule's advice; outside of any write, so that nobody waits.

    The head of the ledger says what was entered, not the clock, which may have been wrong; the moment is cut to the
    second.
    """
    as_of = now.astimezone(UTC).replace(microsecond=0)
    found = snapshot_now(ledger, as_of.date())
    held = waiting_held(ledger)
    advised = _none(held_words(held)) if held else recommend(protocol, found, as_of, seconds)
    return Frozen(as_of, found, advised, protocol.trial.version)


def recommend(
    protocol: Protocol, found: Snapshot, as_of: datetime, seconds: float = SECONDS, rule: Rule = ask_the_rule
) -> Advised:
    """What the rule advises; none if it fails, takes too long, or rests on what cannot be read or cannot be so.

    What cannot be read and bears upon nobody dosed or to be dosed (`Bearing` says exactly what) takes no recommendation
    away: it is told among its flags.
    """
    answers: list[Advised] = []

    def ask() -> None:
        try:
            answers.append(_advised(protocol, found, as_of, rule))
        except Exception as problem:  # whatever it is, it is no advice
            answers.append(_none(f"the rule failed ({type(problem).__name__}: {problem})"))

    asking = Thread(target=ask, name="recommendation", daemon=True)
    asking.start()
    asking.join(seconds)
    return answers[0] if answers else _none(f"the rule did not answer within {seconds:g} seconds")


def advised_of(prepared: PreparedDecision) -> Advised:
    """The advice as it was kept with a preparation."""
    if prepared.recommendation is None:
        return Advised(None, prepared.failure or "no recommendation")
    content: dict[str, Any] = json.loads(prepared.recommendation)
    content["flags"] = tuple(content["flags"])
    content["stop_reason"] = content["stop_reason"] or ""
    return Advised(Recommendation(**content))


def _advised(protocol: Protocol, found: Snapshot, as_of: datetime, rule: Rule) -> Advised:
    """What the rule advises on data on which something can be advised, with what is told beside it."""
    unusable, beside = _unusable(found)
    if unusable:
        return _none(f"records that dosing rests on cannot be read: {'; '.join(unusable)}. Correct them first")
    records = Records(found.trial_data, as_of)
    cannot_be = dict(impossible(records))
    if cannot_be:
        return _none(f"what dosing rests on cannot be so: {'; '.join(cannot_be.values())}")
    answer = rule(protocol, found.trial_data, as_of)
    fault = _fault(protocol, answer)
    if fault:
        return _none(fault)
    deaths = (each.words for each in unjudged_deaths(Courses(protocol, records)))
    told = (*map(set_aside_words, beside), *deaths)
    return Advised(replace(answer, flags=(*answer.flags, *told)))


def _none(why: str) -> Advised:
    return Advised(None, f"no recommendation: {why}")


def set_aside_words(what: str) -> str:
    """That something cannot be read and takes no recommendation away."""
    return f"set aside, for it bears upon nobody who was dosed or holds a slot: {what}; correct it all the same"


def _unusable(found: Snapshot) -> tuple[list[str], list[str]]:
    """What cannot be read in the records that the history is made of, and what of that may be set aside."""
    problems = [
        each for each in found.problems if (each.record or each.file) in RESTS_ON and each.effect in CANNOT_BE_USED
    ]
    bearing = Bearing(found.trial_data)
    words: tuple[list[str], list[str]] = ([], [])
    for each in problems:
        is_beside = bearing.may_be_set_aside(each.record or each.file or "", each.identity or "")
        words[is_beside].append(_cannot_be_read(each))
    return words


def _cannot_be_read(problem: Problem) -> str:
    """What cannot be read, where, and why."""
    kind = problem.record or problem.file or ""
    name = record_words(kind, problem.identity) if problem.identity else kind_words(kind)
    rule = rule_words(kind, problem.field, problem.rule)
    return f"{name}, {field_label(kind, problem.field or '')}: {problem.value!r} {rule}"


def _fault(protocol: Protocol, answer: object) -> str:
    """What is wrong with an answer that no rule should give."""
    if not isinstance(answer, Recommendation) or answer.action not in ("dose", "wait", "stop"):
        return "the rule gave no recommendation"
    levels = len(protocol.dose_levels.values)
    if answer.action == "dose" and not (answer.next_level and 1 <= answer.next_level <= levels):
        return f"the rule gave level {answer.next_level}, which the protocol does not have"
    return ""
