"""The abundances of metabolites that stand beside a trial's records, and what is wrong with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from firstdose.metabolites import match_samples, read_metabolites_folder, with_classes
from firstdose.metabolites.reading import ABUNDANCES, METABOLITES_FOLDER
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
    for what, sample, reason in matching.unmatched.select("what", "sample", "reason").iter_rows():
        fix = "correct the name of the sample, or its record"
        where = {"file": ABUNDANCES, "record": ABUNDANCE_RECORD, "identity": sample}
        collector.add(RULES[what], fix, "kept", **where, value=reason)
    for name, reason in classified.unmapped.select("name", "reason").iter_rows():
        fix = "none if it belongs to no class; it takes part in no test of a class"
        rule = f"its class is not known: {reason}"
        collector.add(rule, fix, "kept", file=ABUNDANCES, record=ABUNDANCE_RECORD, identity=name)
    problems = reading.problems + read.problems + collector.all_problems()
    notes = (*reading.notes, *matching.abundances.notes)
    return replace(reading, abundances=classified.abundances, problems=problems, notes=notes)


def matched_by(reading: Reading, trial_data: TrialData) -> Abundances | None:
    """The abundances of a reading with the people and visits of records, which may be cut at a day.

    Samples that are recorded, but only after that day, are taken out.
    """
    if reading.abundances is None:
        return None
    later = set(reading.trial_data[Sample]["sample"].to_list()) - set(trial_data[Sample]["sample"].to_list())
    kept = ~reading.abundances.samples["label"].is_in(pl.Series(sorted(later), dtype=pl.String).implode())
    return match_samples(reading.abundances.take(samples=kept.to_numpy()), trial_data).abundances
