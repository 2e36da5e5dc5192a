"""Who took part: the flow of people through the trial, and the sets that they are analysed in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from firstdose.analysis.counting import Line, Place, Tallies, cells
from firstdose.analysis.events.deaths import people_who_died
from firstdose.analysis.frame import SETS, Frame
from firstdose.analysis.people.replacements import replacements
from firstdose.analysis.recorded import recorded
from firstdose.records import NAMES, Subject
from firstdose.records.derived import AnalysisNote
from firstdose.records.results import Result

CHAPTER = "populations"
FLOW, NOT_ENROLLED, NOT_DOSED, LEFT = "flow", "not_enrolled", "enrolled_not_dosed", "left_before_the_end"
REPLACED, NO_LEVEL, ANALYSIS_SETS = "replaced", "at_no_dose_level", "analysis_sets"
NO_REASON = "no reason recorded"

AFTER_DOSING = ("dosed", "died", "left before the end, alive", "in the trial, or completed it", "replaced")
"""After the first, everybody is in one of the next three; who was replaced is told besides."""


def populations(frame: Frame) -> Iterator[Result]:
    """Participant flow from screening on, with the reasons of those who went no further, and every analysis set."""
    people = frame.subjects.with_columns(record=pl.format("subjects:{}", "subject"))
    yield from _before_dosing(frame, people)
    yield from _after_dosing(frame, people)
    yield from _replaced(frame)
    for person in people.filter(pl.col("is_treated") & ~_is_at_level(frame)).iter_rows(named=True):
        text = person["level_reason"] or NO_REASON
        yield _count(NO_LEVEL, person["subject"], [person["record"]], text=text, population="treated")
    yield from _sets(frame)


def _before_dosing(frame: Frame, people: pl.DataFrame) -> Iterator[Result]:
    """Everybody who was asked, who was enrolled and who was not, and who was never dosed."""
    enrolled, treated = pl.col("is_enrolled"), pl.col("is_treated")
    yield _count(FLOW, "screened", people["record"], warning=_screened_again(frame))
    for what, chosen in (("enrolled", enrolled), ("not enrolled", ~enrolled)):
        yield _count(FLOW, what, people.filter(chosen)["record"], of=people.height)
    yield from _reasons(NOT_ENROLLED, _remarks(frame, people.filter(~enrolled)), "")
    not_dosed = people.filter(enrolled & ~treated)
    yield _count(FLOW, "enrolled, not dosed", not_dosed["record"], of=people.filter(enrolled).height)
    yield from _reasons(NOT_DOSED, not_dosed.with_columns(reason="left_because"), "enrolled")
    against = people.filter(~enrolled & treated)
    if against.height:
        yield _count(
            FLOW, "dosed, not enrolled", against["record"], warning="dosed against the criteria of eligibility"
        )


def _after_dosing(frame: Frame, people: pl.DataFrame) -> Iterator[Result]:
    """The dosed by level: who died, left otherwise, or did neither, and who was replaced; leaving with its reasons."""
    died = people_who_died(frame)["subject"]
    is_replaced = pl.col("subject").is_in([each.replaced for each in replacements(frame)])
    has_left, has_died = pl.col("left_because").is_not_null(), pl.col("subject").is_in(died.implode())
    has_left &= ~has_died
    answers = (pl.lit(True), has_died, has_left, ~has_left & ~has_died, is_replaced)
    counted = [cells(people, FLOW, what, answer=answer) for what, answer in zip(AFTER_DOSING, answers, strict=True)]
    counted += _reasons_of_leaving(people.filter(has_left))
    tallies = Tallies.of(frame, pl.concat(counted), Place(CHAPTER))
    dosed, *others = (Line(FLOW, what) for what in AFTER_DOSING)
    for group in frame.groups("treated"):
        yield _count(FLOW, dosed.what, tallies.at(dosed, group.name).records, group=group.name, population="treated")
    yield from tallies.results(others, events=False, estimates=False)
    yield from tallies.results(tallies.lines(LEFT), events=False, estimates=False)


def _reasons_of_leaving(people: pl.DataFrame) -> list[pl.DataFrame]:
    """Each reason, and within it what was said besides, which follows a colon."""
    parts = pl.col("left_because").str.splitn(": ", 2).struct
    reason, detail = parts.field("field_0"), parts.field("field_1")
    return [cells(people, LEFT, reason), cells(people.filter(detail.is_not_null()), LEFT, detail, within=reason)]


def _replaced(frame: Frame) -> Iterator[Result]:
    """Everybody who was replaced: by whom, and why."""
    for each in replacements(frame):
        yield _count(REPLACED, each.replaced, [each.record], text=each.words)


def _sets(frame: Frame) -> Iterator[Result]:
    """The size of each set that the protocol names, and of those that the analysis uses besides."""
    named = {each.id: each.definition for each in frame.protocol.analysis_sets}
    for name in (*named, *(each for each in SETS if each not in named)):
        text = named.get(name, "not named in the protocol")
        if name not in SETS:
            reason = "this set cannot be made from the records"
            yield Result(
                chapter=CHAPTER,
                table=ANALYSIS_SETS,
                what=name,
                statistic="people",
                format="count",
                text=text,
                warning=reason,
            )
            continue
        treated = {group.name: group.subjects["is_dlt_evaluable"].null_count() for group in frame.groups("treated")}
        for group in frame.groups(name):
            unknown = treated.get(group.name, 0) if name == "dlt_evaluable" else 0
            doubt = f"not known of {unknown} of the treated" if unknown else ""
            records = [f"subjects:{subject}" for subject in group.subjects["subject"]]
            yield _count(ANALYSIS_SETS, name, records, text=text, group=group.name, population=name, warning=doubt)


def _is_at_level(frame: Frame) -> pl.Expr:
    """Whether a person counts at a dose level of the protocol."""
    return pl.col("level").is_in(frame.levels).fill_null(False)


def _screened_again(frame: Frame) -> str:
    """A warning where one person stands under several identifiers."""
    again = recorded(frame, Subject)["earlier_subject"].drop_nulls()
    return f"{len(again)} of these were screened before, under another identifier" if len(again) else ""


def _remarks(frame: Frame, people: pl.DataFrame) -> pl.DataFrame:
    """People with each reason for not being enrolled, as derived; else why they left."""
    notes = (
        frame.data[AnalysisNote].filter(kind=NAMES[Subject], what="is_enrolled").select(subject="record", reason="note")
    )
    found = people.join(notes, on="subject", how="left", maintain_order="left_right")
    return found.with_columns(reason=pl.coalesce("reason", "left_because"))


def _reasons(table: str, people: pl.DataFrame, population: str) -> Iterator[Result]:
    """People by reason, the most frequent first; who has several counts under each."""
    reasons = people.group_by(pl.col("reason").fill_null(NO_REASON)).agg("record")
    ordered = reasons.sort(pl.col("record").list.len(), "reason", descending=[True, False])
    for reason, records in ordered.iter_rows():
        yield _count(table, reason, records, population=population)


def _count(table: str, what: str, records: Any, *, of: int | None = None, **fields: Any) -> Result:
    """A number of people, without an interval: it is what happened, and estimates nothing."""
    return Result(
        chapter=CHAPTER,
        table=table,
        what=what,
        statistic="people",
        value=float(len(records)),
        of=None if of is None else float(of),
        format="count",
        unit="people",
        records=tuple(records),
        **fields,
    )
