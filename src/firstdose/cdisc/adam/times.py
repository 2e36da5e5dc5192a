"""ADTTE: one row a time to an event or to censoring."""

from __future__ import annotations

import polars as pl

from firstdose.cdisc.adam.core import Source, dated, flag, study_day, term
from firstdose.cdisc.adam.scores import measure_name
from firstdose.cdisc.item_codes import initials
from firstdose.methods.confirmed_change_presets import PRESETS
from firstdose.records.analysis_tables import TimeRow

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
SOURCES = {CHANGE: "ADQS", FIRST: "ADAE", RESOLUTION: "ADAE"}
DAYS = "DAYS"
ABOUT = ["kind", "about", "definition", "event"]
"""What tells one parameter from another."""


def times(source: Source) -> pl.DataFrame:
    """Every time, with the variables of ADTTE as columns."""
    rows = source.tables[TimeRow]
    described = rows.join(_parameters(rows), on=ABOUT, how="left", maintain_order="left")
    is_change = pl.col("kind") == CHANGE
    return source.with_people(described).with_columns(
        term("kind").alias("PARCAT1"),
        pl.when(is_change).then(term("about")).otherwise("about").alias("PARCAT2"),
        pl.when(is_change).then("definition").alias("PARCAT3"),
        pl.col("kind").replace_strict(SOURCES, return_dtype=pl.String).alias("SRCDOM"),
        pl.col("number").alias("SRCSEQ"),
        dated("start_day").alias("STARTDT"),
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
