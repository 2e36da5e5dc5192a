"""Troughs of the drugs around the product that are out of the protocol's range."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import polars as pl

from firstdose.dosing.administrations import Administration, administration_of
from firstdose.dosing.known import span_of
from firstdose.dosing.recorded import Records
from firstdose.protocol import Protocol
from firstdose.protocol.product import BackgroundTreatment, TroughTarget
from firstdose.records import LabResult
from firstdose.records.drug_levels import TROUGH
from firstdose.records.frames import records_of
from firstdose.records.units import convert

Against = Literal["below", "above", "within", "unknown"]
BOUND = re.compile(r"\s*([<>])=?\s*([0-9]+(?:[.][0-9]+)?)\s*")


@dataclass(frozen=True)
class Trough:
    """Somebody's last trough of a drug, and how it stands to the protocol's range."""

    result: LabResult
    treatment: BackgroundTreatment
    target: TroughTarget
    against: Against

    @property
    def words(self) -> str:
        found = self.result.result if self.result.result is not None else self.result.result_text or "no result"
        measured = f"{self.treatment.drug} trough {found} {self.result.unit or ''}".strip()
        range_words = f"{self.target.lowest:g} to {self.target.highest:g} {self.target.unit}"
        if self.against == "unknown":
            return f"{measured}: cannot be held against the range of {range_words}"
        return f"{measured}: {self.against} the range of {range_words}"


def last_troughs(protocol: Protocol, records: Records) -> Iterator[Trough]:
    """Everyone's last trough of each drug that the protocol gives a range for, while the drug is planned.

    Of undated results the one with the highest number counts. Draws surely after the drug's last planned day are left
    out: it is to be stopped then.
    """
    is_trough = pl.col("category").str.strip_chars().str.to_lowercase() == TROUGH
    drawn = list(records_of(LabResult, records.trial_data[LabResult].filter(is_trough)))
    given = {subject: administration_of(protocol, records, subject) for subject in {each.subject for each in drawn}}
    for treatment in protocol.background_treatments:
        target = treatment.trough_target
        if target is None:
            continue
        last: dict[str, LabResult] = {}
        for each in sorted(drawn, key=lambda result: (*_order(records, result), result.number)):
            if _is_of(each, treatment) and _counts(records, each, given[each.subject], treatment):
                last[each.subject] = each
        for result in last.values():
            yield Trough(result, treatment, target, against(result, target, treatment.drug))


def against(result: LabResult, target: TroughTarget, analyte: str) -> Against:
    """How a result stands to a range; unknown where it is no number, or of a unit that leads to no comparison.

    "<2" is below a range that begins at 2 or higher, and unknown otherwise; a result at the limit of detection counts
    as no more than that limit.
    """
    bound, value = "", result.result
    if value is None:
        match = BOUND.fullmatch(result.result_text or "")
        if match is None:
            return "unknown"
        bound, value = match[1], float(match[2])
    elif result.detection_limit is not None and value <= result.detection_limit:
        bound, value = "<", result.detection_limit
    in_unit = convert(value, result.unit or "", target.unit, analyte)
    if in_unit is None:
        return "unknown"
    if bound == "<":
        return "below" if in_unit <= target.lowest else "unknown"
    if bound == ">":
        return "above" if in_unit >= target.highest else "unknown"
    return "below" if in_unit < target.lowest else "above" if in_unit > target.highest else "within"


def _is_of(result: LabResult, treatment: BackgroundTreatment) -> bool:
    """Whether a trough is of a drug: by its analyte, or where there is none, by the name or code of the test."""
    names = {_plain(treatment.drug), _plain(treatment.id)}
    if result.analyte:
        return _plain(result.analyte) in names
    return any(set(_plain(each).split()) & names for each in (result.name, result.test))


def _counts(records: Records, result: LabResult, given: Administration | None, treatment: BackgroundTreatment) -> bool:
    """Whether a trough was drawn by now, was done, and is not surely from after the drug was to be stopped."""
    if not records.is_known(result.drawn) or result.performed in ("not_done", "unable_to_perform"):
        return False
    first = span_of(result.drawn, records.zone_at(result.subject)).first
    if given is None or given.start.last is None or first is None:
        return True
    return first < given.start.last + timedelta(days=treatment.stop_day + 1)


def _order(records: Records, result: LabResult) -> tuple[bool, float]:
    """What orders draws: those without a date first."""
    first = span_of(result.drawn, records.zone_at(result.subject)).first
    return (first is not None, first.timestamp() if first else 0.0)


def _plain(text: str | None) -> str:
    return (text or "").strip().lower()
