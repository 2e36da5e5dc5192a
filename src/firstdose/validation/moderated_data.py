"""The data behind the reference figures of moderated models, and the models fitted to them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from firstdose.methods._counts import FloatArray
from firstdose.methods.linear_fits import fit_linear, fit_within_people
from firstdose.methods.moderated_model import ModeratedModel, Moderation, moderated
from firstdose.methods.response_matrix import ResponseMatrix, arrange
from firstdose.validation.comparison import load_figures

DATA_FILE = "biomarkers/data.json.gz"
CORRELATION_FILE = "biomarkers/within_person_correlation.json"


@dataclass(frozen=True, eq=False)
class ReferenceData:
    """Response (N, G), design (N, p), person (N,), names of the metabolites, and classes as places of metabolites."""

    response: FloatArray
    design: FloatArray
    person: tuple[str, ...]
    metabolites: tuple[str, ...]
    classes: dict[str, list[int]]


@cache
def reference_data(name: str) -> ReferenceData:
    """One of the data sets: sim, sim_na (the same with values missing) or st48."""
    row = _row(load_figures(DATA_FILE)["datasets"], "name", name)
    if "same_as" in row:
        whole = reference_data(row["same_as"])
        response = whole.response.copy()
        metabolite, sample = np.transpose(row["missing"])
        response[sample, metabolite] = np.nan
        return ReferenceData(response, whole.design, whole.person, whole.metabolites, whole.classes)
    response = np.array(row["response" if "response" in row else "log2_abundance"], dtype=np.float64).T
    design = np.array(row["design"], dtype=np.float64)
    return ReferenceData(response, design, tuple(row["person"]), tuple(row["metabolites"]), row["classes"])


@cache
def arranged(name: str) -> ResponseMatrix:
    """The responses of a data set, sorted by person."""
    data = reference_data(name)
    return arrange(data.response, data.design, data.person)


@cache
def model(name: str, kind: str, moderation: Moderation = "plain") -> ModeratedModel:
    """A model of a data set: ordinary, within_people, or common_correlation with the reference's own correlation."""
    if kind == "within_people":
        return moderated(fit_within_people(arranged(name)), moderation)
    consensus = _row(load_figures(CORRELATION_FILE)["datasets"], "dataset", name)["consensus"]
    return moderated(fit_linear(arranged(name), consensus if kind == "common_correlation" else 0.0), moderation)


def _row(rows: list[dict[str, Any]], key: str, value: str) -> dict[str, Any]:
    return next(row for row in rows if row[key] == value)
