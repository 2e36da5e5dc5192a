"""The trial's history as its escalation rule reads it, with who stands behind each letter."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from firstdose.designs.history import DLT, NO_DLT, NOT_EVALUABLE, PENDING, Cohort, History
from firstdose.dosing.cohorts import CohortInOrder
from firstdose.dosing.courses import Courses
from firstdose.dosing.levels import by_level
from firstdose.dosing.participant import ParticipantCourse
from firstdose.dosing.recorded import Records
from firstdose.protocol import Protocol
from firstdose.records import TrialData
from firstdose.safety.evaluability import Status


@dataclass(frozen=True)
class TreatedCohort:
    """Participants of one cohort who count at one level, in the order of dosing, with a letter each.

    ``followed`` has the share of the DLT window that is over for each ``?``, in order: see ``share_followed``.
    ``is_backfilled`` says that they were backfilled and count in the rule's decisions; ``is_part`` that the rest of
    their cohort follows, at its own level; ``is_over`` that a sentinel's DLT has ended their cohort.
    """

    cohort: str | None
    number: int
    level: int
    outcomes: str
    subjects: tuple[str, ...]
    followed: tuple[float | None, ...] = ()
    is_backfilled: bool = False
    is_part: bool = False
    is_over: bool = False

    @property
    def in_history(self) -> Cohort:
        """As the rule reads it."""
        return Cohort(self.level, self.outcomes, self.followed, self.is_backfilled, self.is_part, self.is_over)

    def only(self, subjects: Collection[str]) -> TreatedCohort:
        """The same cohort with these of its people alone."""
        people = [each for each in self._people if each[0] in subjects]
        shares = dict(zip((who for who, letter in self._people if letter == PENDING), self.followed, strict=False))
        return replace(
            self,
            outcomes="".join(letter for _, letter in people),
            subjects=tuple(who for who, _ in people),
            followed=tuple(shares[who] for who, _ in people if who in shares),
        )

    @property
    def _people(self) -> list[tuple[str, str]]:
        return list(zip(self.subjects, self.outcomes, strict=True))


@dataclass(frozen=True)
class TrialHistory:
    """What the escalation rule is asked about, and what it is not.

    ``cohorts`` run parallel to ``history.cohorts``; those backfilled stand before the first cohort of the escalation
    whose decision knew their outcome. ``apart`` are cohorts that the rule does not decide on: expansion, a control, and
    those backfilled where the protocol does not say that it backfills. ``missing`` says who was dosed and cannot be
    placed; while it is not empty the history is not complete. ``flags`` say what to beware of.
    """

    history: History
    cohorts: tuple[TreatedCohort, ...]
    apart: tuple[TreatedCohort, ...]
    missing: tuple[str, ...]
    flags: tuple[str, ...]

    @property
    def last(self) -> TreatedCohort | None:
        """The last cohort of the escalation that was dosed in, or its part at its own level."""
        return next((each for each in reversed(self.cohorts) if not each.is_backfilled), None)


def history_of(protocol: Protocol, trial_data: TrialData, as_of: datetime) -> TrialHistory:
    """The cohorts dosed by a moment, in order: N no DLT, T DLT, ? not known yet, - not evaluable."""
    return trial_history(Courses(protocol, Records(trial_data, as_of)))


def trial_history(courses: Courses) -> TrialHistory:
    """The history that everyone's courses make."""
    in_rule: list[TreatedCohort] = []
    backfilled: list[TreatedCohort] = []
    apart: list[TreatedCohort] = []
    for cohort in courses.cohorts:
        dosed = courses.in_cohort(cohort)
        is_over = ended_by_its_sentinel(courses.protocol, dosed)
        for treated in _parts(cohort, dosed):
            if treated.level and cohort.is_backfilled(courses.protocol):
                backfilled.append(replace(treated, is_backfilled=True, is_part=False))
            else:
                stands_in = in_rule if cohort.is_in_the_rule and treated.level else apart
                stands_in.append(replace(treated, is_over=is_over))
    levels = len(courses.protocol.dose_levels.values)
    cohorts = tuple(_with_backfilled(courses, in_rule, backfilled)) if backfilled else tuple(in_rule)
    return TrialHistory(
        history=History(tuple(each.in_history for each in cohorts)),
        cohorts=cohorts,
        apart=tuple(apart),
        missing=tuple(_missing(courses.all, levels)),
        flags=tuple(_flags(courses, apart)),
    )


def _with_backfilled(
    courses: Courses, in_rule: Sequence[TreatedCohort], backfilled: Sequence[TreatedCohort]
) -> Iterator[TreatedCohort]:
    """The escalation's cohorts, each after those backfilled whose outcome of today its own decision was first to know.

    All others come last: their outcome became known since, or is not known.
    """
    rest = {who: letter for each in backfilled for who, letter in zip(each.subjects, each.outcomes, strict=True)}
    for treated, before in zip(in_rule, (None, *in_rule), strict=False):
        settled = {who: letter for who, letter in rest.items() if letter in (NO_DLT, DLT)}
        if before is not None and before.number != treated.number and settled:
            then = _courses_at_decision(courses, treated.number)
            known = [who for who, letter in settled.items() if _was(then, who, letter)]
            yield from _only(backfilled, known)
            rest = {who: letter for who, letter in rest.items() if who not in known}
        yield treated
    yield from _only(backfilled, list(rest))


def _only(backfilled: Sequence[TreatedCohort], subjects: Sequence[str]) -> Iterator[TreatedCohort]:
    """Those of the cohorts, without the cohorts that none of them is in."""
    parts = (each.only(subjects) for each in backfilled)
    yield from (part for part in parts if part.subjects)


def _was(then: Courses | None, subject: str, letter: str) -> bool:
    """Whether somebody had this letter then."""
    course = then.of(subject) if then is not None else None
    return course is not None and course.is_dosed and letter_of(course) == letter


def _courses_at_decision(courses: Courses, number: int) -> Courses | None:
    """Everyone's course as the decision on a cohort knew it, else as it was when the cohort began; None: not known."""
    cohort, records = courses.cohorts[number - 1], courses.records
    opening = cohort.record.decision if cohort.record else None
    decision = next((each for each in records.decisions if each.decision == opening), None)
    seen = (decision.data_as_of or decision.decided) if decision else None
    moment = (records.span(seen).first if seen else None) or cohort.began
    return None if moment is None else Courses(courses.protocol, Records(records.trial_data, moment, records.zone))


def ended_by_its_sentinel(protocol: Protocol, dosed: Sequence[ParticipantCourse]) -> bool:
    """Whether a sentinel's DLT has ended a cohort, of which these were dosed."""
    sentinel = protocol.escalation.sentinel
    ends = sentinel is not None and sentinel.on_dlt == "end_cohort"
    return ends and any(course.is_sentinel and course.has_dlt for course in dosed)


def letter_of(course: ParticipantCourse) -> str:
    """The letter of somebody who was dosed."""
    if course.status is Status.EVALUABLE:
        return DLT if course.has_dlt else NO_DLT
    return NOT_EVALUABLE if course.status is Status.NOT_EVALUABLE else PENDING


def share_followed(course: ParticipantCourse) -> float | None:
    """The share of an open DLT window that is over without a DLT.

    None where the window is over, where an event waits for its adjudication, and where the dose given is not that of
    the level assigned or not known: more follow-up alone cannot make such a participant one without a DLT.
    """
    share = course.follow_up.fraction
    if share is None or share >= 1 or course.has_dlt is not False:
        return None
    if course.dose_given is None or course.level_given != course.level_assigned:
        return None
    return share


def _parts(cohort: CohortInOrder, dosed: Sequence[ParticipantCourse]) -> Iterator[TreatedCohort]:
    """A cohort by the levels at which its participants count, its own level last, so that the rule decides from it."""
    if not dosed:
        return
    parts = by_level(_own_level(cohort, dosed), dosed, lambda course: course.level_counted)
    for number, (level, people) in enumerate(parts, start=1):
        letters = "".join(map(letter_of, people))
        yield TreatedCohort(
            cohort.identifier,
            cohort.number,
            level,
            letters,
            tuple(course.subject for course in people),
            tuple(share_followed(course) for course in people if letter_of(course) == PENDING),
            is_part=number < len(parts),
        )


def _own_level(cohort: CohortInOrder, dosed: Sequence[ParticipantCourse]) -> int | None:
    """The level of a cohort: as recorded, else that of the last who was dosed."""
    return cohort.level if cohort.level is not None else dosed[-1].level_assigned


def _missing(courses: Sequence[ParticipantCourse], levels: int) -> Iterator[str]:
    """Who was dosed and has no place in the history."""
    for course in courses:
        if course.is_dosed and course.level_counted is None:
            yield f"{course.subject}: the dose level is not recorded"
        elif course.is_dosed and not 0 <= (course.level_counted or 0) <= levels:
            yield f"{course.subject}: level {course.level_counted} is not one of the protocol's"
    undated = [course.subject for course in courses if course.given is not None and course.given.start.first is None]
    if undated:
        yield f"{', '.join(undated)}: the day of the procedure is not recorded, so its place in the order is not known"


def _flags(courses: Courses, apart: Sequence[TreatedCohort]) -> Iterator[str]:
    """What to beware of, the trial's first, then each participant's."""
    if not courses.records.cohorts and any(course.is_dosed for course in courses.all):
        yield "no cohorts are recorded: the dosings' own, in the order of the procedures, stand for them"
    for treated in apart:
        kind = courses.cohorts[treated.number - 1].record
        what = (kind.kind if kind and treated.level else None) or "control"
        yield f"{courses.cohorts[treated.number - 1].name} ({what}) is apart from the rule: {treated.outcomes}"
    for course in courses.all:
        for flag in course.flags:
            yield f"{course.subject}: {flag}"
        if (
            course.status is Status.PENDING
            and course.dose_given is not None
            and course.level_given != course.level_assigned
        ):
            yield f"{course.subject}: ? stands for a DLT or not evaluable, not for no DLT"
