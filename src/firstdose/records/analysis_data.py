"""The data of an analysis: derived from the records under a protocol, with the hash of what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from types import MappingProxyType

import polars as pl

from firstdose.records.abundances import Abundances
from firstdose.records.derived import ANALYSIS_RECORDS
from firstdose.records.frames import fit_schema
from firstdose.records.trial_data import TrialData

NAMES_OF_DERIVED = {record_type: name for name, record_type in ANALYSIS_RECORDS.items()}


@dataclass(frozen=True, eq=False)
class AnalysisData:
    """One frame for each kind of derived record, and the records that they were derived from.

    abundances of metabolites are those of the trial, their samples matched to the records and their names to classes;
    None where none were measured or given.
    """

    frames: Mapping[str, pl.DataFrame]
    trial_data: TrialData
    abundances: Abundances | None = None

    def __post_init__(self) -> None:
        """Complete the frames; unknown ones and unknown columns are refused."""
        unknown = self.frames.keys() - ANALYSIS_RECORDS.keys()
        if unknown:
            raise ValueError(f"there is no derived record called {', '.join(sorted(unknown))}")
        frames = {
            name: fit_schema(record_type, self.frames.get(name, pl.DataFrame()))
            for name, record_type in ANALYSIS_RECORDS.items()
        }
        object.__setattr__(self, "frames", MappingProxyType(frames))

    def __getitem__(self, record_type: type) -> pl.DataFrame:
        """The frame of a derived record type."""
        return self.frames[NAMES_OF_DERIVED[record_type]]

    @property
    def as_of(self) -> date | None:
        """The day up to which the records were gathered, if it is stated."""
        return self.trial_data.as_of

    @property
    def data_hash(self) -> str:
        """The content hash of the records, and of abundances where there are any."""
        records = self.trial_data.content_hash
        if self.abundances is None:
            return records
        return sha256(f"{records}:{self.abundances.content_hash}".encode()).hexdigest()
