"""Skeletons of narratives: what is recorded of each serious or dose-limiting event, in order, and nothing added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from firstdose.dosing.toxicity import kept_open
from firstdose.protocol.plan import Protocol
from firstdose.records import CAUSES, AdverseEvent, Death, DltAdjudication, GradeChange, TrialData, relation_field
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.date_words import recorded_words
from firstdose.records.derived import EventAnalysis, SubjectAnalysis
from firstdose.records.partial_date_text import read_partial_date_time
from firstdose.report.documents.blocks import Row, Table, row
from firstdose.report.documents.wording import CRITERIA

NOT_DERIVED: Mapping[str, Any] = {"first_day": None, "last_day": None, "is_dlt": None}
"""Of an event outside the days that the analysis looks at."""
LONGEST = 160
"""Letters of one free text in a compact skeleton; the rest is left to the listings."""

HEADS = ("person", "event", "course and judgement")


@dataclass(frozen=True)
class Narrative:
    """One skeleton: whose, what happened, and its course; ``rank`` puts what decides about doses first."""

    rank: int
    person: str
    event: str
    course: str

    def as_row(self) -> Row:
        """The skeleton as a row of a table with HEADS."""
        return row(self.person, self.event, self.course)


def narratives(protocol: Protocol, data: AnalysisData, open_events: Iterable[tuple[str, int]] = ()) -> list[Narrative]:
    """A skeleton for each event that is serious, of grade 4 or more, fatal, or a DLT, and for each death without one.

    ``open_events`` are those (subject, number) that wait for adjudication: they are told too. DLTs come first, then
    what waits, deaths, and the others; within these by person.
    """
    waiting = set(open_events)
    people = {each["subject"]: each for each in data[SubjectAnalysis].iter_rows(named=True)}
    recorded = {(event.subject, event.number): event for event in data.trial_data.records(AdverseEvent)}
    told: list[Narrative] = []
    fatal: set[str] = set()
    derived = {(each["subject"], each["number"]): each for each in data[EventAnalysis].iter_rows(named=True)}
    for key, event in sorted(recorded.items()):
        each = derived.get(key, NOT_DERIVED)
        if not (is_told(event, is_dlt=bool(each["is_dlt"])) or key in waiting):
            continue
        if event.outcome == "fatal" or event.serious_death or event.grade == 5:
            fatal.add(event.subject)
        rank = 0 if each["is_dlt"] else 1 if key in waiting else 2 if event.outcome == "fatal" else 3
        course = ". ".join(_sentences(data.trial_data, event, key in waiting))
        told.append(
            Narrative(rank, person_words(protocol, people.get(event.subject)), event_words(event, each), f"{course}.")
        )
    told += [_death(protocol, people, each) for each in data.trial_data.records(Death) if each.subject not in fatal]
    return sorted(told, key=lambda each: each.rank)


def narrative_table(told: Iterable[Narrative], caption: str, notes: tuple[str, ...] = ()) -> Table:
    """The skeletons as a table."""
    return Table(caption, HEADS, tuple(each.as_row() for each in told), notes, words=(0, 1, 2))


def is_told(event: AdverseEvent, *, is_dlt: bool) -> bool:
    """Whether the committee is told of an event one by one: serious, of grade 4 or more, fatal, or a DLT."""
    is_serious = event.serious or any(getattr(event, name) for name in CRITERIA)
    return bool(is_serious or (event.grade or 0) >= 4 or is_dlt or event.outcome == "fatal")


def person_words(protocol: Protocol, person: Mapping[str, Any] | None) -> str:
    """Who it is, without what identifies: age, sex, dose and batch."""
    if person is None:
        return "not among the subjects"
    age, sex, level, given = person["age_years"], person["sex"], person["level"], person["dose_given"]
    dose = f"{given:.4g} {protocol.dose_levels.unit}" if isinstance(given, float) else "dose not recorded"
    parts = (
        person["subject"],
        f"{age:.0f} years" if isinstance(age, float) else "",
        str(sex or ""),
        (f"{dose} (level {level})" if level is not None else dose) if person["is_treated"] else "not dosed",
        f"batch {person['batch']}" if person["batch"] else "",
    )
    return ", ".join(filter(None, parts))


def shortened(text: str, longest: int = LONGEST) -> str:
    """A free text, cut where it is long."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def event_name(event: AdverseEvent) -> str:
    """The coded term, as in every table, and the words recorded where they are others; these alone where uncoded."""
    coded, recorded = event.preferred_term, shortened(event.term)
    if not coded:
        return recorded
    return coded if coded.casefold() == recorded.casefold() else f"{shortened(coded)} (recorded: {recorded})"


def event_words(event: AdverseEvent, each: Mapping[str, Any] = NOT_DERIVED) -> str:
    """What happened, when, how bad and how serious; ``each`` is what was derived of it."""
    first, last = each["first_day"], each["last_day"]
    day = "" if first is None and last is None else f"day {first}" if first == last else f"day {first} to {last}"
    began = _day(event.start) if event.start else "on an unknown day"
    grade = event.grade if event.grade is not None else event.severity
    criteria = [words for name, words in CRITERIA.items() if getattr(event, name)]
    serious = {True: "serious", False: "not serious", None: "seriousness not recorded"}[event.serious]
    parts = (
        event_name(event),
        "grade not recorded" if grade is None else f"grade {grade}" if isinstance(grade, int) else str(grade),
        f"began {began}" + (f" ({day})" if day else ""),
        f"{serious} ({', '.join(criteria)})" if criteria else serious,
    )
    return "; ".join(parts)


def _sentences(trial_data: TrialData, event: AdverseEvent, is_waiting: bool) -> Iterator[str]:
    """Adjudications, causes, grades over time, actions and outcome."""
    verdicts = _of_event(trial_data, DltAdjudication, event).sort("adjudication")
    for each in verdicts.iter_rows(named=True):
        reason = f" ({shortened(each['reason'])})" if each["reason"] else ""
        verdict = each["verdict"].replace("_", " ").replace("dlt", "DLT")
        is_open = kept_open(each["verdict"], each["members"])
        done = "Not yet judged" if is_open else "Adjudicated"
        yield f"{done} {_day(each['adjudicated']) or 'on an unknown day'}: {verdict}{reason}"
    if is_waiting:
        yield "Waits for adjudication"
    judged = {cause: getattr(event, relation_field(cause)) for cause in CAUSES}
    related = [
        f"{cause.replace('_', ' ')} {relation.replace('_', ' ')}" for cause, relation in judged.items() if relation
    ]
    expected = f"; {event.expectedness}" if event.expectedness else ""
    yield (f"Relation: {', '.join(related)}" if related else "Causes not judged") + expected
    changes = _of_event(trial_data, GradeChange, event).sort("change")
    if changes.height:
        yield "Grades: " + ", ".join(
            f"{each['grade']} from {_day(each['changed']) or 'an unknown day'}"
            for each in changes.iter_rows(named=True)
        )
    actions = {
        "with product": event.action_with_product,
        "with background treatment": event.action_with_background_treatment,
        "other": event.other_action,
    }
    taken = [f"{what}: {shortened(str(each).replace('_', ' '))}" for what, each in actions.items() if each]
    yield f"Action {'; '.join(taken)}" if taken else "Action not recorded"
    yield f"Outcome: {(event.outcome or 'not recorded').replace('_', ' ')}" + (
        f", end {_day(event.end)}" if event.end else ""
    )


def _day(recorded: object) -> str:
    """A day in words, as far as it was recorded, and as it stands where words cannot say it; empty where it was not."""
    text = "" if recorded is None else str(recorded)
    try:
        found = read_partial_date_time(text)
    except ValueError:
        return text
    return text if found is None or (found.date.day and not found.date.month) else recorded_words(found)


def _of_event(trial_data: TrialData, kind: type, event: AdverseEvent) -> pl.DataFrame:
    return trial_data[kind].filter((pl.col("subject") == event.subject) & (pl.col("event") == event.number))


def _death(protocol: Protocol, people: Mapping[str, Mapping[str, Any]], death: Death) -> Narrative:
    """A death of which no fatal event tells."""
    person = people.get(death.subject)
    day = person["death_day"] if person else None
    judged = {cause: getattr(death, relation_field(cause)) for cause in CAUSES}
    related = [
        f"{cause.replace('_', ' ')} {relation.replace('_', ' ')}" for cause, relation in judged.items() if relation
    ]
    when = f", {_day(death.died)}" if death.died else " on an unknown day"
    return Narrative(
        2,
        person_words(protocol, person) if person else death.subject,
        f"Death{when}" + (f" (day {day})" if day is not None else ""),
        f"Cause: {shortened(death.cause) if death.cause else 'not recorded'}. "
        + (f"Relation: {', '.join(related)}." if related else "Causes not judged."),
    )
