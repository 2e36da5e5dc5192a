"""Abundances of metabolites in samples: the matrix, what is known of its rows and columns, and its problems."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Literal, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from firstdose.records.problems import REJECTED_SCHEMA, Problems

Scale = Literal["raw", "log2"]
Kind = Literal["study", "pooled_qc", "other"]
Matrix: TypeAlias = NDArray[np.float64]

# sample: its identifier, unlike any other; label: as the file has it; batch: the run of the measurement
SAMPLE_SCHEMA: dict[str, type[pl.DataType]] = {
    "sample": pl.String,
    "label": pl.String,
    "subject": pl.String,
    "visit": pl.String,
    "dose": pl.Float64,
    "batch": pl.String,
    "run_order": pl.Int64,
    "fluid": pl.String,
    "kind": pl.String,
}
# metabolite: its identifier, unlike any other; name: what it is called; label: as the matrix has it
FEATURE_SCHEMA: dict[str, type[pl.DataType]] = {"metabolite": pl.String, "name": pl.String, "label": pl.String}


@dataclass(frozen=True, eq=False)
class Abundances:
    """What was measured: `values` (samples, metabolites), NaN where a value is missing.

    `samples` has one row for each row of the matrix, with the columns of `SAMPLE_SCHEMA` and any others of its source;
    `features` one for each column, with those of `FEATURE_SCHEMA`. `units` are as the source gives them. `fluid` is
    that of all samples, None where it is unknown or they differ. `notes` say how the source was understood, `problems`
    list every cell, row and column that could not be used as it stood, `rejected` holds the text of such rows.
    """

    values: Matrix
    samples: pl.DataFrame
    features: pl.DataFrame
    units: str | None
    scale: Scale
    notes: tuple[str, ...]
    problems: Problems
    rejected: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REJECTED_SCHEMA))

    def __post_init__(self) -> None:
        shape = (self.samples.height, self.features.height)
        if self.values.shape != shape:
            raise ValueError(f"the matrix {self.values.shape} must have the shape (samples, metabolites) {shape}")
        for frame, schema in ((self.samples, SAMPLE_SCHEMA), (self.features, FEATURE_SCHEMA)):
            lacking = [name for name, kind in schema.items() if frame.schema.get(name) != kind]
            if lacking:
                raise ValueError(f"columns {', '.join(lacking)} are missing or of another type")
        for name, column in (("sample", self.samples["sample"]), ("metabolite", self.features["metabolite"])):
            if column.null_count() or column.n_unique() < len(column):
                raise ValueError(f"each {name} must have an identifier of its own")
        values = np.array(self.values, dtype=np.float64)
        values.setflags(write=False)
        object.__setattr__(self, "values", values)

    @property
    def sample_names(self) -> tuple[str, ...]:
        return tuple(self.samples["sample"].to_list())

    @property
    def metabolite_names(self) -> tuple[str, ...]:
        return tuple(self.features["metabolite"].to_list())

    @property
    def fluid(self) -> str | None:
        """The fluid of all study samples; None where it is unknown or they differ."""
        fluids = self.samples.filter(pl.col("kind") == "study")["fluid"].unique().to_list()
        return fluids[0] if len(fluids) == 1 else None

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Which values are missing (samples, metabolites)."""
        return np.isnan(self.values)

    @property
    def content_hash(self) -> str:
        """SHA-256 of the values, and of what is said of samples and metabolites."""
        digest = sha256(np.ascontiguousarray(self.values).tobytes())
        for frame in (self.samples, self.features):
            digest.update(frame.write_csv().encode())
        digest.update(f"{self.units}:{self.scale}".encode())
        return digest.hexdigest()

    def take(self, samples: ArrayLike | None = None, metabolites: ArrayLike | None = None) -> Abundances:
        """Some samples and metabolites, by places or by a mask; notes and problems stay those of the whole."""
        rows = _places(samples, self.samples.height)
        columns = _places(metabolites, self.features.height)
        return replace(
            self,
            values=self.values[np.ix_(rows, columns)],
            samples=self.samples[rows],
            features=self.features[columns],
        )

    def as_log2(self) -> Abundances:
        """The same on the log2 scale; zeros have no logarithm and become missing, and a note says how many."""
        if self.scale == "log2":
            return self
        zeros = int((self.values == 0).sum())
        note = f"{zeros} values of zero have no logarithm and are missing"
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log2(self.values)
        logs[~np.isfinite(logs)] = np.nan
        return replace(self, values=logs, scale="log2", notes=(*self.notes, note) if zeros else self.notes)


def _places(chosen: ArrayLike | None, count: int) -> NDArray[np.int64]:
    """Places from places or a mask; all without either."""
    if chosen is None:
        return np.arange(count)
    given = np.asarray(chosen)
    if given.dtype == np.bool_:
        if given.shape != (count,):
            raise ValueError(f"a mask must have {count} values; it has {given.shape}")
        return np.flatnonzero(given)
    return given.astype(np.int64)
