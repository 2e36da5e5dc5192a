"""How often the tests of classes err as users get them: quotients, their reference, the fit and the permutation in one.

Made-up trials (`moderated_trials`) become raw abundances whose samples are diluted differently, and go through what
`firstdose metabolites` does. The figures of many trials are kept (``calibration/class_procedure.json``), with those of
the first trials one by one, so that a test can compute these again. To compute everything again, which takes some
minutes: ``python -m firstdose.validation.class_calibration FILE``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import firstdose
from firstdose.analysis.metabolism.class_normalisation import classes_beside
from firstdose.analysis.metabolism.class_tests import ClassFit, class_fits
from firstdose.analysis.metabolism.modelling import fit
from firstdose.analysis.metabolism.preparing import prepare
from firstdose.analysis.metabolism.stable_quotients import class_basis
from firstdose.analysis.metabolism.whole import BASIS_SEED
from firstdose.methods._counts import FloatArray
from firstdose.protocol.metabolism import Metabolism
from firstdose.records.abundances import FEATURE_SCHEMA, SAMPLE_SCHEMA, Abundances
from firstdose.records.problems import Problems
from firstdose.validation.moderated_trials import (
    AFFECTED_CLASSES,
    PARAMETERS,
    PEOPLE_BY_DOSE,
    SEED,
    MadeUpTrial,
    Scenario,
    make_trial,
)

LEVEL = 0.05
VISITS = ("M0", "M3", "M12")
DILUTION_DEVIATION = 0.3  # of the log2 level of a sample, all metabolites alike
WITHOUT_NAME = ("other",)
"""Classes of the made-up trials whose names nobody knows; their metabolites have no class in the analysis."""
PLAN = Metabolism(visits=VISITS, rotations=99)
SINGLE_TRIALS = 3  # kept one by one


@dataclass(frozen=True)
class ClassScenario:
    """Made-up trials of a scenario, how many, and the classes whose names are not known.

    is_compared says that classes are also tested without normalisation and relative to all metabolites, batch_is_dose
    that the samples of each dose are a batch of measurement, which shifts all their visits alike.
    """

    name: str
    made: Scenario
    without_name: tuple[str, ...]
    trials: int
    is_compared: bool = False
    batch_is_dose: bool = False


SCENARIOS = (
    ClassScenario("null", Scenario("class_null", 10, slopes=False, missing=True), WITHOUT_NAME, 500),
    ClassScenario(
        "classes_rise", Scenario("class_rise", 11, slopes=True, missing=True), WITHOUT_NAME, 200, is_compared=True
    ),
    ClassScenario(
        "unknown_rise", Scenario("unknown_rise", 12, slopes=True, missing=True), (*WITHOUT_NAME, *AFFECTED_CLASSES), 300
    ),
    ClassScenario(
        "batch_is_dose",
        Scenario("batch_is_dose", 13, slopes=False, missing=True),
        WITHOUT_NAME,
        400,
        batch_is_dose=True,
    ),
)

TrialFigures = dict[str, dict[str, float]]


def load_calibration() -> dict[str, Any]:
    """The figures that are kept."""
    text = files("firstdose").joinpath("validation", "calibration", "class_procedure.json").read_text("utf-8")
    figures: dict[str, Any] = json.loads(text)
    return figures


def made_abundances(scenario: ClassScenario, number: int) -> Abundances:
    """One made-up trial as raw abundances of diluted samples; the same number gives the same abundances."""
    trial = make_trial(scenario.made, number)
    draw = np.random.default_rng([SEED, scenario.made.number, number, 1])
    logs = trial.response + draw.normal(0, DILUTION_DEVIATION, len(trial.person))[:, None]
    samples = _samples(trial)
    if scenario.batch_is_dose:
        doses, place = np.unique(samples["dose"].to_numpy(), return_inverse=True)
        logs += draw.normal(0, PARAMETERS["batch_deviation"], (len(doses), logs.shape[1]))[place]
        samples = samples.with_columns(batch=pl.format("D{}", "dose"))
    return Abundances(np.exp2(logs), samples, _features(trial, scenario), None, "raw", (), Problems(()))


def examine(scenario: ClassScenario, number: int) -> TrialFigures:
    """One trial: two-sided p by permutation and its adjusted value, and the slope, by class and visit ("tca M12").

    p_none and p_all_metabolites are p with values as measured and relative to all; `reference` counts the metabolites
    that samples are divided by.
    """
    (prepared,) = prepare(made_abundances(scenario, number), PLAN)
    fitted = fit(prepared, PLAN)
    basis = class_basis(fitted, PLAN, number + BASIS_SEED)
    beside = classes_beside(fitted, basis, PLAN, number) if scenario.is_compared else ()
    found = class_fits(basis.fitted, PLAN, number)
    tested = {_key(each): each for each in found if each.permutation is not None}
    return {
        "p": _p_of(found),
        **{f"p_{each.name}": _p_of(each.classes) for each in beside},
        "adjusted_p": {name: each.adjusted_p for name, each in tested.items()},
        "slope": {name: each.slope for name, each in tested.items()},
        "reference": {"metabolites": float(basis.reference)},
    }


def _p_of(found: Sequence[ClassFit]) -> dict[str, float]:
    return {_key(each): each.permutation.p_doubled for each in found if each.permutation}


def _key(found: ClassFit) -> str:
    return f"{found.name} {found.term.visit}"


def calibrate(scenario: ClassScenario) -> dict[str, Any]:
    """Shares of classes called, of those without a slope and of each with one, and the first trials.

    Errors are those of means over trials, since the classes of one trial share their reference.
    """
    every = [examine(scenario, number) for number in range(scenario.trials)]
    names = list(every[0]["p"])
    affected = AFFECTED_CLASSES if scenario.made.slopes else ()
    null = [name for name in names if name.split()[0] not in affected]
    figures: dict[str, Any] = {"trials": scenario.trials}
    for what in (each for each in every[0] if each not in ("slope", "reference")):
        called = np.array([[each[what][name] <= LEVEL + 1e-9 for name in names] for each in every], dtype=np.float64)
        is_null = np.isin(names, null)
        figures[what] = {
            "null_classes": _share(np.asarray(called[:, is_null].mean(axis=1))),
            "any_null_class": _share(np.asarray(called[:, is_null].max(axis=1))),
            **{name: _share(column) for name, column in zip(names, called.T, strict=True)},
        }
    sizes = np.array([each["reference"]["metabolites"] for each in every])
    figures["reference"] = {"mean": _short(sizes.mean()), "not_normalised": _short((sizes == 0).mean())}
    return {**figures, "first_trials": every[:SINGLE_TRIALS]}


def calibration() -> dict[str, Any]:
    """The whole document."""
    meta = {
        "version": firstdose.__version__,
        "seed": SEED,
        "level": LEVEL,
        "permutations": PLAN.permutations,
        "dilution_deviation": DILUTION_DEVIATION,
        "parameters": PARAMETERS,
    }
    return {"meta": meta, "scenarios": {each.name: calibrate(each) for each in SCENARIOS}}


def _samples(trial: MadeUpTrial) -> pl.DataFrame:
    doses = np.repeat(list(PEOPLE_BY_DOSE), list(PEOPLE_BY_DOSE.values()))
    visits = np.tile(VISITS, len(doses))
    names = [f"P{person:02}-{visit}" for person, visit in zip(trial.person, visits, strict=True)]
    columns = {
        "sample": names,
        "label": names,
        "subject": [f"P{person:02}" for person in trial.person],
        "visit": visits.tolist(),
        "dose": doses[trial.person],
        "batch": [f"B{batch:g}" for batch in trial.design.fixed[:, 1]],
        "run_order": [None] * len(names),
        "fluid": ["cerebrospinal_fluid"] * len(names),
        "kind": ["study"] * len(names),
    }
    return pl.DataFrame(columns, schema=SAMPLE_SCHEMA)


def _features(trial: MadeUpTrial, scenario: ClassScenario) -> pl.DataFrame:
    class_of = {place: name for name, places in trial.classes.items() for place in places}
    known = [None if class_of[place] in scenario.without_name else class_of[place] for place in sorted(class_of)]
    names = [f"m{place:03}" for place in range(len(known))]
    features = pl.DataFrame(dict.fromkeys(FEATURE_SCHEMA, names))
    return features.with_columns(pl.Series("main_class", known, dtype=pl.String))


def _share(by_trial: FloatArray) -> dict[str, float]:
    """Mean over trials with its standard error."""
    error = by_trial.std(ddof=1) / np.sqrt(len(by_trial))
    return {"mean": _short(float(by_trial.mean())), "error": _short(float(error))}


def _short(number: float) -> float:
    return float(f"{number:.6g}")


def main(arguments: Iterable[str]) -> None:
    """Write the document into the file named."""
    (path,) = arguments
    Path(path).write_text(json.dumps(calibration(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
