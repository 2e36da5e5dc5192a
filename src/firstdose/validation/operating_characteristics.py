"""Operating characteristics: exact figures against exact ones of other software."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstdose.designs.rule import EscalationRule
from firstdose.validation.comparison import Comparison, Figures, Tally
from firstdose.validation.rules import exact_figures, rule_of
from firstdose.validation.three_plus_three import rule_with

EXACT = 1e-9
VARIANTS = {"previous": "previous", "expand": "confirm_six"}


def boin_rule(row: dict[str, Any], levels: int) -> EscalationRule:
    """BOIN with the settings of a row of figures."""
    settings = {
        "p_saf": row["p_saf"],
        "p_tox": row["p_tox"],
        "elimination_certainty": row["cutoff_eli"],
        "extra_safe": row["extrasafe"],
        "offset": row.get("offset", 0.05),
        "bound_mtd": row.get("boundMTD", False),
        "titration": row.get("titration", False),
    }
    return rule_of(
        "boin",
        levels,
        target=row["target"],
        cohort_size=row["cohortsize"],
        max_participants=row["ncohort"] * row["cohortsize"],
        start_level=row["startdose"],
        settings=settings,
    )


def crm_rule(row: dict[str, Any]) -> EscalationRule:
    """The CRM with the settings of a row of figures."""
    settings = {
        "model": row.get("model", "empiric"),
        "skeleton": row["prior"],
        "restrict": row.get("restrict", True),
    }
    return rule_of(
        "crm",
        len(row["prior"]),
        target=row["target"],
        cohort_size=row["mcohort"],
        max_participants=row["n"],
        start_level=row.get("x0", 1),
        settings=settings,
    )


def three_plus_three_rule(row: dict[str, Any]) -> EscalationRule:
    """The 3+3 in the variant that a row of figures names."""
    levels = len(row["true_prob_tox"])
    variant = VARIANTS[row.get("mtd_rule", "previous")]
    return rule_of(
        "three_plus_three",
        levels,
        max_participants=6 * levels,
        start_level=row.get("start_dose", 1),
        settings={"variant": variant},
    )


def fractions(percentages: ArrayLike) -> NDArray[np.float64]:
    """Percentages as fractions."""
    return np.asarray(percentages, dtype=np.float64) / 100.0


def compare_boin_exact(figures: Figures, tally: Tally) -> str:
    """Selection, stopping, participants and DLTs of BOIN."""
    for row in figures["scenarios"]:
        ours = exact_figures(boin_rule(row, len(row["true_prob_tox"])), row["true_prob_tox"])
        place = f"{row['true_prob_tox']}, {row['ncohort']} cohorts of {row['cohortsize']}"
        tally.close(f"{place}, selected", ours.selected, fractions(row["selpercent"]))
        tally.close(f"{place}, none selected", ours.none_selected, fractions(row["percentstop"]))
        tally.close(f"{place}, participants", ours.mean_participants, row["npatients"])
        tally.close(f"{place}, DLTs", ours.mean_dlts, row["ntox"])
        tally.close(f"{place}, all participants", ours.mean_total_participants, row["totaln"])
    return ""


def compare_crm_exact(figures: Figures, tally: Tally) -> str:
    """Selection and participants of the CRM."""
    for row in figures["scenarios"]:
        ours = exact_figures(crm_rule(row), row["PI"])
        tally.close(f"{row['PI']}, selected", ours.selected, row["MTD"])
        tally.close(f"{row['PI']}, participants", ours.mean_participants, row["patients_per_dose"])
    return ""


def compare_three_plus_three_exact(figures: Figures, tally: Tally) -> str:
    """Selection, participants and DLTs of the 3+3 in two variants."""
    for row in figures["scenarios"]:
        ours = exact_figures(three_plus_three_rule(row), row["true_prob_tox"])
        place = f"{row['mtd_rule']}, {row['true_prob_tox']} from level {row['start_dose']}"
        tally.close(f"{place}, selected", ours.selected, fractions(row["sel_percent"]))
        tally.close(f"{place}, none selected", ours.none_selected, fractions(row["percent_no_mtd"]))
        tally.close(f"{place}, participants", ours.mean_participants, row["n_pts_dose"])
        tally.close(f"{place}, DLTs", ours.mean_dlts, row["n_tox_dose"])
        tally.close(f"{place}, all participants", ours.mean_total_participants, row["total_n"])
        tally.close(f"{place}, all DLTs", ours.mean_total_dlts, row["total_tox"])
    return ""


def compare_three_plus_three_paths(figures: Figures, tally: Tally) -> str:
    """Selection, participants and DLTs of the 3+3 with and without de-escalation."""
    for row in figures["exact_oc"]:
        ours = exact_figures(rule_with(allow_deescalate=row["allow_deescalate"]), row["true_prob_tox"])
        variant = "with" if row["allow_deescalate"] else "without"
        place = f"{row['true_prob_tox']} {variant} de-escalation"
        tally.close(f"{place}, recommended", [ours.none_selected, *ours.selected], row["prob_recommend"])
        tally.close(f"{place}, participants", ours.mean_participants, row["expected_n_at_dose"])
        tally.close(f"{place}, DLTs", ours.mean_dlts, row["expected_tox_at_dose"])
        tally.close(f"{place}, all participants", ours.mean_total_participants, row["expected_n"])
    return ""


COMPARISONS = (
    Comparison(
        "boin_exact",
        "BOIN: exact operating characteristics",
        "escalation/boin_exact_oc.json",
        compare_boin_exact,
        EXACT,
        "absolute",
    ),
    Comparison(
        "crm_exact",
        "CRM: exact operating characteristics",
        "escalation/crm_exact_oc.json",
        compare_crm_exact,
        EXACT,
        "absolute",
    ),
    Comparison(
        "three_plus_three_exact",
        "3+3, previous and confirm_six: exact operating characteristics",
        "escalation/three_plus_three_exact_oc.json",
        compare_three_plus_three_exact,
        EXACT,
        "absolute",
    ),
    Comparison(
        "three_plus_three_paths",
        "3+3, previous and step_down: exact operating characteristics",
        "escalation/three_plus_three_paths.json",
        compare_three_plus_three_paths,
        EXACT,
        "absolute",
    ),
)
