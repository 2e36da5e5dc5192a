"""A decision as its page says it: what is put to the members in full, what is in force, what is still open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from firstdose.conduct.catalogue import JudgedEvent, PreparedDecision
from firstdose.conduct.deciding import departs
from firstdose.conduct.judged import changed_since_verdict
from firstdose.conduct.own_records import all_of
from firstdose.conduct.recommending import advised_of
from firstdose.conduct.staleness import StaleDecision
from firstdose.conduct.standing import standing_of
from firstdose.conduct.unseen import listed, of_text, unseen
from firstdose.dosing import protocol_of_version
from firstdose.dosing.pending import Wait, last_day, open_events, wait_of
from firstdose.dosing.unjudged_deaths import unjudged_deaths
from firstdose.protocol import Protocol
from firstdose.records import Cohort, DoseDecision
from firstdose.records.date_words import day_words
from firstdose.web.last_decision import decision_words
from firstdose.web.templatetags.said import moment as moment_words
from firstdose.web.trial import Trial

SHORT_HASH = 12


@dataclass(frozen=True)
class ShownDecision:
    """A decision that was taken, in words, with what became of it and the page of its preparation."""

    record: DoseDecision
    words: str
    now: str
    halts: bool
    preparation: int | None


@dataclass(frozen=True)
class TakenDecision:
    """What was decided, with the dose, and whether it departs from the rule: where that gave none, it does."""

    words: str
    departs: bool

    @classmethod
    def of(cls, protocol: Protocol, taken: DoseDecision) -> TakenDecision:
        """By the protocol under which it was prepared."""
        words = decision_words(protocol, taken.action, taken.next_level)
        return cls(words, taken.departs or taken.recommended_action is None)


def put_to_the_members(protocol: Protocol, prepared: PreparedDecision) -> list[tuple[str, str]]:
    """What a member signs, in full, as stands beside the field of the password; empty where nothing is proposed."""
    if prepared.action is None:
        return []
    advised = advised_of(prepared)
    step = advised.recommendation
    rule = decision_words(protocol, step.action, step.next_level) if step else advised.failure
    is_other = departs(advised, prepared.action, prepared.next_level)
    data = f"of {moment_words(str(prepared.data_as_of))}, hash {prepared.data_hash[:SHORT_HASH]}…"
    found = [
        (f"Decision {prepared.decision}", decision_words(protocol, prepared.action, prepared.next_level)),
        ("The rule advises", rule),
        ("Departs from the rule", "yes" if is_other else "no"),
        ("Reason", prepared.reason or "none given"),
    ]
    people = of_text(prepared.by_calendar)
    if people and prepared.action == "dose":
        found.append(("Without DLT by the calendar alone", listed(people)))
        found.append(("How it is known that they had none", prepared.without_dlt or "not said"))
    return [*found, ("On the data", data)]


def shown_decisions(trial: Trial, taken: Iterable[DoseDecision], stale: Iterable[StaleDecision]) -> list[ShownDecision]:
    """Decisions that were taken, the last one first, each with what became of it."""
    pages = {each.decision: each.preparation for each in all_of(trial.ledger, PreparedDecision)}
    opened = {each.decision: each.cohort for each in trial.dosing_data().records(Cohort) if each.decision}
    told = {each.decision: each for each in stale}
    ordered = sorted(taken, key=lambda each: -each.decision)
    found = []
    for later, each in zip([None, *ordered], ordered, strict=False):
        parts = [f"opened cohort {opened[each.decision]}"] if each.decision in opened else []
        if each.decision in told:
            parts.append("its data have changed since")
        parts.append(f"followed by decision {later.decision}" if later else "the last decision")
        then = protocol_of_version(trial.protocol, each.protocol_version)  # a dose may have been amended since
        words = decision_words(then, each.action, each.next_level)
        halts = each.decision in told and told[each.decision].halts
        found.append(ShownDecision(each, words, "; ".join(parts), halts, pages.get(each.decision)))
    return found


def still_open(trial: Trial, moment: datetime, seen: Callable[[str], str]) -> Iterator[str]:
    """What a decision that is prepared now would not know yet: doses, open windows, verdicts, who was not looked at."""
    courses = trial.courses(moment, at_once=True)
    for rung in standing_of(courses).rungs:
        left = sum(place.state in ("open", "held") for place in rung.places)
        if rung.is_open and left:
            yield f"cohort {rung.cohort}: {left} of {len(rung.places)} not dosed yet"
    for course in courses.all:
        wait = wait_of(course, moment) if course.is_dosed else None
        if wait is Wait.WINDOW:
            day = last_day(course)
            until = f", until {day_words(day)}" if day else ""
            yield seen(f"{course.subject} (cohort {course.cohort}): the DLT window is open{until}")
        elif wait is Wait.VERDICT:
            what = f"waits for the committee's verdict on {open_events(course)}"
            yield seen(f"{course.subject} (cohort {course.cohort}): {what}")
        elif wait is not None:
            reasons = "; ".join(course.evaluability.reasons)
            yield seen(f"{course.subject} (cohort {course.cohort}): not settled: {reasons}")
    for death in unjudged_deaths(courses):
        yield seen(f"{death.subject}: {death.said}")
    for reason in changed_since_verdict(courses.records, all_of(trial.ledger, JudgedEvent)):
        yield seen(reason.words)
    for subject, words in unseen(trial.ledger, trial.protocol, trial.data(), moment).items():
        yield seen(f"{subject}: {words}; a decision to dose must say how it is known that there was none")
