"""Files of the reference trial as other readers see them: pyreadstat for transport files, csv for the rest."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pyreadstat

from firstdose.records import TrialData
from firstdose.records.abundances import Abundances
from firstdose.records.problems import Problems

EXAMPLE = Path(__file__).parents[2] / "examples" / "nsc-spms"
CREATED = datetime(2026, 3, 31, 12, 5, 6)
Rows = list[dict[str, str]]
VISITS, METABOLITES = ("M0", "M12"), ["Carnitine", "Acetylcarnitine"]


def rows_of(path: Path) -> Rows:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def transport_frame(path: Path) -> pl.DataFrame:
    """A transport file as pyreadstat reads it."""
    columns, _ = pyreadstat.read_xport(path, encoding="ASCII", output_format="dict")
    return pl.DataFrame(columns, strict=False)


def known_abundances(trial_data: TrialData) -> Abundances:
    """Two metabolites of known abundances in the samples of treated people, at the first and the last visit."""
    people = sorted(set(trial_data.frames["dosings"]["subject"].to_list()))
    samples = [(person, visit, place) for place, (person, visit) in enumerate((p, v) for p in people for v in VISITS)]
    texts = dict.fromkeys(("sample", "label", "subject", "visit", "batch", "fluid", "kind"), pl.String)
    frame = pl.DataFrame(
        [(f"{p}/{v}", f"{p}/{v}", p, v, "1", "cerebrospinal_fluid", "study", None, place) for p, v, place in samples],
        schema={**texts, "dose": pl.Float64, "run_order": pl.Int64},
        orient="row",
    )
    features = pl.DataFrame({"metabolite": METABOLITES, "name": METABOLITES, "label": METABOLITES})
    values = np.array([[2.0 ** (3 + place % 5), 2.0 ** (9 - place % 4)] for _, _, place in samples])
    return Abundances(values, frame, features, None, "raw", (), Problems(()))
