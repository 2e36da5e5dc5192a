"""Abundances on the scale of the models, one row a metabolite and sample."""

from __future__ import annotations

import numpy as np
import polars as pl

from firstdose.analysis.frame import Frame
from firstdose.analysis.metabolism.chapter import prepared_fluids
from firstdose.analysis.metabolism.preparing import Prepared
from firstdose.records.analysis_tables import MetaboliteRow
from firstdose.records.frames import empty_frame, fit_schema

SAME = ["subject", "fluid", "metabolite"]
SUBCLASS = "subclass"


def metabolite_rows(frame: Frame) -> pl.DataFrame:
    """What the models of each fluid fit, columns as `MetaboliteRow`; none without abundances.

    The reference visit is the first in the order of the analysis. Where a person has several samples of it, the
    baseline is the first of these.
    """
    fluids = [_of_fluid(each) for each in prepared_fluids(frame)]
    return pl.concat(fluids) if fluids else empty_frame(MetaboliteRow)


def _of_fluid(prepared: Prepared) -> pl.DataFrame:
    samples, metabolites = prepared.values.shape
    place = {visit: number for number, visit in enumerate(prepared.visit_order, start=1)}
    of_samples = pl.DataFrame(
        {
            "subject": prepared.subjects.tolist(),
            "sample": prepared.samples.tolist(),
            "visit": prepared.visits.tolist(),
            "visit_place": [place[visit] for visit in prepared.visits.tolist()],
            "batch": [batch or None for batch in prepared.batches.tolist()],
            "dose": prepared.doses,
            "factor": prepared.factors,
        }
    )
    named = prepared.metabolites
    subclass = named[SUBCLASS] if SUBCLASS in named.columns else pl.Series([None] * metabolites, dtype=pl.String)
    of_metabolites = pl.DataFrame(
        {"metabolite": named["metabolite"], "main_class": named["main_class"], "subclass": subclass}
    )
    rows = pl.concat(
        [
            of_samples[np.repeat(np.arange(samples), metabolites)],
            of_metabolites[np.tile(np.arange(metabolites), samples)],
            pl.DataFrame({"value": prepared.values.ravel()}),
        ],
        how="horizontal",
    ).with_columns(
        pl.col("dose", "value").fill_nan(None),
        fluid=pl.lit(prepared.fluid),
    )
    first = rows.filter(pl.col("visit_place") == 1).unique(SAME, keep="first", maintain_order=True)
    baselines = first.select(*SAME, baseline="value", baseline_sample="sample")
    joined = rows.join(baselines, on=SAME, how="left", maintain_order="left")
    is_later = pl.col("visit_place") > 1
    return fit_schema(
        MetaboliteRow,
        joined.with_columns(
            change=pl.when(is_later).then(pl.col("value") - pl.col("baseline")),
            is_reference=(pl.col("sample") == pl.col("baseline_sample")).fill_null(False),
        ).drop("baseline_sample"),
    )
