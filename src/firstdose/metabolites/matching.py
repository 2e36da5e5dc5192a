"""Samples that were measured, matched to the samples, people and visits that a trial has recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from firstdose.records import Sample, Subject, TrialData, Visit
from firstdose.records.abundances import Abundances

What = Literal["not recorded", "not measured", "unknown subject", "unknown visit", "disagrees", "repeated"]
UNMATCHED_SCHEMA = {
    "what": pl.String,
    "sample": pl.String,
    "subject": pl.String,
    "visit": pl.String,
    "fluid": pl.String,
    "reason": pl.String,
}
Row = dict[str, str | None]


@dataclass(frozen=True, eq=False)
class Matching:
    """Abundances whose samples have the people, visits, fluids and runs of the records, and what did not match.

    `unmatched` has one row for each sample that was measured and not recorded, recorded and not measured, of a person
    or visit that the records do not have, described otherwise in the records, or measured more than once at a visit.
    """

    abundances: Abundances
    unmatched: pl.DataFrame

    def count(self, what: What) -> int:
        """How many samples are unmatched in one way."""
        return self.unmatched.filter(pl.col("what") == what).height


def match_samples(abundances: Abundances, trial_data: TrialData) -> Matching:
    """Match the study samples to the records by their names, capitals and separators aside where that is unique.

    Where a sheet and the records disagree, the records hold and the disagreement is listed. Samples that no record
    names keep what their sheet says. Nothing is removed.
    """
    recorded = {row["sample"]: row for row in trial_data[Sample].iter_rows(named=True)}
    rows = list(abundances.samples.iter_rows(named=True))
    partner = _partners(rows, recorded)
    unmatched: list[tuple[What, Row, str]] = []
    matched = []
    for row in rows:
        record = recorded.get(partner.get(row["sample"], ""))
        if record is not None:
            unmatched += [("disagrees", row, reason) for reason in _disagreements(row, record)]
            row = {**row, **_known(record)}
        elif row["kind"] == "study":
            unmatched.append(("not recorded", row, "the records have no sample of this name"))
        matched.append(row)
    unmatched += _without_people(matched, trial_data)
    unmatched += _repeated(matched)
    unmatched += _not_measured(matched, recorded, set(partner.values()))
    frame = pl.DataFrame(matched, schema=abundances.samples.schema)
    found = replace(abundances, samples=frame, notes=(*abundances.notes, *_notes(partner)))
    return Matching(found, _frame(unmatched))


def _partners(rows: list[Row], recorded: Mapping[str, object]) -> dict[str, str]:
    """The record of each measured sample, by name: the same, or the only one that is alike."""
    alike: dict[str, list[str]] = {}
    for name in recorded:
        alike.setdefault(_plain(name), []).append(name)
    found: dict[str, str] = {}
    for row in rows:
        identifier, label = row["sample"] or "", row["label"] or ""
        if label in recorded:
            found[identifier] = label
        elif len(same := alike.get(_plain(label), [])) == 1 and row["kind"] == "study":
            found[identifier] = same[0]
    return found


def _plain(name: str) -> str:
    """A name without capitals, spaces and separators."""
    return re.sub(r"[\W_]+", "", name).casefold()


def _known(record: Mapping[str, str | None]) -> Row:
    """What the record of a sample says that concerns its measurement."""
    said = {"subject": record["subject"], "visit": record["visit"], "fluid": record["fluid"], "batch": record["run"]}
    return {name: value for name, value in said.items() if value is not None}


def _disagreements(row: Row, record: Mapping[str, str | None]) -> Iterator[str]:
    """Where a sheet says something else than the record."""
    for name, value in _known(record).items():
        if row[name] is not None and row[name] != value:
            yield f"{name} is {row[name]} in the sheet and {value} in the records, which hold"


def _without_people(rows: list[Row], trial_data: TrialData) -> Iterator[tuple[What, Row, str]]:
    """Study samples of people or visits that the records do not have."""
    people = set(trial_data[Subject]["subject"].to_list())
    visits = set(trial_data[Visit].select("subject", "visit").iter_rows())
    for row in rows:
        if row["kind"] != "study":
            continue
        if row["subject"] is None or row["subject"] not in people:
            told = f"the records have no subject {row['subject']}" if row["subject"] else "no subject is named"
            yield "unknown subject", row, told
        elif row["visit"] is None or (row["subject"], row["visit"]) not in visits:
            told = f"the records have no visit {row['visit']} of this subject" if row["visit"] else "no visit is named"
            yield "unknown visit", row, told


def _repeated(rows: list[Row]) -> Iterator[tuple[What, Row, str]]:
    """Study samples of one person, visit and fluid after the first."""
    first: dict[tuple[str | None, ...], str | None] = {}
    for row in rows:
        key = (row["subject"], row["visit"], row["fluid"])
        if row["kind"] != "study" or row["subject"] is None or row["visit"] is None:
            continue
        before = first.setdefault(key, row["sample"])
        if before != row["sample"]:
            yield "repeated", row, f"{before} is of the same person, visit and fluid"


def _not_measured(
    rows: list[Row], recorded: Mapping[str, Mapping[str, str | None]], partners: set[str]
) -> Iterator[tuple[What, Row, str]]:
    """Samples of the fluids measured that were recorded and have no abundances."""
    fluids = {row["fluid"] for row in rows if row["kind"] == "study"} - {None}
    for name, record in recorded.items():
        if name not in partners and (not fluids or record["fluid"] in fluids):
            yield "not measured", dict(record), "no abundances were given for it"


def _notes(partner: Mapping[str, str]) -> tuple[str, ...]:
    """Say which names were matched although they differ."""
    changed = [f"{name} as {other}" for name, other in partner.items() if name != other]
    shown = ", ".join(changed[:6]) + (" ..." if len(changed) > 6 else "")
    return (f"{len(changed)} samples are named otherwise in the records: {shown}",) if changed else ()


def _frame(unmatched: list[tuple[What, Row, str]]) -> pl.DataFrame:
    """What did not match as a frame."""
    rows = [
        (what, row["sample"], row["subject"], row["visit"], row["fluid"], reason) for what, row, reason in unmatched
    ]
    return pl.DataFrame(rows, schema=UNMATCHED_SCHEMA, orient="row")
