"""The people of the trial as it records them: subjects, criteria, disease, dispositions, deaths, deviations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from firstdose.measures.edss import STEPS
from firstdose.records.attribution import CAUSES as JUDGED
from firstdose.records.attribution import relation_field
from firstdose.records.subjects import (
    CriterionAnswer,
    Death,
    Deviation,
    DiseaseHistory,
    Disposition,
    Subject,
)
from firstdose.simulation.virtual.attendance import Attendance
from firstdose.simulation.virtual.candidates import DAYS_PER_YEAR, DIES, IS_LOST
from firstdose.simulation.virtual.cast import TENTH_PARTS, Cast
from firstdose.simulation.virtual.columns import NOTHING, Draft, frame, from_rows, pick, table_of
from firstdose.simulation.virtual.enrolment import DOSED, FAILED, NOT_NEEDED, WITHDREW, Participant
from firstdose.simulation.virtual.entry_rules import Entrant, EntryRules
from firstdose.simulation.virtual.event_records import RELATIONS
from firstdose.simulation.virtual.events import FATAL_GRADE
from firstdose.simulation.virtual.grade_records import RecordedEvents
from firstdose.simulation.virtual.plan import Plan

MILESTONE, END = "PROTOCOL MILESTONE", "DISPOSITION EVENT"
CONSENTED, SCREEN_FAILURE, WITHDRAWAL = "INFORMED CONSENT OBTAINED", "SCREEN FAILURE", "WITHDRAWAL BY SUBJECT"
LOST, DIED, NOT_DOSED = "LOST TO FOLLOW-UP", "DEATH", "STUDY ENROLLMENT CLOSED"
NO_OR_YES = table_of(["no", "yes"])
Table = list[list[Any]]


def subject_frames(plan: Plan, cast: Cast, attendance: Attendance, recorded: RecordedEvents) -> dict[type, Draft]:
    """Every frame about people rather than what is done with them."""
    confirmed = _confirmed(plan, cast, attendance)
    dispositions = [[*row] for row in _dispositions(plan, cast)]
    return {
        Subject: _subjects(plan, cast, confirmed),
        CriterionAnswer: _criteria(plan, cast, confirmed),
        DiseaseHistory: _diseases(plan, cast),
        Disposition: from_rows(
            Disposition, ("subject", "number", "event", "term", "category", "occurred"), dispositions
        ),
        Death: _deaths(plan, cast, recorded),
        Deviation: _deviations(plan, cast, attendance),
    }


def _confirmed(plan: Plan, cast: Cast, attendance: Attendance) -> dict[int, int]:
    """The day on which each person dosed was found eligible: the last entry visit, or the day before dosing."""
    found = {}
    entry = np.flatnonzero(plan.is_entry_visit)
    for place, person in enumerate(cast.dosed):
        day = int(attendance.day[place, entry[-1]]) if len(entry) else -1
        found[person.candidate] = person.day + day
    return found


def _subjects(plan: Plan, cast: Cast, confirmed: dict[int, int]) -> Draft:
    """The subjects; of the date of birth only the month is recorded."""
    centres, traits, levels = plan.scenario.conduct.centres, cast.traits, plan.protocol.dose_levels
    rows: Table = []
    text = plan.calendar.words
    ends = _ends(cast)
    for name, person in zip(cast.names(), cast.everyone, strict=True):
        number = person.candidate
        centre = centres[cast.candidates.centre[number]]
        _, entrant = _asked_at_entry(plan, cast, person)
        age = entrant.age_years
        born = plan.calendar.date_of(person.consent - _days_lived(age, int(traits.part_of_tenth[number])))
        day = confirmed.get(number)
        arm = levels.label(person.level) if person.fate == DOSED else None
        end = ends.get(number)
        rows.append(
            [
                name, centre.id, text[person.consent], plan.protocol.trial.version,
                None if day is None else text[day], None if day is None else f"investigator-{centre.id}",
                arm, arm, f"{born:%Y-%m}", age,
                "female" if traits.is_female[number] else "male", centre.country,
                None if end is None else text[end],
            ]
        )  # fmt: skip
    names = (
        "subject", "centre", "consent", "protocol_version", "eligibility_confirmed", "eligibility_confirmed_by",
        "arm", "arm_given", "birth", "age_years", "sex", "country", "participation_end",
    )  # fmt: skip
    return from_rows(Subject, names, rows)


def _days_lived(age: float, part: int) -> int:
    """The days from birth of somebody whose age, in years and a tenth, is rounded."""
    return round((age + (part - 0.5) / (10 * TENTH_PARTS) - 0.05) * DAYS_PER_YEAR)


def _ends(cast: Cast) -> dict[int, int]:
    """The last day of participation of each candidate whose participation has ended by the data cut."""
    found = {
        each.candidate: each.fate_day for each in cast.everyone if each.fate != DOSED and each.fate_day <= cast.cut
    }
    for place in np.flatnonzero(cast.left_early):
        found[int(cast.candidate[place])] = int(cast.day[place] + cast.left[place])
    return found


def _criteria(plan: Plan, cast: Cast, confirmed: dict[int, int]) -> Draft:
    """Everyone's answers; a person who failed has one that keeps out."""
    rules, count = plan.entry, len(plan.entry.criteria)
    days = np.array([confirmed.get(each.candidate, each.answered) for each in cast.everyone])
    subject = np.flatnonzero(days <= cast.cut)
    failed, values = np.full(len(subject), NOTHING), []
    for row, place in enumerate(subject):
        refusing, entrant = _asked_at_entry(plan, cast, cast.everyone[place])
        own = _values(rules, entrant)
        if refusing is not None:
            failed[row] = refusing
            own[refusing] = own[refusing] if rules.refused[refusing] else None
        values += own
    is_met = rules.is_inclusion != (np.arange(count) == failed[:, None])
    return frame(
        CriterionAnswer,
        len(values),
        {
            "subject": pick(cast.subject_words, np.repeat(subject, count)),
            "criterion": pick(rules.words, np.tile(np.arange(count), len(subject))),
            "answer": pick(NO_OR_YES, is_met.ravel().astype(np.int64)),
            "value": values,
            "answered": plan.calendar.text(np.repeat(days[subject], count)),
        },
    )


def _values(rules: EntryRules, entrant: Entrant) -> list[str | None]:
    """The values of a person that the answer to each criterion rests on."""
    known = {name: f"{name} {value:g}" for name, value in entrant.values().items()}
    return ["; ".join([known[name] for name in names]) if names else None for names in rules.told]


def _asked_at_entry(plan: Plan, cast: Cast, person: Participant) -> tuple[int | None, Entrant]:
    """The place of the criterion that keeps a person out, if one does, and the values that criteria are asked of."""
    rules, traits, number = plan.entry, cast.traits, person.candidate
    step, before = STEPS[traits.entry_step[number]], STEPS[traits.step_before[number]]
    entrant = Entrant(step, step - before, float(traits.age_years[number]))
    if person.fate != FAILED or not rules.criteria:
        return None, entrant
    failed = number % len(rules.criteria)
    return failed, rules.kept_out(failed, entrant)


def _diseases(plan: Plan, cast: Cast) -> Draft:
    """The disease before the trial; of dates long past only the year is known."""
    rows: Table = []
    traits, people = cast.traits, plan.scenario.people
    is_progressive = "secondary progressive" in people.diagnosis
    for name, person in zip(cast.names(), cast.everyone, strict=True):
        number, year = person.candidate, plan.calendar.date_of(person.consent).year
        onset = year - round(float(traits.disease_years[number]))
        since = year - round(float(traits.progressive_years[number]))
        rows.append(
            [
                name, people.diagnosis, "secondary_progressive" if is_progressive else None, str(onset),
                str(min(onset + 1, since)), str(since), float(STEPS[traits.step_before[number]]),
            ]
        )  # fmt: skip
    names = ("subject", "diagnosis", "course", "onset", "diagnosed", "progressive_since", "edss_2_years_before")
    return from_rows(DiseaseHistory, names, rows)


def _dispositions(plan: Plan, cast: Cast) -> Iterator[list[Any]]:
    """Consent of everyone, and how participation ended."""
    text, ends = plan.calendar.words, _ends(cast)
    why = dict(zip(cast.candidate.tolist(), cast.left_why.tolist(), strict=True))
    for name, person in zip(cast.names(), cast.everyone, strict=True):
        yield [name, 1, CONSENTED, None, MILESTONE, text[person.consent]]
        end = ends.get(person.candidate)
        if end is None:
            continue
        event, term = {
            FAILED: (SCREEN_FAILURE, "did not meet the criteria"),
            WITHDREW: (WITHDRAWAL, "withdrew before dosing"),
            NOT_NEEDED: (NOT_DOSED, "no place was left"),
        }.get(person.fate, (WITHDRAWAL, "withdrew consent"))
        if person.fate == DOSED and why[person.candidate] == DIES:
            event, term = DIED, "died"
        if person.fate == DOSED and why[person.candidate] == IS_LOST:
            event, term = LOST, "could not be reached"
        yield [name, 2, event, term, END, text[end]]


def _deaths(plan: Plan, cast: Cast, recorded: RecordedEvents) -> Draft:
    """The deaths, each with the event that led to it."""
    names, events = cast.names(), recorded.events
    rows: Table = []
    for place in np.flatnonzero(events.grade == FATAL_GRADE):
        person = events.person[place]
        relations = [RELATIONS[code] if code >= 0 else None for code in recorded.relation[place]]
        died = plan.calendar.words[int(cast.day[person] + cast.left[person])]
        cause = plan.scenario.attendance.fatal_term
        rows.append([names[cast.subject[person]], died, cause, int(recorded.number[place]), *relations])
    fields = ("subject", "died", "cause", "event", *(relation_field(cause) for cause in JUDGED))
    return from_rows(Death, fields, rows)


def _deviations(plan: Plan, cast: Cast, attendance: Attendance) -> Draft:
    """Short doses, which are major, and missed visits, which are minor."""
    names, text = cast.names(), plan.calendar.words
    is_missed = attendance.is_due & ~attendance.is_attended
    rows: Table = []
    for place, person in enumerate(cast.dosed):
        own: list[tuple[int, str, str, str]] = []
        if not person.is_full:
            own.append((0, f"{person.given:g} of {person.assigned:g} were given", "dosing", "major"))
        for visit in np.flatnonzero(is_missed[place]):
            own.append(
                (int(attendance.day[place, visit]), f"visit {plan.visits[visit].id} was missed", "visit", "minor")
            )
        name = names[cast.subject[place]]
        rows += [
            [name, number, words, category, degree, text[person.day + day]]
            for number, (day, words, category, degree) in enumerate(sorted(own), start=1)
        ]
    return from_rows(Deviation, ("subject", "number", "description", "category", "degree", "occurred"), rows)
