"""Operating characteristics: exact figures against other software's simulated trials."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from firstdose.simulation.figures import ScenarioFigures
from firstdose.validation.comparison import Comparison, Figures, Tally
from firstdose.validation.operating_characteristics import boin_rule, crm_rule, fractions, three_plus_three_rule
from firstdose.validation.rules import exact_figures

STANDARD_ERRORS = 4.0


def _spread(distribution: dict[int, float]) -> float:
    """The standard deviation of a count."""
    counts, chances = np.array(list(distribution)), np.array(list(distribution.values()))
    mean = float(counts @ chances)
    return float(np.sqrt(chances @ (counts - mean) ** 2))


def _hold_simulated(
    tally: Tally, place: str, ours: ScenarioFigures, trials: int, simulated: dict[str, ArrayLike]
) -> None:
    """Compare with the figures of so many simulated trials; standard errors come from the exact distributions."""
    chances = {"selected": ours.selected, "none selected": [ours.none_selected]}
    means = {
        "participants": (ours.mean_participants, ours.participants_distribution),
        "DLTs": (ours.mean_dlts, ours.dlts_distribution),
        "all participants": ([ours.mean_total_participants], [ours.size_distribution]),
        "all DLTs": ([ours.mean_total_dlts], [ours.dlt_distribution]),
    }
    for name, figures in simulated.items():
        if name in chances:
            exact = np.array(chances[name])
            spread = np.sqrt(exact * (1 - exact))
        else:
            exact = np.array(means[name][0])
            spread = np.array([_spread(distribution) for distribution in means[name][1]])
        tally.within_errors(f"{place}, {name}", exact, np.atleast_1d(figures), spread / np.sqrt(trials))


def compare_boin_simulated(figures: Figures, tally: Tally) -> str:
    """BOIN in 50,000 simulated trials a scenario, with extra safety, single participants and titration among them."""
    for row in figures["scenarios"]:
        args = row["args"]
        ours = exact_figures(boin_rule(args, len(args["p_true"])), args["p_true"])
        simulated = {
            "selected": fractions(row["selpercent"]),
            "none selected": fractions(row["percentstop"]),
            "participants": row["npatients"],
            "DLTs": row["ntox"],
            "all participants": row["totaln"],
            "all DLTs": row["totaltox"],
        }
        _hold_simulated(tally, row["name"], ours, args["ntrial"], simulated)
    return ""


def compare_crm_simulated(figures: Figures, tally: Tally) -> str:
    """The CRM in 5,000 or 10,000 simulated trials a scenario."""
    for row in figures["scenarios"]:
        simulated = {
            "selected": row["MTD"],
            "participants": row["patients_per_dose"],
            "DLTs": row["tox_per_dose"],
        }
        _hold_simulated(tally, row["name"], exact_figures(crm_rule(row), row["PI"]), row["nsim"], simulated)
    return ""


def compare_three_plus_three_simulated(figures: Figures, tally: Tally) -> str:
    """The 3+3 in 20,000 simulated trials a scenario."""
    for row in figures["scenarios"]:
        simulated = {
            "selected": fractions(row["recommendation_pct"]),
            "none selected": fractions(row["no_recommendation_pct"]),
            "participants": row["mean_npt"],
            "DLTs": row["mean_ndlt"],
        }
        ours = exact_figures(three_plus_three_rule(row), row["true_prob_tox"])
        _hold_simulated(tally, str(row["true_prob_tox"]), ours, row["nsim"], simulated)
    return ""


COMPARISONS = (
    Comparison(
        "boin_simulated",
        "BOIN: exact figures against 50,000 simulated trials a scenario",
        "escalation/boin_simulated_oc.json",
        compare_boin_simulated,
        STANDARD_ERRORS,
        "standard errors",
    ),
    Comparison(
        "crm_simulated",
        "CRM: exact figures against 5,000 or 10,000 simulated trials a scenario",
        "escalation/crm_simulated_oc.json",
        compare_crm_simulated,
        STANDARD_ERRORS,
        "standard errors",
    ),
    Comparison(
        "three_plus_three_simulated",
        "3+3, previous: exact figures against 20,000 simulated trials a scenario",
        "escalation/three_plus_three_simulated_oc.json",
        compare_three_plus_three_simulated,
        STANDARD_ERRORS,
        "standard errors",
    ),
)
