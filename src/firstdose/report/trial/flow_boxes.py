"""The flow of participants as boxes: who was screened, not dosed, dosed at each level, lost, followed and analysed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from firstdose.analysis.frame import SETS
from firstdose.analysis.people.populations import (
    AFTER_DOSING,
    ANALYSIS_SETS,
    CHAPTER,
    FLOW,
    LEFT,
    NOT_DOSED,
    NOT_ENROLLED,
)
from firstdose.protocol.plan import Protocol
from firstdose.protocol.schedule import Visit
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import SubjectAnalysis
from firstdose.records.results import EVERYONE, Results
from firstdose.report.documents.tracing import BETWEEN_RECORDS, FIRST_ROW
from firstdose.report.results.names import in_small_letters, words

DOSED, DIED, GONE, REMAINED, _ = AFTER_DOSING
NO_LEVEL = "no level"
"""The group of people who were dosed and count at no level of the protocol."""


@dataclass(frozen=True)
class Count:
    """People in a box or in one line of it; ``rows`` are those of the results that hold the number or its parts."""

    words: str
    people: int
    rows: tuple[int, ...] = ()
    records: tuple[str, ...] = ()


@dataclass(frozen=True)
class Box:
    """A box: what happened to how many, and its lines, such as reasons. The box of the analysed has no count itself."""

    step: str
    group: str
    head: Count | None
    lines: tuple[Count, ...] = ()


@dataclass(frozen=True)
class Flow:
    """The boxes before dosing, and those of each dose level from dosing to the analysis, in the order of doses."""

    screened: Box
    not_enrolled: Box
    enrolled: Box
    not_dosed: Box
    levels: tuple[tuple[Box, ...], ...]

    @property
    def boxes(self) -> tuple[Box, ...]:
        """All boxes in the order of reading."""
        before = (self.screened, self.not_enrolled, self.enrolled, self.not_dosed)
        return (*before, *(box for boxes in self.levels for box in boxes))


def flow_of(protocol: Protocol, data: AnalysisData, results: Results) -> Flow:
    """The boxes; every level of the protocol has its own, also before anybody was dosed there."""
    counts = _Counts(results.frame.with_row_index("row", offset=FIRST_ROW).filter(chapter=CHAPTER, statistic="people"))
    against = counts.of(FLOW, "dosed, not enrolled")
    warned = (against,) if against.people else ()
    return Flow(
        screened=Box("screened", "", counts.of(FLOW, "screened")),
        not_enrolled=Box("not enrolled", "", counts.of(FLOW, "not enrolled"), (*counts.all_of(NOT_ENROLLED), *warned)),
        enrolled=Box("enrolled", "", counts.of(FLOW, "enrolled")),
        not_dosed=Box("not dosed", "", counts.of(FLOW, "enrolled, not dosed"), counts.all_of(NOT_DOSED)),
        levels=tuple(_levels(protocol, data, counts)),
    )


@dataclass(frozen=True, eq=False)
class _Counts:
    """The numbers of people of the chapter on populations, with the numbers of their rows."""

    frame: pl.DataFrame

    def of(self, table: str, what: str, group: str = EVERYONE) -> Count:
        """One number; 0 without a row where the analysis found nobody to count."""
        found = self.frame.filter(table=table, what=what, group=group)
        return self._count(found.row(0, named=True)) if found.height else Count(what, 0)

    def all_of(self, table: str, group: str = EVERYONE) -> tuple[Count, ...]:
        """Every number of a table that is not of nobody, without what stands within another."""
        rows = self.frame.filter(pl.col("value") > 0, table=table, group=group, within="")
        return tuple(map(self._count, rows.iter_rows(named=True)))

    @staticmethod
    def _count(row: dict[str, object]) -> Count:
        value, records = row["value"], row["records"]
        assert isinstance(value, float)
        assert isinstance(records, list)
        return Count(in_small_letters(str(row["what"])), int(value), (int(str(row["row"])),), tuple(records))


def _small(text: str) -> str:
    """A name with a small first letter, but for one that begins with an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _levels(protocol: Protocol, data: AnalysisData, counts: _Counts) -> Iterator[tuple[Box, ...]]:
    doses = protocol.dose_levels
    treated = data[SubjectAnalysis].filter("is_treated")
    levels = range(0 if doses.control else 1, len(doses.values) + 1)
    for level in levels:
        yield _of_level(protocol, str(level), treated.filter(pl.col("level") == level), counts)
    elsewhere = treated.filter(~pl.col("level").is_in(list(levels)).fill_null(False))
    if elsewhere.height:
        yield (Box("dosed", NO_LEVEL, Count(DOSED, elsewhere.height, (), _subjects(elsewhere))),)


def _of_level(protocol: Protocol, group: str, people: pl.DataFrame, counts: _Counts) -> tuple[Box, ...]:
    dosed = Box("dosed", group, counts.of(FLOW, DOSED, group))
    if not people.height:
        return (dosed,)
    died, left = counts.of(FLOW, DIED, group), counts.of(FLOW, GONE, group)
    lines = (*((died,) if died.people else ()), *counts.all_of(LEFT, group))
    gone = Count("died or left", died.people + left.people, (*died.rows, *left.rows), (*died.records, *left.records))
    return (
        dosed,
        Box("died or left", group, gone, lines),
        _followed(last_visit(protocol), group, people, counts.of(FLOW, REMAINED, group)),
        Box("analysed", group, None, _analysed(protocol, group, counts)),
    )


def last_visit(protocol: Protocol) -> Visit | None:
    """The last planned visit that the analysis looks at; None without a schedule."""
    until = protocol.conventions.analysis_until_day
    visits = protocol.schedule.visits if protocol.schedule else ()
    seen = [each for each in visits if each.day > 0 and (until is None or each.day <= until)]
    return max(seen, key=lambda each: each.day, default=None)


def _followed(visit: Visit | None, group: str, people: pl.DataFrame, remained: Count) -> Box:
    """Of those who neither died nor left, who is known to have been followed to the window of the last visit."""
    if visit is None:
        return Box("followed", group, replace(remained, words=REMAINED))
    here = people.filter(pl.format("subjects:{}", "subject").is_in(list(remained.records)))
    reached = here.filter(pl.col("followed_to_day") >= visit.first_day)
    count = Count(f"followed to {_small(visit.name)}", reached.height, (), _subjects(reached))
    earlier = here.filter(~(pl.col("followed_to_day") >= visit.first_day).fill_null(False))
    lines = (Count("not known to be there yet", earlier.height, (), _subjects(earlier)),) if earlier.height else ()
    return Box("followed", group, count, lines)


def _analysed(protocol: Protocol, group: str, counts: _Counts) -> tuple[Count, ...]:
    """The size of each set that is made of the dosed; that of the DLT-evaluable only where a rule asks for it."""
    names = {each.id: each.name for each in protocol.analysis_sets}
    sets = [each for each in SETS if each != "enrolled"]
    if not protocol.escalation.has_rule:
        sets.remove("dlt_evaluable")
    found = [(each, counts.of(ANALYSIS_SETS, each, group)) for each in sets]
    return tuple(replace(count, words=_small(names.get(name) or words(name))) for name, count in found)


def _subjects(people: pl.DataFrame) -> tuple[str, ...]:
    return tuple(f"subjects:{subject}" for subject in people["subject"])


def flow_frame(flow: Flow) -> pl.DataFrame:
    """The numbers of all boxes: a row for each box with a count and for each line, with its row and records."""
    names = ("step", "group", "line", "people", "rows", "records")
    kinds = (pl.String, pl.String, pl.String, pl.Int64, pl.String, pl.String)
    return pl.DataFrame(list(_rows(flow.boxes)), schema=dict(zip(names, kinds, strict=True)), orient="row")


def _rows(boxes: Sequence[Box]) -> Iterator[tuple[object, ...]]:
    for box in boxes:
        for line, count in (("", box.head), *((each.words, each) for each in box.lines)):
            if count is not None:
                yield (
                    box.step,
                    box.group,
                    line,
                    count.people,
                    BETWEEN_RECORDS.join(map(str, count.rows)),
                    BETWEEN_RECORDS.join(count.records),
                )
