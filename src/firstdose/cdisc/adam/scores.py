"""ADQS: one row a score of a measure, or a part of one."""

from __future__ import annotations

import polars as pl

from firstdose.cdisc.adam.core import Source, against_baseline, dated, flag, study_day, term
from firstdose.cdisc.item_codes import initials, item_codes, name_of_item
from firstdose.measures import MEASURES
from firstdose.records.analysis_tables import ScoreRow
from firstdose.records.derived import ScoreAnalysis

KEYS = ["subject", "measure", "part", "day"]
SCORE = "score"
LONGEST_CODE = 8
ONSET, CONFIRMATION = "Onset: {}", "Confirmation: {}"


def scores(source: Source) -> pl.DataFrame:
    """Every score and part, with the variables of ADQS as columns."""
    data = source.tables.data[ScoreAnalysis]
    joined = data.join(source.tables[ScoreRow], on=KEYS, how="left", maintain_order="left")
    rows = joined.join(numbered_scores(data), on=KEYS, how="left", nulls_equal=True, maintain_order="left")
    is_score = pl.col("part") == SCORE
    return source.with_people(rows).with_columns(
        term("measure").alias("PARCAT1"),
        term("part").alias("PARCAT2"),
        *source.visits(),
        dated("day").alias("ADT"),
        study_day("day").alias("ADY"),
        pl.col("value").alias("AVAL"),
        pl.col("unit").alias("AVALU"),
        pl.when(pl.col("state") != SCORE).then(term("state")).alias("AVALC"),
        term("bound").alias("BOUND"),
        pl.col("reason").alias("AREASON"),
        *against_baseline(),
        pl.format(ONSET, "definition").alias("CRIT1"),
        flag("is_onset").alias("CRIT1FL"),
        pl.format(CONFIRMATION, "definition").alias("CRIT2"),
        flag("confirms").alias("CRIT2FL"),
        pl.when(is_score).then("record_numbers").alias("SRCSEQS"),
    )


def numbered_scores(data: pl.DataFrame) -> pl.DataFrame:
    """Code, name and number (ASEQ) of each score and part, by `KEYS`; a person's are numbered by code, then by day."""
    named = data.select(*KEYS, "unit").join(
        _parameters(data), on=["measure", "part", "unit"], how="left", nulls_equal=True, maintain_order="left"
    )
    ordered = named.sort("subject", "PARAMCD", "day", nulls_last=True, maintain_order=True)
    number = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("subject")
    return ordered.select(*KEYS, "PARAMCD", "PARAM", number.alias("ASEQ"))


def measure_name(measure: str) -> str:
    """The title of a measure; its own name where it is not known."""
    return MEASURES[measure].title if measure in MEASURES else measure


def _parameters(data: pl.DataFrame) -> pl.DataFrame:
    """Code and name of each part of each measure in each unit; a unit after the first numbers the code."""
    different = data.select("measure", "part", "unit").unique().sort("measure", "part", "unit", nulls_last=True)
    codes: list[str] = []
    names: list[str] = []
    for measure, part, unit in different.iter_rows():
        codes.append(_code(measure, part, codes))
        words = measure_name(measure) if part == SCORE else name_of_item(measure, part)
        names.append(f"{words} ({unit})" if unit else words)
    return different.with_columns(pl.Series("PARAMCD", codes, pl.String), pl.Series("PARAM", names, pl.String))


def _code(measure: str, part: str, taken: list[str]) -> str:
    """The code of a part: that of its item, the initials with 00 for the score, else with letters of the part."""
    start = initials(measure)
    own = f"{start}_00" if part == SCORE else item_codes().get((measure, part))
    letters = "".join(letter for letter in part.upper() if letter.isascii() and letter.isalnum())
    code = own or f"{start}{letters}"[:LONGEST_CODE]
    number = 1
    while code in taken:
        number += 1
        code = f"{start}{letters}"[: LONGEST_CODE - len(str(number))] + str(number)
    return code
