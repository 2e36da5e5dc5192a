"""Adverse events: how many people had which, how severe, why, when and with what consequence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from firstdose.analysis.counting import Line, Place, Tallies, cells
from firstdose.analysis.events.counted_events import (
    ANY,
    QUESTIONS,
    SERIOUS,
    SEVERE,
    counted_events,
    events_of,
    questions,
    related,
    relation,
)
from firstdose.analysis.events.deaths import deaths
from firstdose.analysis.events.person_time import WHOLE, time_at_risk
from firstdose.analysis.events.worst_grades import worst_grades
from firstdose.analysis.frame import Frame
from firstdose.analysis.recorded import recorded
from firstdose.analysis.share_trend import share_trend
from firstdose.analysis.visit_summaries import in_groups
from firstdose.records import AdverseEvent
from firstdose.records.attribution import CAUSES
from firstdose.records.derived import EventAnalysis
from firstdose.records.results import Result
from firstdose.safety.periods import Period

CHAPTER = "adverse_events"
OVERVIEW, TERMS, PERIODS, INTEREST = "overview", "by_class_and_term", "by_period", "of_special_interest"
UNGRADED_SEVERE = "severe, of events without a grade"
UNCERTAIN = "counted, though it is not known whether treatment-emergent"
PERIOD_NOT_KNOWN = "period not known"
NOT_LISTED = "not listed in the protocol"

SELECTED = {
    f"serious_{TERMS}": pl.col("is_serious"),
    f"grade_3_or_more_{TERMS}": QUESTIONS[SEVERE],
    **{f"related_to_{cause}_{TERMS}": relation(cause) for cause in CAUSES},
}
"""Tables by class and term of some events only, with what chooses these; left out where it was never recorded."""

BY_PERIOD = (ANY, SEVERE, SERIOUS)
WITH_TREND = (ANY, SEVERE, SERIOUS, related("product"))


def adverse_events(frame: Frame) -> Iterator[Result]:
    """Every table of adverse events, in the treated: all events that count, and those that do not in a table apart.

    The overview, the table by class and term and the deaths are for the protocol's objectives, the others exploratory.
    """
    events, place = counted_events(frame), Place(CHAPTER, frame.objective("adverse_events"))
    asked = _questions(frame, events)
    tables = [name for name, chosen in SELECTED.items() if events.select(chosen.is_not_null().any()).item()]
    counted = [cells(events, OVERVIEW, what, answer=answer) for what, answer in asked.items()]
    counted += [*_by_term(events, TERMS, pl.lit(True)), _of_interest(frame, events), *_in_periods(events)]
    counted += [part for name in tables for part in _by_term(events, name, SELECTED[name])]
    tallies = Tallies.of(frame, pl.concat(counted), place)
    yield from tallies.results([Line(OVERVIEW, what) for what in asked])
    yield from deaths(frame, CHAPTER)
    yield from tallies.results(tallies.lines(TERMS))
    further = replace(tallies, place=Place(CHAPTER))
    yield from worst_grades(frame, events, further.place, tallies.lines(TERMS))
    for name in tables:
        yield from further.results(tallies.lines(name))
    yield from further.results(_lines_of_interest(frame, tallies))
    yield from _period_figures(frame, further, events)
    for what in WITH_TREND:
        yield from share_trend(frame, tallies, Line(OVERVIEW, what))
    yield from _not_counted(frame)


def _questions(frame: Frame, events: pl.DataFrame) -> dict[str, pl.Expr]:
    """What the overview asks; of some things only where there is something to ask it of."""
    asked = questions(frame)
    if events["grade"].null_count():
        severity = pl.col("severity")
        asked[UNGRADED_SEVERE] = pl.when(pl.col("grade").is_null()).then(severity == "severe").otherwise(False)
    if events["is_emergent"].null_count():
        asked[UNCERTAIN] = pl.col("is_emergent").is_null()
    return asked


def _by_term(events: pl.DataFrame, table: str, chosen: pl.Expr) -> Iterator[pl.DataFrame]:
    """Events by class, and within it by term."""
    yield cells(events, table, pl.col("organ_class"), answer=chosen)
    yield cells(events, table, pl.col("term"), within=pl.col("organ_class"), answer=chosen)


def _of_interest(frame: Frame, events: pl.DataFrame) -> pl.DataFrame:
    """Events of special interest by what they are: the name in the protocol, which may list them, or as recorded."""
    names, recorded = _names_of_interest(frame), pl.col("special_interest")
    rows = events.filter(recorded.is_not_null())
    if not names:
        return cells(rows, INTEREST, recorded)
    other = pl.format(f"{{}} ({NOT_LISTED})", recorded)
    return cells(rows, INTEREST, recorded.replace_strict(names, default=other, return_dtype=pl.String))


def _lines_of_interest(frame: Frame, tallies: Tallies) -> list[Line]:
    """Every kind that the protocol lists, also one of which there was no event, and then the others.

    Where no event at all is said to be of special interest it is not known whether that was recorded.
    """
    found = tallies.lines(INTEREST)
    listed = [Line(INTEREST, name) for name in _names_of_interest(frame).values()] if found else []
    return [*listed, *(line for line in found if line not in listed)]


def _names_of_interest(frame: Frame) -> dict[str, str]:
    """The names of the kinds of events of special interest that the protocol lists, by what events hold."""
    return {each.id: each.name for each in frame.protocol.events_of_special_interest}


def _in_periods(events: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Events by the period in which they began."""
    for what in BY_PERIOD:
        yield cells(events, PERIODS, what, when=pl.col("period").fill_null(PERIOD_NOT_KNOWN), answer=QUESTIONS[what])


def _period_figures(frame: Frame, tallies: Tallies, events: pl.DataFrame) -> Iterator[Result]:
    """Events by period, of the people who were followed in it: any of its days, or an event in it."""
    spans = time_at_risk(frame)
    seen = pl.concat(
        [
            spans.filter(pl.col("when") != WHOLE).select("subject", "when"),
            events.select("subject", when=pl.col("period").fill_null(PERIOD_NOT_KNOWN)),
        ]
    ).unique()
    at_risk = {
        (group, when): people
        for group, when, people in in_groups(frame, seen).group_by("group", "when").len().iter_rows()
    }
    for group, size in tallies.sizes.items():
        at_risk |= {(group, when): size for when in (Period.BEFORE.value, PERIOD_NOT_KNOWN)}
    named = {when for _, when in seen.iter_rows()}
    periods = [when for when in (*(period.value for period in Period), PERIOD_NOT_KNOWN) if when in named]
    yield from tallies.results(
        [Line(PERIODS, what, when=when) for what in BY_PERIOD for when in periods], at_risk=at_risk
    )


def _not_counted(frame: Frame) -> Iterator[Result]:
    """The events that are not counted, by the rule that says so: those of everybody, treated or not."""
    events = events_of(frame).filter(~pl.col("counts"))
    rules = (
        events.group_by("emergence_rule")
        .agg("record")
        .sort(pl.col("record").list.len(), "emergence_rule", descending=[True, False])
    )
    for rule, records in rules.iter_rows():
        yield _left_out(rule, records)
    until = frame.conventions.analysis_until_day
    later = _later(frame)
    if until is not None and later:
        yield _left_out(f"began later than day {until}, the last that the analyses look at", later)


def _later(frame: Frame) -> list[str]:
    """The recorded events that the analyses do not look at at all, as they began after their last day."""
    rows = recorded(frame, AdverseEvent).join(frame.data[EventAnalysis], on=["subject", "number"], how="anti")
    return rows.select(pl.format("adverse_events:{}/{}", "subject", "number")).to_series().to_list()


def _left_out(why: str, records: Sequence[str]) -> Result:
    return Result(
        chapter=CHAPTER,
        table="not_counted",
        what=why,
        statistic="events",
        value=float(len(records)),
        format="count",
        unit="events",
        records=tuple(records),
    )
