"""ADTTE: one row a time to an event or to censoring."""

from __future__ import annotations

import polars as pl

from firstdose.cdisc.adam.core import Source, dated, flag, study_day, term
from firstdose.cdisc.adam.scores import SCORE, measure_name, numbered_scores
from firstdose.cdisc.item_codes import initials
from firstdose.methods.confirmed_change_presets import PRESETS
from firstdose.records.analysis_tables import TimeRow
from firstdose.records.derived import ScoreAnalysis

CHANGE, FIRST, RESOLUTION = "confirmed_change", "first_adverse_event", "resolution_of_adverse_event"
LETTERS = {
    "worsening": "W",
    "worsening independent of relapses": "P",
    "worsening associated with relapses": "R",
    "worsening, relation to relapses unclear": "U",
    "improvement": "I",
}
"""The last letter of the code of a confirmed change."""
CENSORS = {"event": 0, "censored": 1, "died": 2}
CENSORED = {
    CHANGE: "CENSORED: LAST VISIT AT WHICH A CHANGE COULD BE CONFIRMED",
    FIRST: "CENSORED: END OF THE TIME AT RISK",
    RESOLUTION: "CENSORED: NOT SEEN TO END",
}
SOURCES = {
    (CHANGE, True): ("ADQS", "ADT"),
    (CHANGE, False): ("ADQS", "ADT"),
    (FIRST, True): ("ADAE", "ASTDT"),
    (FIRST, False): ("ADSL", "ARISKDY"),
    (RESOLUTION, True): ("ADAE", "AENDT"),
    (RESOLUTION, False): ("ADAE", None),
}
"""The dataset and the variable that the date of a time is taken from, by its kind and whether it ended in the event."""
DAYS = "DAYS"
ABOUT = ["kind", "about", "definition", "event"]
"""What tells one parameter from another."""


def times(source: Source) -> pl.DataFrame:
    """Every time, with the variables of ADTTE as columns."""
    rows = source.tables[TimeRow]
    sources = [(kind, is_event, *place) for (kind, is_event), place in SOURCES.items()]
    places = pl.DataFrame(sources, schema=["kind", "is_event", "SRCDOM", "SRCVAR"], orient="row")
    described = (
        rows.join(_parameters(rows), on=ABOUT, how="left", maintain_order="left")
        .with_columns((pl.col("ending") == "event").alias("is_event"))
        .join(places, on=["kind", "is_event"], how="left", maintain_order="left")
        .join(_scores(source), on=["subject", "kind", "about", "day"], how="left", maintain_order="left")
    )
    is_change = pl.col("kind") == CHANGE
    return source.with_people(described).with_columns(
        term("kind").alias("PARCAT1"),
        pl.when(is_change).then(term("about")).otherwise("about").alias("PARCAT2"),
        pl.when(is_change).then("definition").alias("PARCAT3"),
        pl.coalesce("number", "score").alias("SRCSEQ"),
        # a change is observed from the baseline score, but its time counts from treatment
        dated(pl.when(is_change).then(0).otherwise("start_day")).alias("STARTDT"),
        dated("day").alias("ADT"),
        study_day("day").alias("ADY"),
        pl.col("time").alias("AVAL"),
        pl.lit(DAYS).alias("AVALU"),
        pl.col("shortest").alias("AVALLO"),
        pl.col("longest").alias("AVALHI"),
        pl.col("ending").replace_strict(CENSORS, return_dtype=pl.Int64).alias("CNSR"),
        _description(),
        dated("confirmed_day").alias("CNFDT"),
        study_day("confirmed_day").alias("CNFDY"),
        flag("is_shown").alias("ANL01FL"),
        flag("is_open").alias("OPENFL"),
    )


def _scores(source: Source) -> pl.DataFrame:
    """The number of each score in ADQS, by person, measure and day."""
    data = source.tables.data[ScoreAnalysis]
    scores = numbered_scores(data).filter((pl.col("part") == SCORE) & pl.col("day").is_not_null())
    return scores.select(
        "subject",
        pl.lit(CHANGE).alias("kind"),
        pl.col("measure").alias("about"),
        pl.col("day").cast(source.tables[TimeRow].schema["day"]),
        pl.col("ASEQ").alias("score"),
    ).unique(["subject", "about", "day"], keep="first")


def _description() -> pl.Expr:
    """What happened, or why the time is censored."""
    ending = pl.col("ending")
    censored = pl.col("kind").replace_strict(CENSORED, return_dtype=pl.String)
    return (
        pl.when(ending == "event")
        .then(term("event"))
        .when(ending == "died")
        .then(pl.lit("DIED BEFORE"))
        .otherwise(censored)
        .alias("EVNTDESC")
    )


def _parameters(rows: pl.DataFrame) -> pl.DataFrame:
    """Code and name of each time, in the order of the rows."""
    different = rows.select(ABOUT).unique(maintain_order=True)
    presets = list(PRESETS)
    codes: list[str] = []
    names: list[str] = []
    first_events = 0
    for kind, about, definition, event in different.iter_rows():
        if kind == CHANGE:
            number = presets.index(definition) + 1
            codes.append(f"{initials(about)}{number:02}{LETTERS[event]}")
            names.append(f"Time to {event}, {measure_name(about)} (days): {definition}")
        elif kind == FIRST:
            first_events += 1
            codes.append(f"TTAE{first_events}")
            names.append(f"Time to the first adverse event (days): {about}")
        else:
            codes.append("AERESOLV")
            names.append("Time from the start of an adverse event to its resolution (days)")
    return different.select(*ABOUT, pl.Series("PARAMCD", codes, pl.String), pl.Series("PARAM", names, pl.String))
