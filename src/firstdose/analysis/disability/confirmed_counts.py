"""People with a confirmed change among those in whom one could be seen, by dose level and in all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from firstdose.analysis.counting import number_of
from firstdose.analysis.disability.confirmed import Sought
from firstdose.analysis.disability.confirmed_people import records_of
from firstdose.analysis.disability.definitions import EVENTS
from firstdose.analysis.disability.open_relapses import kind_not_known
from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.measured import People
from firstdose.analysis.shares import share
from firstdose.records.results import Result

TABLE = "confirmed_change"
OR_DEATH = "worsening or death"

Records = Mapping[int, tuple[str, ...]]


def change_counts(frame: Frame, sought: Sought, where: dict[str, Any]) -> Iterator[Result]:
    """Each event that the definition is about; worsening or death besides, where the estimand counts death."""
    same = {**where, "table": TABLE, "when": sought.definition.name}
    people, doubt = sought.measured.people, _relapses_unknown(sought)
    for event in sought.definition.events:
        direction, kind = EVENTS[event]
        having = {person: records_of(sought, found) for person, found in sought.first(direction, kind).items()}
        perhaps = sought.perhaps(direction, kind)
        yield from _shares(
            frame, people, having, sought.watched_to.__contains__, {**same, "what": event}, doubt, perhaps
        )
    if "worsening" in sought.definition.events and counts_death(frame, sought.measured.name):
        worse = {person: records_of(sought, found) for person, found in sought.first("worsening").items()}
        died = _died(frame, people)
        having = worse | {person: (*worse.get(person, ()), *records) for person, records in died.items()}

        def seen(person: int) -> bool:
            return person in sought.watched_to or person in died

        yield from _shares(frame, people, having, seen, {**same, "what": OR_DEATH}, doubt)


def composite_counts(frame: Frame, parts: Sequence[Sought]) -> Iterator[Result]:
    """People who worsened on any one of several measures, by a definition that counts each on itself.

    A person is evaluable who is so on any of the measures; measures of different analysis sets are not put together.
    """
    first = parts[0]
    same = [each for each in parts if each.measured.people.subjects == first.measured.people.subjects]
    having: dict[int, tuple[str, ...]] = {}
    for each in same:
        for person, found in each.leading.items():
            having[person] = (*having.get(person, ()), *records_of(each, found))
    apart = [each.measured.name for each in parts if each not in same]
    where = {
        "chapter": "disability",
        "table": TABLE,
        "what": "worsening",
        "within": " or ".join(each.measured.name for each in same),
        "when": first.definition.name,
        "population": first.measured.people.analysis_set,
    }

    def seen(person: int) -> bool:
        return any(person in each.watched_to for each in same)

    partly = sum(
        person not in having and seen(person) and not all(person in each.watched_to for each in same)
        for person in range(first.measured.people.count)
    )
    doubts = (
        f"no change, but not evaluable on every one of the measures: {number_of(partly, 'people')}" if partly else "",
        f"{', '.join(apart)} left out: another analysis set" if apart else "",
    )
    yield from _shares(frame, first.measured.people, having, seen, where, "; ".join(filter(None, doubts)))


def counts_death(frame: Frame, measure: str) -> bool:
    """Whether an estimand of the measure's endpoint counts death as an event (the composite strategy)."""
    endpoint = frame.endpoint(measure)
    return any(
        each.strategy == "composite" and each.event.strip().lower() == "death"
        for estimand in frame.protocol.estimands
        if endpoint is not None and estimand.endpoint == endpoint.id
        for each in estimand.intercurrent_events
    )


def _shares(
    frame: Frame,
    people: People,
    having: Records,
    seen: Callable[[int], bool],
    where: dict[str, Any],
    doubt: str,
    perhaps: frozenset[int] = frozenset(),
) -> Iterator[Result]:
    """The share with the event in each group, of those in whom it could be seen; ``perhaps``: in whom it is open."""
    for group, members in people.groups(frame):
        at_risk = [person for person in members if seen(person)]
        here = [person for person in at_risk if person in having]
        records = [record for person in here for record in having[person]]
        result = share(frame, len(at_risk), len(here), records=records, **where, group=group)
        unseen = len(members) - len(at_risk)
        apart = f"not evaluable: {unseen} of {number_of(len(members), 'people')}" if unseen else ""
        unknown = kind_not_known(len(perhaps.intersection(members)), len(here))
        yield result._replace(warning="; ".join(filter(None, (result.warning, apart, unknown, doubt))))


def _relapses_unknown(sought: Sought) -> str:
    """That relapses were set aside which may have ruled out a baseline, an onset or a confirmation."""
    count, rule = sought.relapses_without_day, sought.definition.rule
    distances = (*rule.relapse_to_baseline, *rule.relapse_to_onset, *rule.relapse_to_confirmation)
    if not count or not any(distances):
        return ""
    return f"{number_of(count, 'relapses')} without a known day of onset could not be kept away from visits"


def _died(frame: Frame, people: People) -> dict[int, tuple[str, ...]]:
    """The people with a day of death."""
    rows = frame.people(people.analysis_set)
    days = dict(zip(rows["subject"], rows["death_day"], strict=True))
    return {
        person: (f"deaths:{subject}",) for person, subject in enumerate(people.subjects) if days[subject] is not None
    }
