"""Deaths: how many people died, of what and when, and whether anybody judged it related to the treatment."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from firstdose.analysis.counting import Line, Place, Tallies, cells
from firstdose.analysis.events.counted_events import causes, events_of, related
from firstdose.analysis.frame import Frame, once_a_frame
from firstdose.analysis.recorded import recorded
from firstdose.records import CAUSES, NAMES, AdverseEvent, Death, relation_field
from firstdose.records.frames import identity
from firstdose.records.results import Result
from firstdose.safety.dlt import RELATED

TABLE, PEOPLE = "deaths", "people_who_died"
DEATH = "death"
WITHOUT_RECORD = "there is no record of the death itself"


def deaths(frame: Frame, chapter: str) -> Iterator[Result]:
    """People who died: counted, by what it was related to, and each with day and cause.

    Nobody's death is missed because one record of it is: a record of death, a day of death and a fatal event, counted
    or not, each tell of one.
    """
    died = people_who_died(frame)
    place = Place(chapter, frame.objective("mortality"))
    asked = {DEATH: pl.lit(True)}
    for cause in causes(frame):
        asked[f"{DEATH} {related(cause)}"] = pl.col(relation_field(cause)).is_in(sorted(RELATED))
    counted = pl.concat([cells(died, TABLE, what, answer=answer) for what, answer in asked.items()])
    yield from Tallies.of(frame, counted, place).results([Line(TABLE, what) for what in asked], events=False)
    for row in died.iter_rows(named=True):
        yield Result(
            chapter=chapter,
            table=PEOPLE,
            what=row["subject"],
            statistic="day_of_death",
            group=row["group"],
            objective=place.objective,
            value=row["death_day"],
            unit="days",
            format="day",
            text=row["cause"] or "cause not recorded",
            warning="; ".join(filter(None, (row["doubt"], "" if row["death_day"] is not None else "day not known"))),
            records=(row["record"],),
        )


@once_a_frame
def people_who_died(frame: Frame) -> pl.DataFrame:
    """A row for each person who died by the last day of the analysis, treated or not, with a record that says so."""
    columns = ["subject", "cause", *map(relation_field, CAUSES)]
    records = recorded(frame, Death).select(*columns, record=pl.format(f"{NAMES[Death]}:{{}}", identity(Death)))
    later = frame.subjects.filter(pl.col("died_later").fill_null(False))
    records = records.join(later, on="subject", how="anti", maintain_order="left")
    events = events_of(frame).filter(pl.col("outcome") == "fatal")
    fatal = events.group_by("subject").agg(fatal=pl.col("record").first())
    of_event = _fatal_events(frame, columns)
    doubt = pl.when(pl.col("recorded").is_null()).then(pl.lit(WITHOUT_RECORD))
    return (
        frame.subjects.select("subject", "death_day", group=pl.col("level").cast(pl.String).fill_null(""))
        .join(records.rename({"record": "recorded"}), on="subject", how="left", maintain_order="left")
        .join(fatal, on="subject", how="left", maintain_order="left")
        .filter(pl.any_horizontal(pl.col("death_day", "recorded", "fatal").is_not_null()))
        .join(of_event, on="subject", how="left", maintain_order="left")
        .with_columns(pl.coalesce(name, f"{name}_of_event").alias(name) for name in columns[1:])
        .with_columns(
            record=pl.coalesce("recorded", "fatal", pl.format("subjects:{}", "subject")),
            doubt=doubt.fill_null(""),
        )
    )


def _fatal_events(frame: Frame, columns: list[str]) -> pl.DataFrame:
    """What each person's first fatal event says of cause and relations, for deaths whose own record does not."""
    fatal = recorded(frame, AdverseEvent).filter(pl.col("outcome") == "fatal").sort("subject", "number")
    named = fatal.with_columns(cause=pl.coalesce("preferred_term", "term")).select(columns)
    first = named.unique("subject", keep="first", maintain_order=True)
    return first.rename({name: f"{name}_of_event" for name in columns[1:]})
