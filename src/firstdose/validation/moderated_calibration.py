"""How often the moderated tests err on made-up trials, and how often they find what is there.

The figures of many trials are kept beside this package (``calibration/moderated_model.json``), with those of the first
trials one by one, so that a test can compute these again. To compute everything again, which takes some minutes:
``python -m firstdose.validation.moderated_calibration FILE``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

import firstdose
from firstdose.methods._counts import BoolArray, FloatArray
from firstdose.methods.class_permutation import permute_doses
from firstdose.methods.false_discovery import benjamini_hochberg
from firstdose.methods.moderated_model import fit_moderated_model, fit_moderated_within_people, unit_contrast
from firstdose.methods.person_changes import changes_from_baseline
from firstdose.methods.rotation import closed_form
from firstdose.validation.moderated_trials import (
    CLASSES,
    PARAMETERS,
    SCENARIOS,
    SEED,
    VISITS,
    MadeUpTrial,
    Scenario,
    make_trial,
)

LEVEL = 0.05
PERMUTATIONS = 199
TRIALS = {"null": 2000, "dose_slopes": 500, "null_missing": 500}
SINGLE_TRIALS = 4  # kept one by one
TESTED = VISITS - 1  # among the columns with dose: the change of the slope at the last visit

TrialFigures = dict[str, dict[str, float]]


def load_calibration() -> dict[str, Any]:
    """The figures that are kept."""
    text = files("firstdose").joinpath("validation", "calibration", "moderated_model.json").read_text("utf-8")
    figures: dict[str, Any] = json.loads(text)
    return figures


def examine(scenario: Scenario, number: int) -> TrialFigures:
    """One trial: for each way to test metabolites, shares of errors and findings; for each class test, its p values.

    type1 is the share of unaffected metabolites with p at most 5 %; false_share that of false discoveries among
    those of Benjamini and Hochberg at 5 %, and any_false whether there was one; power the share of those affected that
    were discovered.
    """
    trial = make_trial(scenario, number)
    found = {name: _shares(p, trial.affected) for name, p in _metabolite_tests(trial).items()}
    design, columns = trial.design, trial.design.matrix.shape[1]
    model = fit_moderated_model(trial.response, design.matrix, trial.person)
    tests = permute_doses(
        trial.response, design, trial.person, TESTED, trial.classes, seed=number, permutations=PERMUTATIONS, model=model
    )
    found["class_permutation"] = {name: test.p_distance for name, test in tests.items()}
    if not scenario.missing:
        rotated = closed_form(model, unit_contrast(columns, columns - 1), trial.classes)
        found["class_rotation_closed_form"] = {name: test.p for name, test in rotated.items()}
    return found


def calibrate(scenario: Scenario, trials: int) -> dict[str, Any]:
    """Means over trials with their standard errors, shares of class tests with p at most 5 %, and the first trials."""
    every = [examine(scenario, number) for number in range(trials)]
    metabolites: dict[str, Any] = {}
    classes: dict[str, Any] = {}
    for test in every[0]:
        rows = np.array([list(figures[test].values()) for figures in every])
        if test.startswith("class_"):
            rows = (rows <= LEVEL + 1e-9).astype(np.float64)
        errors = rows.std(axis=0, ddof=1) / np.sqrt(trials)
        pairs = {
            name: {"mean": _short(mean), "error": _short(error)}
            for name, mean, error in zip(every[0][test], rows.mean(axis=0), errors, strict=True)
        }
        (classes if test.startswith("class_") else metabolites)[test] = pairs
    return {
        "trials": trials,
        "metabolites": metabolites,
        "classes": classes,
        "first_trials": every[:SINGLE_TRIALS],
    }


def calibration() -> dict[str, Any]:
    """The whole document."""
    meta = {
        "version": firstdose.__version__,
        "seed": SEED,
        "level": LEVEL,
        "permutations": PERMUTATIONS,
        "parameters": PARAMETERS,
        "classes": CLASSES,
    }
    return {"meta": meta, "scenarios": {each.name: calibrate(each, TRIALS[each.name]) for each in SCENARIOS}}


def _metabolite_tests(trial: MadeUpTrial) -> dict[str, FloatArray]:
    """Probabilities (G,) of the change of the dose slope at the last visit, by each kind of fit."""
    response, person, design = trial.response, trial.person, trial.design.matrix
    contrast = unit_contrast(design.shape[1], design.shape[1] - 1)
    common = fit_moderated_model(response, design, person)
    changes = changes_from_baseline(response, design, person, trial.first_visit)
    change = unit_contrast(len(changes.columns), changes.columns.index(design.shape[1] - 1))
    return {
        "ordinary": fit_moderated_model(response, design, person, correlation=0.0).test(contrast).p,
        "common_correlation": common.test(contrast).p,
        "common_correlation_trend_robust": fit_moderated_model(
            response, design, person, correlation=common.fits.correlation, moderation="trend-robust"
        )
        .test(contrast)
        .p,
        "changes_from_baseline": fit_moderated_model(changes.response, changes.design, changes.person).test(change).p,
        "within_people": fit_moderated_within_people(response, design, person).test(contrast).p,
    }


def _shares(p: FloatArray, affected: BoolArray) -> dict[str, float]:
    discovered = benjamini_hochberg(p) <= LEVEL
    false = int((discovered & ~affected).sum())
    return {
        "type1": float((p[~affected] <= LEVEL).mean()),
        "false_share": false / max(int(discovered.sum()), 1),
        "any_false": float(false > 0),
        "power": float(discovered[affected].mean()) if affected.any() else 0.0,
    }


def _short(number: float) -> float:
    return float(f"{number:.6g}")


def main(arguments: Iterable[str]) -> None:
    """Write the document into the file named."""
    (path,) = arguments
    Path(path).write_text(json.dumps(calibration(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
