"""Dose-limiting toxicity: how many of the evaluable had one at each dose, who is not evaluable, and the trend."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from firstdose.analysis.counting import Line, Place, Tallies, cells
from firstdose.analysis.events.counted_events import events_of
from firstdose.analysis.frame import Frame
from firstdose.analysis.people.replacements import replacements
from firstdose.analysis.share_trend import share_trend
from firstdose.records.results import Result

CHAPTER = "dlt"
AMONG_EVALUABLE, AMONG_TREATED, STATUS = "among_evaluable", "among_treated", "evaluability"
PEOPLE, PENDING, EVENTS = "people_not_evaluable", "people_not_known_yet", "dlt_events"
DLT = "dose-limiting toxicity"
HIGHER = (
    "who has a DLT always counts, and who leaves without one does not: the rate among the evaluable is higher than the "
    "true one"
)
EVALUABLE, NOT_EVALUABLE, OPEN = "evaluable", "not evaluable", "not known yet"


def dlt(frame: Frame) -> Iterator[Result]:
    """DLTs by dose among the evaluable, the same among all treated, everybody who is not evaluable, and the DLTs."""
    objective = frame.objective("dlt")
    if frame.protocol.escalation.dlt is None:
        reason = "the protocol defines no dose-limiting toxicity"
        yield Result(
            chapter=CHAPTER, table=AMONG_EVALUABLE, what=DLT, statistic="people", format="count", warning=reason
        )
        return
    people = _with_records(frame)
    evaluable = cells(people, AMONG_EVALUABLE, DLT, answer=pl.col("has_dlt"))
    among_evaluable = Tallies.of(frame, evaluable, Place(CHAPTER, objective, "dlt_evaluable"))
    for result in among_evaluable.results([Line(AMONG_EVALUABLE, DLT)], events=False):
        yield _with_open(frame, result)
    yield from _left_out(frame, objective)
    yield from share_trend(frame, among_evaluable, Line(AMONG_EVALUABLE, DLT))
    parts = [
        cells(people, AMONG_TREATED, DLT, answer=pl.col("has_dlt")),
        cells(people.with_columns(record=pl.format("subjects:{}", "subject")), STATUS, status()),
    ]
    among_treated = Tallies.of(frame, pl.concat(parts), Place(CHAPTER, "exploratory"))
    statuses = [Line(STATUS, words) for words in (EVALUABLE, NOT_EVALUABLE, OPEN)]
    yield from among_treated.results([Line(AMONG_TREATED, DLT)], events=False)
    yield from among_treated.results(statuses, events=False, estimates=False)
    yield from _people(frame, objective)
    yield from _events(frame, objective)


def status() -> pl.Expr:
    """Whether a person is evaluable, in words."""
    is_evaluable = pl.col("is_dlt_evaluable")
    answered = pl.when(is_evaluable).then(pl.lit(EVALUABLE)).otherwise(pl.lit(NOT_EVALUABLE))
    return pl.when(is_evaluable.is_null()).then(pl.lit(OPEN)).otherwise(answered)


def _with_open(frame: Frame, result: Result) -> Result:
    """The result with how many of the group are not in it, since it is not known yet whether they are evaluable."""
    if result.statistic != "people":
        return result
    treated = next((each.subjects for each in frame.groups("treated") if each.name == result.group), None)
    pending = 0 if treated is None else treated["is_dlt_evaluable"].null_count()
    if treated is None or not pending:
        return result
    words = f"{pending} of {treated.height} treated not known yet"
    return result._replace(warning="; ".join(filter(None, (words, result.warning))))


def _left_out(frame: Frame, objective: str) -> Iterator[Result]:
    """How many are left out as not evaluable, who by definition had no DLT, and what that does to the rate."""
    left_out = frame.people("treated").filter(~pl.col("is_dlt_evaluable"))["subject"]
    if len(left_out):
        yield Result(
            chapter=CHAPTER,
            table=AMONG_EVALUABLE,
            what="left out as not evaluable, none with a DLT",
            statistic="people",
            population="treated",
            objective=objective,
            value=float(len(left_out)),
            of=float(frame.people("treated").height),
            format="count",
            unit="people",
            warning=HIGHER,
            records=tuple(f"subjects:{subject}" for subject in left_out),
        )


def _with_records(frame: Frame) -> pl.DataFrame:
    """The treated, each with the record of every DLT, or else of the person."""
    events = events_of(frame).filter("is_dlt").select("subject", dlt_record="record")
    people = frame.people("treated").join(events, on="subject", how="left", maintain_order="left_right")
    return people.with_columns(record=pl.coalesce("dlt_record", pl.format("subjects:{}", "subject")))


def _people(frame: Frame, objective: str) -> Iterator[Result]:
    """Everybody treated who is not evaluable, or of whom it is not known yet: why, and by whom they were replaced."""
    others = frame.people("treated").with_columns(status=status()).filter(pl.col("status") != EVALUABLE)
    others = others.sort(pl.col("status") == OPEN, maintain_order=True)
    replaced_by = {each.replaced: each for each in replacements(frame)}
    for person in others.iter_rows(named=True):
        subject = person["subject"]
        words = [f"{person['status']}: {person['evaluability'] or 'no reason recorded'}"]
        if subject in replaced_by:
            words.append(replaced_by[subject].words)
        yield Result(
            chapter=CHAPTER,
            table=PENDING if person["status"] == OPEN else PEOPLE,
            what=subject,
            statistic="reason",
            group=_group(person["level"]),
            population="treated",
            objective=objective,
            text="; ".join(words),
            format="text",
            records=(f"subjects:{subject}",),
        )


def _events(frame: Frame, objective: str) -> Iterator[Result]:
    """Every DLT, with its grade and the day on which it began at the earliest."""
    levels = frame.people("treated").select("subject", "level")
    events = events_of(frame).filter("is_dlt").join(levels, on="subject", maintain_order="left")
    for event in events.iter_rows(named=True):
        grade = f"grade {event['grade']}" if event["grade"] else "no grade"
        is_exact = event["first_day"] is not None and event["first_day"] == event["last_day"]
        yield Result(
            chapter=CHAPTER,
            table=EVENTS,
            what=event["term"],
            within=event["subject"],
            statistic="first_day",
            group=_group(event["level"]),
            population="treated",
            objective=objective,
            value=event["first_day"],
            unit="days",
            format="day",
            text=grade,
            warning="" if is_exact else "the day is known in part",
            records=(event["record"],),
        )


def _group(level: int | None) -> str:
    """A person's group: their level, or nothing where they count at none."""
    return "" if level is None else str(level)
