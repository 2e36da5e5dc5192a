"""The cohorts of a trial in the order in which they began, recorded or made up from the dosings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from firstdose.dosing.recorded import Records
from firstdose.protocol import Protocol
from firstdose.protocol.expression import Answer
from firstdose.records.dosing import Cohort, CohortKind

OUTSIDE_THE_RULE: tuple[CohortKind, ...] = ("expansion", "backfill")
"""Kinds of cohorts that the escalation rule does not open. The outcomes of those backfilled count, if it backfills."""


@dataclass(frozen=True)
class Place:
    """One participant's place: in which cohort, dosed since when, at which level.

    ``is_counted`` says whether the participant takes one of the cohort's slots: not, if not evaluable.
    """

    subject: str
    cohort: str | None
    started: datetime | None
    level: int | None
    is_counted: bool = True


@dataclass(frozen=True)
class CohortInOrder:
    """A cohort and its number, from 1, in the order of beginning; ``record`` is None where none is recorded.

    ``identifier`` is None where the dosings name no cohort, and this one stands for some of them.
    """

    number: int
    identifier: str | None
    level: int | None
    subjects: tuple[str, ...]
    record: Cohort | None = None
    began: datetime | None = None

    @property
    def is_in_the_rule(self) -> bool:
        """Whether the escalation rule decides on its outcomes."""
        return self.record is None or self.record.kind not in OUTSIDE_THE_RULE

    def is_backfilled(self, protocol: Protocol) -> bool:
        """Whether its people are backfilled beside the escalation, by a protocol that says so."""
        backfills = protocol.escalation.backfill is not None
        return backfills and self.record is not None and self.record.kind == "backfill"

    @property
    def name(self) -> str:
        """What a reader calls it."""
        return f"cohort {self.identifier or self.number}"

    def is_open(self, records: Records) -> Answer:
        """Whether it had been opened by now and not closed; unknown where the records leave that open."""
        if self.record is None:
            return None
        opened = records.span(self.record.opened).by(records.as_of)
        closed = False if self.record.closed is None else records.span(self.record.closed).by(records.as_of)
        if opened is False or closed is True:
            return False
        return None if None in (opened, closed) else True


def cohorts_in_order(protocol: Protocol, records: Records, places: Sequence[Place]) -> tuple[CohortInOrder, ...]:
    """The cohorts that by now had been opened, filled or dosed in, those without a date last.

    Participants whose cohort is not recorded make cohorts of their own: consecutive dosings at one level, as many as
    the protocol's cohort size, whoever is not evaluable apart.
    """
    found = [*_named(records, places), *_made_up(protocol, [place for place in places if place.cohort is None])]
    dated = sorted((each for each in found if each.began), key=lambda each: each.began or records.as_of)
    undated = [each for each in found if not each.began]
    return tuple(replace(each, number=number) for number, each in enumerate([*dated, *undated], start=1))


def _named(records: Records, places: Sequence[Place]) -> Iterator[CohortInOrder]:
    """The cohorts that are recorded, or that a dosing or slot names."""
    members: dict[str, list[Place]] = {}
    for identifier, record in records.cohorts.items():
        if records.span(record.opened).by(records.as_of) is not False:
            members[identifier] = []
    for place in places:
        if place.cohort is not None:
            members.setdefault(place.cohort, []).append(place)
    for identifier, people in members.items():
        known = records.cohorts.get(identifier)
        opened = records.span(known.opened).first if known else None
        starts = [start for start in (opened, *(place.started for place in people)) if start is not None]
        yield CohortInOrder(
            number=0,
            identifier=identifier,
            level=known.dose_level if known else _common_level(people),
            subjects=tuple(place.subject for place in people),
            record=known,
            began=min(starts, default=None),
        )


def _made_up(protocol: Protocol, places: Iterable[Place]) -> Iterator[CohortInOrder]:
    """Cohorts of those whose cohort is not recorded."""
    group: list[Place] = []
    for place in places:
        counted = sum(each.is_counted for each in group)
        if group and (place.level != group[0].level or counted >= protocol.escalation.cohort_size):
            yield _group(group)
            group = []
        group.append(place)
    if group:
        yield _group(group)


def _group(places: Sequence[Place]) -> CohortInOrder:
    return CohortInOrder(
        number=0,
        identifier=None,
        level=places[0].level,
        subjects=tuple(place.subject for place in places),
        began=places[0].started,
    )


def _common_level(places: Sequence[Place]) -> int | None:
    """The level of all who have one, if it is one."""
    levels = {place.level for place in places if place.level is not None}
    return levels.pop() if len(levels) == 1 else None
