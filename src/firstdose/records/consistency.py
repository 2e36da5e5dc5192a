"""Checks all records of a trial: rules inside one record, and between records. What breaks one is kept, and listed."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import polars as pl

from firstdose.records import cross_checks
from firstdose.records.catalogue import NAMES
from firstdose.records.frames import identity
from firstdose.records.problems import Problems, problems_of
from firstdose.records.record_checks import RECORD_RULES
from firstdose.records.trial_data import TrialData

INDEX = "index"


def check_trial_data(trial_data: TrialData, visits: Collection[str] = ()) -> Problems:
    """Every problem between and inside records; `visits` are the identifiers of the visits that are planned."""
    found = check_consistency(trial_data, visits)
    listed = (problems_of(rows, record=name, effect="kept") for name, rows in found.items())
    return Problems(pl.concat([problems_of(pl.DataFrame()), *listed]))


def check_consistency(trial_data: TrialData, visits: Collection[str] = ()) -> dict[str, pl.DataFrame]:
    """The problems by kind of record, each with the index of the record in its frame."""
    found: dict[str, list[pl.DataFrame]] = {}
    for record_type, field, rows in (*_inside(trial_data), *cross_checks.between(trial_data, visits)):
        if rows.height:
            found.setdefault(NAMES[record_type], []).append(_described(trial_data, record_type, field, rows))
    return {name: pl.concat(frames).sort(INDEX, maintain_order=True) for name, frames in found.items()}


def _inside(trial_data: TrialData) -> Iterator[tuple[type, str, pl.DataFrame]]:
    """What breaks a rule inside one record."""
    for record_type, rules in RECORD_RULES.items():
        frame = trial_data[record_type]
        if not frame.height:
            continue
        broken = frame.select(rule.is_broken.fill_null(False).alias(str(n)) for n, rule in enumerate(rules))
        for number, rule in enumerate(rules):
            indices = broken[str(number)].arg_true().alias(INDEX)
            if len(indices):
                rows = pl.DataFrame({INDEX: indices}).with_columns(
                    pl.lit(rule.rule).alias("rule"), pl.lit(rule.fix).alias("fix")
                )
                yield record_type, rule.field, rows


def _described(trial_data: TrialData, record_type: type, field: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Broken rules with the identity of each record and the value in question."""
    about = trial_data[record_type].select(identity(record_type), pl.col(field).cast(pl.String).alias("value"))
    return (
        rows.select(pl.col(INDEX).cast(pl.UInt32), "rule", "fix")
        .join(about.with_row_index(INDEX), on=INDEX, how="left", maintain_order="left")
        .with_columns(pl.lit(field).alias("field"))
    )
