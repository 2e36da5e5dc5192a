"""The figures on the samples and the quality of the measurement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from firstdose.analysis.metabolism.feature_figures import NO_CLASS
from firstdose.analysis.metabolism.preparing import Prepared
from firstdose.analysis.metabolism.sample_quality import share_explained
from firstdose.analysis.metabolism.whole import FluidAnalysis
from firstdose.protocol.metabolism import Metabolism
from firstdose.records.results import Result

CALLED = 0.05
NORMALISATION = "normalisation and missing values"


def sample_figures(prepared: Prepared, where: dict[str, Any]) -> Iterator[Result]:
    """Which samples are analysed, at which visits, and why others are left out."""
    at = {**where, "table": "metabolite_samples"}
    yield _samples("samples analysed", prepared.samples.tolist(), at)
    yield Result(**at, what="people", statistic="people", value=float(len(prepared.people)), format="count")
    for visit in prepared.visit_order:
        yield _samples("samples analysed", prepared.samples[prepared.visits == visit].tolist(), {**at, "when": visit})
    if prepared.visit_warning:
        yield Result(**at, what="visits", statistic="order", format="text", warning=prepared.visit_warning)
    if prepared.visits_missing:
        yield Result(**at, what="visits", statistic="planned", format="text", warning=prepared.visits_missing)
    if prepared.names_warning:
        yield Result(**at, what="people", statistic="names", format="text", warning=prepared.names_warning)
    if prepared.normalisation_warning:
        told = prepared.normalisation_warning
        yield Result(**at, what=NORMALISATION, statistic="normalisation", format="text", warning=told)
    reasons: dict[str, list[str]] = {}
    for left in prepared.left_out:
        reasons.setdefault(left.reason, []).append(left.sample)
    for reason, samples in reasons.items():
        yield _samples(f"left out: {reason}", samples, at)
    for note in prepared.notes:
        yield Result(**at, what=NORMALISATION, statistic="note", text=note, format="text")


def quality_figures(analysis: FluidAnalysis, plan: Metabolism, where: dict[str, Any]) -> Iterator[Result]:
    """Metabolites measured and left out, by class; controls; components; trends; notes on batches."""
    prepared, at = analysis.fitted.prepared, {**where, "table": "metabolite_quality"}
    quality = prepared.quality
    yield from _classes(prepared, at)
    for name, reason in quality.filter(pl.col("left_out").is_not_null()).select("metabolite", "left_out").iter_rows():
        yield Result(**at, what=name, within="left out", statistic="reason", text=reason, format="text")
    variation = quality["variation"].drop_nulls()
    if variation.len():
        middle = float(np.median(variation.to_numpy()))
        yield Result(**at, what="pooled quality controls", statistic="median variation", value=middle, unit="%")
        within = float((variation <= plan.most_variation).sum())
        told = f"up to {plan.most_variation:g} %"
        yield Result(
            **at, what="pooled quality controls", statistic="metabolites within the limit", value=within, text=told,
            of=float(variation.len()), format="count",
        )  # fmt: skip
    else:
        why = "no pooled quality controls were measured, so the variation of the measurement is not judged"
        yield Result(**at, what="pooled quality controls", statistic="median variation", unit="%", warning=why)
    missing = float(np.isnan(prepared.values).mean()) if prepared.values.size else 0.0
    yield Result(**at, what="values analysed", statistic="missing", value=missing, format="proportion")
    for note in analysis.fitted.layout.notes:
        yield Result(**at, what="batches", statistic="note", text=note, format="text")
    correlation = analysis.fitted.model.correlation
    if correlation is not None:
        value = correlation.common
        yield Result(
            **at, what="all metabolites", statistic="correlation within people", value=value, method="moderated_model"
        )
    yield from _components(analysis, at)
    yield from _trends(analysis, at)


def _classes(prepared: Prepared, at: dict[str, Any]) -> Iterator[Result]:
    names = prepared.quality
    known = "main_class" in names.columns
    measured = Counter(names["main_class"].fill_null(NO_CLASS).to_list() if known else [NO_CLASS] * names.height)
    analysed = Counter(prepared.metabolites["main_class"].fill_null(NO_CLASS).to_list())
    for name in sorted(measured):
        of, value = float(measured[name]), float(analysed[name])
        yield Result(**at, what=name, within="classes", statistic="analysed", value=value, of=of, format="count")
    of, value = float(names.height), float(prepared.metabolites.height)
    yield Result(**at, what="all metabolites", statistic="analysed", value=value, of=of, format="count")


def _components(analysis: FluidAnalysis, at: dict[str, Any]) -> Iterator[Result]:
    found, prepared = analysis.components, analysis.fitted.prepared
    if found is None:
        why = "fewer than two metabolites have a value in every sample"
        yield Result(**at, what="principal components", statistic="share", format="proportion", warning=why)
        return
    groups = {
        "batch": prepared.batches,
        "visit": prepared.visits,
        "person": prepared.subjects,
        "cohort": prepared.cohorts,
    }
    for place, share in enumerate(found.shares.tolist()):
        what = f"principal component {place + 1}"
        yield Result(
            **at, what=what, statistic="share", value=share, format="proportion", method="principal_components",
            text=f"{found.metabolites} metabolites without missing values",
        )  # fmt: skip
        for group, labels in groups.items():
            explained = share_explained(found.scores[:, place], labels)
            if np.isfinite(explained):
                yield Result(
                    **at, what=what, statistic=f"share between levels of {group}", value=explained,
                    format="proportion", method="principal_components",
                )  # fmt: skip


def _trends(analysis: FluidAnalysis, at: dict[str, Any]) -> Iterator[Result]:
    trends, what = analysis.trends, "trend over the order of measurement"
    if trends is None:
        why = "the order of measurement is not known, or does not vary"
        yield Result(**at, what=what, statistic="metabolites with a trend", format="count", warning=why)
        return
    tested = float(np.isfinite(trends.p).sum())
    count = float((trends.adjusted_p < CALLED).sum())
    yield Result(
        **at, what=what, statistic="metabolites with a trend", value=count, of=tested, format="count",
        text=f"adjusted p below {CALLED:g}", method="benjamini_hochberg",
    )  # fmt: skip


def _samples(what: str, names: list[str], at: dict[str, Any]) -> Result:
    """A number of samples, with their identities."""
    records = tuple(f"samples:{name}" for name in names)
    return Result(**at, what=what, statistic="samples", value=float(len(names)), format="count", records=records)
