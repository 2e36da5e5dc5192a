"""The abundances of metabolites that stand beside a trial's records, and what is wrong with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from firstdose.metabolites import match_samples, read_metabolites_folder, with_classes
from firstdose.metabolites.reading import ABUNDANCES, METABOLITES_FOLDER, RUNS
from firstdose.metabolites.sheets import SHEET_ROW
from firstdose.protocol.plan import Protocol
from firstdose.records import Reading, Sample, TrialData
from firstdose.records.abundances import Abundances
from firstdose.records.problems import Collector

ABUNDANCE_RECORD = "abundances"
RULES = {
    "not recorded": "a sample that was measured must be in the records",
    "not measured": "a sample of a measured fluid has no abundances",
    "unknown subject": "the person of a sample must be in the records",
    "unknown visit": "the visit of a sample must be in the records",
    "disagrees": "a sheet says otherwise than the records, which hold",
    "repeated": "one sample is expected of a person, visit and fluid",
}
COLUMN_OF = {"unknown subject": "subject", "unknown visit": "visit"}
"""The column that a mismatch is about; of the others the sample's name."""


def with_abundances(reading: Reading, folder: Path, protocol: Protocol) -> Reading:
    """The reading with the abundances of the folder's `metabolites/`, if there are any, and their problems.

    Samples that do not match the records and names without a class are problems too. Raises nothing for what is there.
    """
    if not (folder / METABOLITES_FOLDER / ABUNDANCES).is_file():
        return reading
    plan = protocol.metabolism
    read = read_metabolites_folder(folder / METABOLITES_FOLDER, scale=plan.scale if plan else None)
    classified = with_classes(read)
    matching = match_samples(classified.abundances, reading.trial_data)
    collector = Collector()
    sheet = RUNS if (folder / METABOLITES_FOLDER / RUNS).is_file() else ABUNDANCES
    samples = {row["sample"]: row for row in matching.abundances.samples.iter_rows(named=True)}
    for row in matching.unmatched.iter_rows(named=True):
        _add(row, samples.get(row["sample"]), sheet, collector)
    for name, reason in classified.unmapped.select("name", "reason").iter_rows():
        fix = "none if it belongs to no class; it takes part in no test of a class"
        rule = f"its class is not known: {reason}"
        collector.add(rule, fix, "kept", file=ABUNDANCES, record=ABUNDANCE_RECORD, identity=name)
    problems = reading.problems + read.problems + collector.all_problems()
    notes = (*reading.notes, *matching.abundances.notes)
    rejected = pl.concat([reading.rejected, read.rejected])
    return replace(reading, abundances=classified.abundances, problems=problems, rejected=rejected, notes=notes)


def _add(row: dict[str, Any], measured: dict[str, Any] | None, sheet: str, collector: Collector) -> None:
    """One sample that did not match, by what did not: in the sheet of the runs, or a recorded one that lacks values.

    A sample whose person or visit is not known takes part in no analysis; so does one that was not measured.
    """
    what, fix = row["what"], f"{row['reason']}: correct the name of the sample, or its record"
    if measured is None or what == "not measured":
        where = {"record": "samples", "identity": row["sample"], "field": "sample", "value": row["sample"]}
        collector.add(RULES[what], fix, "not analysed", **where)
        return
    is_lost = what == "unknown subject" or measured["subject"] is None or measured["visit"] is None
    column = COLUMN_OF.get(what, "sample")
    where = {"file": sheet, "row": measured.get(SHEET_ROW), "record": ABUNDANCE_RECORD, "identity": row["sample"]}
    value = measured["label"] if column == "sample" else measured[column]
    collector.add(RULES[what], fix, "not analysed" if is_lost else "kept", **where, field=column, value=value)


def matched_by(reading: Reading, trial_data: TrialData) -> Abundances | None:
    """The abundances of a reading with the people and visits of records, which may be cut at a day.

    Samples that are recorded, but only after that day, are taken out.
    """
    if reading.abundances is None:
        return None
    later = set(reading.trial_data[Sample]["sample"].to_list()) - set(trial_data[Sample]["sample"].to_list())
    kept = ~reading.abundances.samples["label"].is_in(pl.Series(sorted(later), dtype=pl.String).implode())
    return match_samples(reading.abundances.take(samples=kept.to_numpy()), trial_data).abundances
