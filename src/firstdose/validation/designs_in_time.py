"""Designs that decide while windows are open: TITE-CRM against dfcrm, TITE-BOIN against simFastBOIN's tables."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.in_time import Waiting
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Seen
from firstdose.designs.tite_boin import TiteBoin
from firstdose.designs.tite_crm import TiteCrm
from firstdose.methods.partial_follow_up import partial_moments
from firstdose.validation.comparison import Comparison, Figures, Tally
from firstdose.validation.rules import rule_of

LEVELS_OF_TABLES, LEVEL_ASKED = 5, 3
SIDE_OF_A_BOUND = 1e-6
SIMFASTBOIN = "simFastBOIN, development version of November 2026; bounds of BOIN 2.7.2"


def _crm(row: dict[str, Any]) -> TiteCrm:
    settings = {
        "model": row["model"],
        "intercept": row["intcpt"],
        "restrict": False,
        "skeleton": row["prior"],
        "prior_variance": row["scale"] ** 2,
    }
    design = rule_of("tite_crm", len(row["prior"]), target=row["target"], cohort_size=1, settings=settings).design
    assert isinstance(design, TiteCrm)
    return design


def _seen(row: dict[str, Any]) -> tuple[Seen, Waiting]:
    """The participants of a row: everyone treated with their DLTs, and who waits with the weight of the follow-up."""
    level, toxic, weight = (np.asarray(row[key]) for key in ("level", "tox", "weights"))
    levels, waits = len(row["prior"]), (toxic == 0) & (weight < 1)
    participants, dlts = (np.bincount(part - 1, minlength=levels)[None] for part in (level, level[toxic == 1]))
    one = np.ones(1, dtype=np.int64)
    seen = Seen(participants, dlts, one, one, 0 * one, levels * one, np.zeros((1, 0), dtype=np.int64))
    return seen, Waiting(level[waits][None], weight[waits][None].astype(np.float64))


def compare_titecrm_estimates(figures: Figures, tally: Tally) -> str:
    """The posterior mean, the DLT rates at it, and the level that an unrestricted rule treats next."""
    for number, row in enumerate(figures["datasets"], start=1):
        design, place = _crm(row), f"{row['model']}, {row['scheme']}, data set {number}"
        seen, waiting = _seen(row)
        tally.close(f"{place}, mean", _moments(design, seen, waiting)[0], [row["estimate"]])
        tally.close(f"{place}, rates", design.estimates_in_time(seen, waiting)[0], row["ptox"])
        tally.equal(f"{place}, level", int(design.next_step_in_time(seen, waiting)[0].level[0]), row["mtd"])
    return "adaptive weights are taken over from dfcrm as shares of the window"


def compare_titecrm_variances(figures: Figures, tally: Tally) -> str:
    """The posterior variance."""
    for number, row in enumerate(figures["datasets"], start=1):
        found = _moments(_crm(row), *_seen(row))[1]
        tally.close_relative(f"{row['model']}, {row['scheme']}, data set {number}", found, [row["post_var"]])
    return ""


def _moments(design: TiteCrm, seen: Seen, waiting: Waiting) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    known = seen.participants - waiting.at_each(design.frame.levels)
    return partial_moments(design.posterior, known, seen.dlts, waiting.level, waiting.followed)


def boin_in_time(row: dict[str, Any], levels: int, most: int) -> EscalationRule:
    """TITE-BOIN with the settings of a table or a row of figures."""
    settings = {
        "estimate": "effective_sample_size" if row["method"] == "ess" else "imputation",
        "most_pending": row["max_pending_ratio"],
        "fewest_completed": row["min_completed"],
    }
    return rule_of("tite_boin", levels, target=row["target"], max_participants=most, settings=settings)


def compare_decision_tables(figures: Figures, tally: Tally) -> str:
    """Every row of the tables at several lengths of follow-up and on both sides of its bounds."""
    for table in figures["tables"]:
        cases = [(row, total) for row in table["rows"] for total in _follow_ups(table, row)]
        for (row, total), found in zip(cases, _decided(table, cases), strict=True):
            counts = f"{row['n_tox']} of {row['n']} with a DLT, {row['n_pending']} pending, followed {total:.3g}"
            place = f"{table['method']}, target {table['target']:g}, {counts}"
            tally.equal(place, found, _in_the_table(table, row, total))
    return ""


def _follow_ups(table: dict[str, Any], row: dict[str, Any]) -> list[float]:
    """Sums of the shares of the pending windows that are over, at which a row is looked at."""
    pending = row["n_pending"]
    bounds = [row[key] - _completed(table, row) for key in ("esc_bound", "deesc_bound") if row.get(key) is not None]
    found = {share * pending for share in (0.0, 0.3, 0.6, 0.9, 1.0)}
    found |= {min(max(bound + side, 0.0), pending) for bound in bounds for side in (-SIDE_OF_A_BOUND, SIDE_OF_A_BOUND)}
    return sorted(found)


def _completed(table: dict[str, Any], row: dict[str, Any]) -> int:
    """What the table's statistic holds beside the follow-up of those who wait."""
    return int(row["n"] - row["n_pending"]) if table["method"] == "ess" else 0


def _in_the_table(table: dict[str, Any], row: dict[str, Any], total: float) -> str:
    decision = str(row["decision"])
    if "/" not in decision:
        return decision
    statistic = total + _completed(table, row)
    if row.get("esc_bound") is not None and statistic >= row["esc_bound"]:
        return "E"
    return "D" if row.get("deesc_bound") is not None and statistic <= row["deesc_bound"] else "S"


def _decided(table: dict[str, Any], cases: list[tuple[dict[str, Any], float]]) -> list[str]:
    """What the design does at level 3 of 5, in the letters of the tables."""
    design = boin_in_time(table, LEVELS_OF_TABLES, max(row["n"] for row, _ in cases)).design
    assert isinstance(design, TiteBoin)
    participants, dlts = (np.zeros((len(cases), LEVELS_OF_TABLES), dtype=np.int16) for _ in range(2))
    participants[:, LEVEL_ASKED - 1] = [row["n"] for row, _ in cases]
    dlts[:, LEVEL_ASKED - 1] = [row["n_tox"] for row, _ in cases]
    asked, pending = np.full(len(cases), LEVEL_ASKED), np.array([row["n_pending"] for row, _ in cases])
    highest, nothing = np.full(len(cases), LEVELS_OF_TABLES), np.zeros((len(cases), 0), dtype=np.int16)
    seen = Seen(participants, dlts, asked, asked, 0 * asked, highest, nothing)
    waits = np.arange(pending.max()) < pending[:, None]
    share = np.array([total for _, total in cases]) / np.maximum(pending, 1)
    waiting = Waiting(np.where(waits, LEVEL_ASKED, 0), np.where(waits, share[:, None], 0.0))
    step, suspended = design.next_step_in_time(seen, waiting)
    letters = np.where(step.level > LEVEL_ASKED, "E", np.where(step.level < LEVEL_ASKED, "D", "S"))
    eliminated = step.highest < LEVEL_ASKED
    return [str(letter) for letter in np.where(eliminated, "DE", np.where(suspended, "SUS", letters))]


COMPARISONS = (
    Comparison(
        "titecrm_estimates",
        "TITE-CRM, empiric and logistic: posterior mean, DLT rates at it, level closest to the target",
        "escalation/titecrm_estimates.json",
        compare_titecrm_estimates,
        1e-6,
        "absolute",
    ),
    Comparison(
        "titecrm_variances",
        "TITE-CRM, empiric and logistic: posterior variance",
        "escalation/titecrm_estimates.json",
        compare_titecrm_variances,
        1e-5,
        "relative",
    ),
    Comparison(
        "tite_boin_decisions",
        "TITE-BOIN by imputation and by effective sample size: decision tables",
        "escalation/tite_boin_decision_tables.json",
        compare_decision_tables,
        made_by=SIMFASTBOIN,
    ),
)
