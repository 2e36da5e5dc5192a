"""Counts of people and of what they had, a line of a table at a time: the one way in which analyses count.

A person counts once in a line, however often they had it; what they had is counted separately. What is not known is
never counted as no: the line says how much of it there is and what the count would be at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import polars as pl

from firstdose.analysis.frame import Frame
from firstdose.analysis.shares import share
from firstdose.analysis.visit_summaries import in_groups
from firstdose.records.results import EVERYONE, Result
from firstdose.records.wording import counted

WITHOUT_INTERVAL: dict[str, Any] = {"lower": None, "upper": None, "confidence": None, "side": "both", "method": ""}

CELLS = {
    "table": pl.String(),
    "within": pl.String(),
    "what": pl.String(),
    "when": pl.String(),
    "subject": pl.String(),
    "record": pl.String(),
    "answer": pl.Boolean(),
}
"""The columns of what is counted: a row for each line of a table and each record that may belong to it; ``answer`` is
whether it does, and is missing where that is not known."""


def cells(
    rows: pl.DataFrame,
    table: str,
    what: str | pl.Expr,
    *,
    within: str | pl.Expr = "",
    when: str | pl.Expr = "",
    answer: bool | pl.Expr = True,
) -> pl.DataFrame:
    """Rows of records as cells of a table; they have the columns ``subject`` and ``record``, a record's identity."""
    names = {"table": table, "within": within, "what": what, "when": when, "answer": answer}
    found = {name: value if isinstance(value, pl.Expr) else pl.lit(value) for name, value in names.items()}
    return rows.select(found.get(name, pl.col(name)).cast(kind).alias(name) for name, kind in CELLS.items())


class Line(NamedTuple):
    """One line of a table."""

    table: str
    what: str
    within: str = ""
    when: str = ""

    @property
    def around(self) -> Line:
        """The line that this one stands within; itself where it stands alone."""
        return Line(self.table, self.within or self.what)

    @property
    def summed(self) -> Line:
        """The line without what it is broken down by."""
        return self._replace(when="")


@dataclass(frozen=True)
class Tally:
    """The counts of one line in one group.

    ``events`` and ``people`` are those of which it is known that they belong to the line, ``at_most`` the people who
    may; of ``known`` records it is known whether they do, of ``not_known`` it is not.
    """

    people: int = 0
    events: int = 0
    at_most: int = 0
    known: int = 0
    not_known: int = 0
    records: Sequence[str] = ()
    open_records: Sequence[str] = ()

    @property
    def is_known(self) -> bool:
        """Whether there is a count: the answer is known for some record, or there is none to ask it of."""
        return self.known > 0 or not self.not_known

    def doubt(self, unit: str) -> str:
        """What is not known of the line, in words, for records that are called ``unit``; nothing where all is known."""
        if not self.not_known:
            return ""
        if not self.is_known:
            return f"not known for {'any of ' if self.not_known > 1 else ''}{number_of(self.not_known, unit)}"
        unsure = f"not known for {number_of(self.not_known, unit)}"
        if self.at_most == self.people:
            return f"{unsure}, of people who are counted already"
        return f"{unsure}, so at most {number_of(self.at_most, 'people')}"


@dataclass(frozen=True)
class Place:
    """Where counts stand among the results, and in which set people are counted."""

    chapter: str
    objective: str = "exploratory"
    population: str = "treated"


@dataclass(frozen=True, eq=False)
class Tallies:
    """The counts of many lines in each group of people; a line in which nothing was counted is one of zeros."""

    frame: Frame
    place: Place
    sizes: Mapping[str, int]
    of_lines: Mapping[tuple[Line, str], Tally]

    @classmethod
    def of(cls, frame: Frame, cells: pl.DataFrame, place: Place) -> Tallies:
        """The counts of cells (columns as `CELLS`) in the dose levels of the place's analysis set and in everyone."""
        sizes = {group.name: group.count for group in frame.groups(place.population)}
        subject, record, answer = pl.col("subject"), pl.col("record"), pl.col("answer")
        counted = (
            in_groups(frame, cells, place.population)
            .group_by("table", "what", "within", "when", "group", maintain_order=True)
            .agg(
                pl.struct(
                    people=subject.filter(answer).n_unique(),
                    events=answer.sum(),
                    at_most=subject.filter(answer.fill_null(True)).n_unique(),
                    known=answer.is_not_null().sum(),
                    not_known=answer.is_null().sum(),
                    records=record.filter(answer).implode(),
                    open_records=record.filter(answer.is_null()).implode(),
                ).alias("counts")
            )
        )
        of_lines = {(Line(*key), group): Tally(**counts) for *key, group, counts in counted.iter_rows()}
        return cls(frame, place, sizes, of_lines)

    def at(self, line: Line, group: str = EVERYONE) -> Tally:
        """The counts of a line in a group."""
        return self.of_lines.get((line, group), Tally())

    def lines(self, table: str, *, last: str = "") -> list[Line]:
        """The lines of a table to which anything belongs or may belong, the most frequent first.

        Most people, then most events, then the name, over everyone; a line that others stand within is followed by
        these. Lines that differ in ``when`` alone keep the order in which they were counted. The line that is called
        ``last`` comes last.
        """
        found = [
            line
            for (line, group), tally in self.of_lines.items()
            if group == EVERYONE and line.table == table and (tally.events or tally.not_known)
        ]
        summed: dict[Line, tuple[int, int]] = {}
        for line in found:
            people, events = summed.get(line.summed, (0, 0))
            summed[line.summed] = people + self.at(line).people, events + self.at(line).events

        def frequency(line: Line) -> tuple[int, int, str]:
            people, events = summed.get(line, (0, 0))
            return -people, -events, line.what

        def rank(line: Line) -> tuple[Any, ...]:
            return line.what == last, frequency(line.around), bool(line.within), frequency(line.summed)

        return sorted(found, key=rank)

    def results(
        self,
        lines: Iterable[Line],
        *,
        events: bool = True,
        at_risk: Mapping[tuple[str, str], int] | None = None,
        estimates: bool = True,
    ) -> Iterator[Result]:
        """The figures of lines, group by group: people, and how many events unless these are the people themselves.

        ``at_risk`` holds denominators by group and `when` where they are not all people of the group. What describes
        these people and ``estimates`` nothing of others, such as their sex, has no interval.
        """
        for line in lines:
            for group, size in self.sizes.items():
                of = size if at_risk is None else at_risk.get((group, line.when), 0)
                for result in self._figures(line, group, of, "events" if events else "people"):
                    yield result if estimates else result._replace(**WITHOUT_INTERVAL)

    def _figures(self, line: Line, group: str, of: int, unit: str) -> Iterator[Result]:
        """The figures of one line in one group."""
        tally = self.at(line, group)
        place: dict[str, Any] = {**line._asdict(), **vars(self.place), "group": group}
        count: dict[str, Any] = {**place, "format": "count", "unit": unit}
        records = tuple(tally.records)
        doubt: dict[str, Any] = {"warning": tally.doubt(unit)} if tally.not_known else {}
        if not tally.is_known:
            yield Result(**{**count, "unit": "people"}, **doubt, statistic="people")
        else:
            yield share(self.frame, of, tally.people, records=records, **place, **doubt)
            if unit == "events":
                yield Result(**count, **doubt, statistic="events", value=float(tally.events), records=records)
        if tally.not_known:
            records = tuple(tally.open_records)
            yield Result(**count, statistic="not_known", value=float(tally.not_known), records=records)


def number_of(count: int, unit: str) -> str:
    """So many people or events, in words: "1 event", "2 people"."""
    return counted(count, "person" if unit == "people" else unit.removesuffix("s"), unit)
