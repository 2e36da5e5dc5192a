"""One definition of confirmed change applied to one measure: whom it finds, who could be found, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from firstdose.analysis.disability.definitions import EVENTS, Definition
from firstdose.analysis.disability.open_relapses import (
    POSSIBLE_KINDS,
    is_left_open,
    kind_not_known,
    open_onsets,
)
from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.measured import FloatArray, Measured
from firstdose.methods.confirmed_change import Change, Relapses, confirmed_changes
from firstdose.methods.confirmed_change_rules import ChangeRule, Days
from firstdose.records.derived import RelapseAnalysis

NO_BASELINE = "no baseline score"
UNABLE_AT_BASELINE = "unable to perform before treatment"
NO_LATER_SCORE = "no score after the baseline"
TOO_SHORT = "followed too short for a change to be confirmed"


@dataclass(frozen=True)
class Found:
    """One confirmed change of a person; rows are those of the measure. Without a confirming row it was imputed.

    ``is_open``: a relapse whose day is not known may have to do with this worsening, so that its kind is not known.
    """

    person: int
    change: Change
    onset_row: int
    confirming_row: int | None
    reference_row: int
    is_open: bool = False

    @property
    def kind(self) -> str | None:
        """What relapses have to do with it; None where that is not known."""
        return None if self.is_open else self.change.kind

    def may_be(self, direction: str, kind: str | None) -> bool:
        """Whether it is a change in a direction and of a kind (None: any), as far as that is known."""
        kinds = POSSIBLE_KINDS[self.change.kind] if self.is_open else {self.change.kind}
        return self.change.direction == direction and (kind is None or kind in kinds)


@dataclass(frozen=True, eq=False)
class Sought:
    """What a definition finds in one measure.

    ``watched_to`` holds the evaluable people, each with the last day on which a change could begin and still be
    confirmed; ``not_evaluable`` the others, with the reason.
    """

    measured: Measured
    definition: Definition
    found: tuple[Found, ...]
    watched_to: dict[int, int]
    not_evaluable: dict[int, str]
    relapses_without_day: int

    @property
    def leading(self) -> dict[int, Found]:
        """Each person's first change of the kind that the definition is about."""
        return self.first(*EVENTS[self.definition.events[0]])

    def first(self, direction: str, kind: str | None = None) -> dict[int, Found]:
        """Each person's first change in a direction, or the first of a kind."""
        firsts: dict[int, Found] = {}
        for found in self.found:
            if found.change.direction == direction and (kind is None or kind == found.kind):
                firsts.setdefault(found.person, found)
        return firsts

    def perhaps(self, direction: str, kind: str | None) -> frozenset[int]:
        """The people without such a change who may have one all the same, since its kind is not known."""
        possible = {found.person for found in self.found if found.may_be(direction, kind)}
        return frozenset(possible.difference(self.first(direction, kind)))

    @property
    def doubt(self) -> str:
        """What is not known of the event that the definition is about, in words; empty where all is."""
        return kind_not_known(len(self.perhaps(*EVENTS[self.definition.events[0]])))

    def years_watched(self, person: int, days_per_year: float) -> float:
        """Time from the baseline in which the onset of a change could be seen."""
        start = int(self.measured.day[self.measured.baseline_rows[person]])
        return (self.watched_to[person] - start) / days_per_year


def seek_all(frame: Frame, measured: Measured, some: Iterable[Definition]) -> Iterator[Sought]:
    """What each definition finds in a measure; those that differ only in what they want are sought together."""
    known: dict[object, tuple[tuple[Found, ...], dict[int, int], dict[int, str]]] = {}
    relapses, unknown = _relapses(frame, measured)
    undated = sum(map(len, unknown.values()))
    courses, reasons = _courses(measured)
    for definition in some:
        rule = replace(definition.rule, wanted="all")
        key = rule, definition.preset.smallest_changes[measured.name]
        if key not in known:
            known[key] = _seek(measured, definition, rule, courses, relapses, unknown)
        found, watched, short = known[key]
        yield Sought(measured, definition, found, watched, dict(sorted((reasons | short).items())), undated)


def _seek(
    measured: Measured,
    definition: Definition,
    rule: ChangeRule,
    courses: dict[int, list[int]],
    relapses: Relapses | None,
    unknown: Mapping[int, Sequence[Days]],
) -> tuple[tuple[Found, ...], dict[int, int], dict[int, str]]:
    """Search everyone's scores from the baseline on: what is found, until when people are watched, and who is not.

    A person who becomes unable to perform after having been able has worsened: unable counts as worse than any score,
    by at least the smallest change.
    """
    rows = np.array([row for course in courses.values() for row in course], dtype=np.int64)
    changes = confirmed_changes(
        measured.person[rows],
        measured.day[rows],
        with_unable(measured, definition)[rows],
        rule=rule,
        smallest_change=definition.smallest_change,
        worse_is=1 if measured.measure.worse == "higher" else -1,
        relapses=relapses,
    )
    by_person = dict(zip(changes.persons.tolist(), changes.changes, strict=True))
    relapse_days = _days_by_person(relapses)
    watched, short = {}, {}
    found: list[Found] = []
    for person, course in courses.items():
        days, undated = measured.day[course].tolist(), unknown.get(person, ())
        its = [
            _placed(person, change, course, is_left_open(change, days, rule, undated)) for change in by_person[person]
        ]
        last = last_confirmable(days, rule, relapse_days.get(person, []))
        if last is None and not its:
            short[person] = TOO_SHORT
            continue
        found += its
        watched[person] = max(
            day for day in (last, *(int(measured.day[each.onset_row]) for each in its)) if day is not None
        )
    return tuple(found), watched, short


def last_confirmable(days: Sequence[int], rule: ChangeRule, relapses: Sequence[int]) -> int | None:
    """The last of a person's visits (rising days, the baseline first) at which a lasting change could begin and still
    be confirmed; None where there is no such visit.
    """
    near_baseline, near_onset = rule.relapse_to_baseline, rule.relapse_to_onset
    baseline = next((day for day in days if not _is_near(day, relapses, near_baseline)), days[-1])
    onsets = [day for day in days if day > baseline and not _is_near(day, relapses, near_onset)]
    if onsets and onsets[-1] == days[-1] and days[-1] - days[0] <= rule.impute_last_visit_within:
        return days[-1]
    confirming = [day for day in days if not _is_near(day, relapses, rule.relapse_to_confirmation)]
    before, after = rule.tolerance
    for onset in reversed(onsets):
        waits = [day - onset for day in confirming if day > onset]
        if any(due - before <= wait <= due + after for wait in waits for due in rule.confirm_after):
            return onset
    return None


def with_unable(measured: Measured, definition: Definition) -> FloatArray:
    """The scores, where being unable is a score beyond the worst possible one by at least the smallest change."""
    measure = measured.measure
    worst = measure.highest if measure.worse == "higher" else measure.lowest
    if worst is None:
        known = measured.value[np.isfinite(measured.value)]
        worst = float((known.max if measure.worse == "higher" else known.min)(initial=0.0))
    ends = np.array([end for end in (measure.lowest, measure.highest, worst) if end is not None])
    beyond = max(1.0, float(definition.smallest_change(ends).max()))
    unable = worst + beyond if measure.worse == "higher" else worst - beyond
    return np.where(measured.unable, unable, measured.value)


def _courses(measured: Measured) -> tuple[dict[int, list[int]], dict[int, str]]:
    """The rows of each person from the baseline on that hold a result, and why others have none.

    Who was unable when last seen before treatment cannot be seen to worsen, even with an older score.
    """
    usable = np.isfinite(measured.value) | measured.unable
    courses: dict[int, list[int]] = {}
    reasons: dict[int, str] = {}
    for person in range(measured.people.count):
        baseline = int(measured.baseline_rows[person])
        if measured.unable_before[person]:
            reasons[person] = UNABLE_AT_BASELINE
        elif baseline < 0 or not usable[baseline]:
            reasons[person] = NO_BASELINE
        else:
            own = measured.person == person
            course = np.flatnonzero(own & usable & (measured.day >= measured.day[baseline])).tolist()
            if len(course) > 1:
                courses[person] = course
            else:
                reasons[person] = NO_LATER_SCORE
    return courses, reasons


def _relapses(frame: Frame, measured: Measured) -> tuple[Relapses | None, dict[int, list[Days]]]:
    """Onsets of the relapses of the measure's people; and of those without a known day, the days that it may be."""
    place = {subject: person for person, subject in enumerate(measured.people.subjects)}
    rows = frame.data[RelapseAnalysis].filter(pl.col("subject").is_in(list(place)))
    known = rows.filter(pl.col("onset_day").is_not_null())
    unknown = open_onsets(rows.iter_rows(named=True), place)
    if not known.height:
        return None, unknown
    persons = [place[subject] for subject in known["subject"]]
    return Relapses(persons, known["onset_day"].to_list()), unknown


def _days_by_person(relapses: Relapses | None) -> dict[int, list[int]]:
    days: dict[int, list[int]] = {}
    if relapses is None:
        return days
    for person, day in zip(np.asarray(relapses.person).tolist(), np.asarray(relapses.onset).tolist(), strict=True):
        days.setdefault(person, []).append(day)
    return days


def _is_near(day: int, relapses: Sequence[int], distances: tuple[float, float]) -> bool:
    """Whether a day is too soon after the last relapse's onset, or too short before the next one's."""
    after, before = distances
    return any(0 <= day - onset < after or 0 < onset - day < before for onset in relapses)


def _placed(person: int, change: Change, course: Sequence[int], is_open: bool) -> Found:
    confirming = min((visit for visit in change.confirmed if visit is not None), default=None)
    return Found(
        person,
        change,
        course[change.onset],
        None if confirming is None or change.imputed else course[confirming],
        course[change.baseline],
        is_open,
    )
