"""The safety committee's pack for one dose decision: two pages, and an appendix where they cannot hold everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from firstdose.designs.building import build_design
from firstdose.dosing import ParticipantCourse, TrialHistory
from firstdose.dosing.advice import Advice, advise, with_flags
from firstdose.dosing.courses import Courses
from firstdose.dosing.histories import trial_history
from firstdose.dosing.recorded import Records
from firstdose.dosing.unjudged_deaths import UnjudgedDeath, unjudged_deaths
from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.date_words import day_words
from firstdose.records.results import Results
from firstdose.report.committee.figures import event_table, stopping_blocks
from firstdose.report.committee.narratives import Narrative, narrative_table, narratives
from firstdose.report.committee.next_step_chapter import evidence_table, outlook_table, recommendation_chapter
from firstdose.report.committee.quality import quality_facts, rests_on_calendar
from firstdose.report.documents.blocks import Block, Bullets, Chapter, Document, Facts, Paragraph, Table, row
from firstdose.report.documents.wording import counted
from firstdose.report.trial.escalation_chapter import cohort_table, moment_of, people_table
from firstdose.report.trial.ladder_picture import dose_ladder
from firstdose.safety.evaluability import Status

PACK_NAME = "committee-pack"
APPENDIX = "appendix"
MOST_IN_APPENDIX = 400
WITHOUT_DLT = "To dose: how those over by the calendar alone are known to have had no DLT"
DECISIONS = "☐ dose at level ____   ☐ wait   ☐ stop   ☐ other: ________________"


class NoDecision(ValueError):
    """The protocol has no escalation, so there is no dose decision to prepare."""


@dataclass(frozen=True)
class Room:
    """How many of each thing the two pages hold; the rest goes to the appendix."""

    narratives: int = 10
    cohorts: int = 12
    people: int = 6
    flags: int = 5
    has_picture: bool = True


ROOMS = (
    Room(),
    Room(narratives=6, cohorts=8, people=4, flags=3),
    Room(narratives=4, cohorts=8, people=3, flags=2, has_picture=False),
    Room(narratives=2, cohorts=6, people=2, flags=1, has_picture=False),
    Room(narratives=0, cohorts=4, people=0, flags=0, has_picture=False),
)
"""From the most to the least that the two pages may hold; the first that fits is taken."""


@dataclass(frozen=True, eq=False)
class Decision:
    """Everything that a dose decision rests on."""

    protocol: Protocol
    data: AnalysisData
    results: Results
    courses: tuple[ParticipantCourse, ...]
    history: TrialHistory
    advice: Advice
    told: tuple[Narrative, ...]
    unjudged: tuple[UnjudgedDeath, ...] = ()

    @classmethod
    def of(cls, protocol: Protocol, data: AnalysisData, results: Results, moment: datetime | None = None) -> Decision:
        """What is known at a moment, without one at the end of the day of the data.

        Raises NoDecision without an escalation rule.
        """
        if not protocol.escalation.has_rule:
            raise NoDecision("escalation.design is `none`, so there is no dose decision to prepare")
        courses = Courses(protocol, Records(data.trial_data, moment or moment_of(data.trial_data)))
        history = trial_history(courses)
        waiting = [(course.subject, each.number) for course in courses.all for each in course.events if not each.is_dlt]
        told = tuple(narratives(protocol, data, waiting))
        unjudged = tuple(unjudged_deaths(courses))
        advice = with_flags(advise(courses, history), [each.words for each in unjudged])
        return cls(protocol, data, results, courses.all, history, advice, told, unjudged)

    @property
    def notable(self) -> tuple[ParticipantCourse, ...]:
        """Those dosed with a DLT, not evaluable, not settled yet, or settled by the calendar alone; the last first."""
        return tuple(
            course
            for course in reversed(self.courses)
            if course.is_dosed and (course.status is not Status.EVALUABLE or course.has_dlt or course.by_calendar)
        )


def committee_document(decision: Decision, day: date, notices: tuple[str, ...] = (), room: Room = ROOMS[0]) -> Document:
    """The pack as a document: what the room has place for, and an appendix with the rest where there is any."""
    trial, origin = decision.protocol.trial, decision.results.provenance
    chapters = [
        recommendation_chapter(decision.advice.recommendation, room.flags),
        Chapter("stands", "Where the trial stands", tuple(_stands(decision, room))),
        Chapter("next", "What the data say, and what comes next", tuple(_evidence(decision))),
        Chapter("events", "Adverse events and stopping rules", tuple(_events(decision))),
        Chapter("narratives", "Deaths, serious and dose-limiting events", tuple(_told(decision, room))),
        Chapter("quality", "Quality of the data", (_quality(decision, notices),)),
        Chapter("decision", "Decision and signatures", tuple(_signatures(decision))),
    ]
    appendix = tuple(_appendix(decision, room))
    if appendix:
        chapters.append(Chapter(APPENDIX, "Appendix: what the two pages could not hold", appendix))
    return Document(
        title=f"{trial.id}: pack for the dose decision",
        heading="Pack for the safety committee",
        subtitle=f"{trial.id}: {trial.title}",
        facts=(
            *(("Notice", notice) for notice in notices if "problems.csv" not in notice),
            ("Data up to", day_words(origin.as_of) if origin.as_of else "no cut-off stated"),
            ("Data (SHA-256)", origin.data_hash),
            ("Protocol file (SHA-256)", origin.protocol_hash),
            ("Prepared", f"{day_words(day)}, Firstdose {origin.version}"),
        ),
        chapters=tuple(chapters),
        footer=f"{trial.id}, pack for the dose decision, data {origin.data_hash[:12]}, {day_words(day)}",
    )


def _stands(decision: Decision, room: Room) -> Iterator[Block]:
    protocol, history = decision.protocol, decision.history
    if not any(course.is_dosed for course in decision.courses):
        yield Paragraph("Nobody has been dosed yet.")
        return
    ladder = dose_ladder(protocol, decision.data) if room.has_picture else None
    if ladder:
        yield ladder.picture()
    table = cohort_table(protocol, history, decision.courses)
    left = len(table.rows) - room.cohorts
    if left > 0:
        note = f"The last {room.cohorts} of {counted(len(table.rows), 'cohort')}; the others are in the appendix."
        table = replace(table, rows=table.rows[left:], notes=(note, *table.notes))
    yield table
    shown = decision.notable[: room.people]
    if shown:
        more = len(decision.notable) - len(shown)
        people = people_table(
            shown,
            protocol.dose_levels.unit,
            "Of those dosed: with a DLT, not evaluable, or not settled yet; the last first",
        )
        yield replace(people, notes=(f"{more} more in the appendix.", *people.notes)) if more else people
    elif decision.notable:
        yield Paragraph(f"With a DLT, not evaluable, or not settled: {len(decision.notable)} people, in the appendix.")


def _evidence(decision: Decision) -> Iterator[Block]:
    rule = build_design(decision.protocol)
    yield evidence_table(decision.protocol, decision.history, rule)
    if decision.history.missing:
        yield Paragraph("What comes next is not told while the history is not complete.")
        return
    outlook = outlook_table(rule, decision.history, decision.advice.places)
    open_now = any(cohort.pending for cohort in decision.history.history.cohorts)
    if outlook:
        yield outlook
    elif open_now or decision.advice.places:
        yield Paragraph("More windows are open than ways in which they can close could be listed here.")
    else:
        yield Paragraph("No further cohort follows under the rule.")


def _events(decision: Decision) -> Iterator[Block]:
    yield event_table(decision.protocol, decision.results)
    yield from stopping_blocks(decision.protocol, decision.results)


def _told(decision: Decision, room: Room) -> Iterator[Block]:
    if not decision.told:
        yield Paragraph("No death, serious or dose-limiting event is recorded.")
        return
    shown, more = decision.told[: room.narratives], max(0, len(decision.told) - room.narratives)
    if shown:
        notes = (f"{more} more in the appendix.",) if more else ()
        yield narrative_table(shown, f"Events told: {len(shown)} of {len(decision.told)}, DLTs first", notes)
    else:
        yield Paragraph(f"{counted(len(decision.told), 'event')}, all told in the appendix.")


def _quality(decision: Decision, notices: tuple[str, ...]) -> Facts:
    return Facts(tuple(quality_facts(decision.data, decision.history, decision.courses, notices)))


def _signatures(decision: Decision) -> Iterator[Block]:
    """Places for the decision, its reasons, and a signature of each member that the protocol names."""
    protocol = decision.protocol
    review = protocol.escalation.committee_review
    quorum = f"Quorum: {counted(review.quorum, 'member')}. " if review and review.quorum else ""
    yield Paragraph(f"{quorum}A decision that departs from the recommendation needs a reason.")
    unseen = ((WITHOUT_DLT, ""),) if rests_on_calendar(decision.data, decision.courses) else ()
    yield Facts((("Decision", DECISIONS), ("Reason, where it departs", ""), *unseen))
    lines = tuple(row(member.capitalize(), "", "", "") for member in _members(protocol))
    yield Table("Signatures", ("role", "name", "signature", "date"), lines, words=(0, 1, 2, 3))


def _members(protocol: Protocol) -> tuple[str, ...]:
    review = protocol.escalation.committee_review
    if review and review.members:
        return review.members
    quorum = review.quorum if review and review.quorum else 3
    return tuple(f"member {number}" for number in range(1, quorum + 1))


def _appendix(decision: Decision, room: Room) -> Iterator[Block]:
    """All that the pages before left out."""
    flags = decision.advice.recommendation.flags[room.flags :]
    if flags:
        yield Bullets(flags[:MOST_IN_APPENDIX])
    told = decision.told[room.narratives :]
    if told:
        shown = told[:MOST_IN_APPENDIX]
        notes = (f"The first {len(shown):,} of {len(told):,}.",) if len(told) > len(shown) else ()
        yield narrative_table(shown, "Deaths, serious and dose-limiting events, continued", notes)
    people = decision.notable[room.people :]
    if people:
        unit = decision.protocol.dose_levels.unit
        yield people_table(people[:MOST_IN_APPENDIX], unit, "With a DLT, not evaluable, or not settled, continued")
    table = cohort_table(decision.protocol, decision.history, decision.courses)
    before = table.rows[: -room.cohorts] if len(table.rows) > room.cohorts else ()
    if before:
        yield replace(table, caption="Cohorts in order, the earlier ones", rows=before[:MOST_IN_APPENDIX])
