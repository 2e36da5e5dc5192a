"""TITE-CRM against titecrm of dfcrm 0.2-2.1, TITE-BOIN against simFastBOIN's tables; the calls stand in the files."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from firstdose.designs.design import Frame
from firstdose.designs.in_time import Waiting
from firstdose.designs.states import Seen
from firstdose.designs.tite_boin import TiteBoin
from firstdose.designs.tite_crm import TiteCrm
from firstdose.methods.partial_follow_up import partial_moments, partial_rates
from firstdose.methods.power_model import OneParameterPosterior
from tests.reference.escalation_figures import figures_in_time

CRM = figures_in_time("titecrm_estimates")["datasets"]
TABLES = figures_in_time("tite_boin_decision_tables")["tables"]
LEVELS = 5


def people(data: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Participants and DLTs by level of those whose outcome is known, and level and weight of the others."""
    level, toxic = (np.atleast_1d(data[key]).astype(int) for key in ("level", "tox"))
    weight = np.atleast_1d(np.asarray(data["weights"], dtype=float))
    known, levels = (toxic == 1) | (weight >= 1), len(data["prior"])
    participants = np.bincount(level[known] - 1, minlength=levels)
    dlts = np.bincount(level[toxic == 1] - 1, minlength=levels)
    return participants, dlts, level[~known][None, :], weight[~known][None, :]


@pytest.mark.parametrize("index", range(len(CRM)))
def test_estimates_are_those_of_titecrm(index: int) -> None:
    data = CRM[index]
    posterior = OneParameterPosterior(data["model"], tuple(data["prior"]), data["scale"] ** 2, data["intcpt"])
    mean, variance = partial_moments(posterior, *people(data))
    assert mean[0] == pytest.approx(data["estimate"], abs=1e-6)
    assert variance[0] == pytest.approx(data["post_var"], rel=1e-5)
    assert partial_rates(posterior, *people(data))[0] == pytest.approx(data["ptox"], abs=1e-6)


@pytest.mark.parametrize("index", [index for index, data in enumerate(CRM) if data["scheme"] != "adaptive"])
def test_the_level_closest_to_the_target_is_that_of_titecrm(index: int) -> None:
    data = CRM[index]
    participants, dlts, level, weight = people(data)
    frame = Frame(tuple(range(1, len(participants) + 1)), "mg", data["target"], 1, 60)
    design = TiteCrm(
        frame=frame,
        model=data["model"],
        skeleton=tuple(data["prior"]),
        prior_variance=data["scale"] ** 2,
        intercept=data["intcpt"],
        restrict=False,
    )
    everyone = participants + np.bincount(level[0] - 1, minlength=len(participants))
    one = np.array([1])
    seen = Seen(everyone[None], dlts[None], one, one, 0 * one, np.array([frame.levels]), np.zeros((1, 0), dtype=int))
    step, suspended = design.next_step_in_time(seen, Waiting(level, weight))
    assert int(step.level[0]) == data["mtd"]
    assert not suspended[0]


def decided(table: dict[str, Any], cases: list[tuple[dict[str, Any], float]]) -> list[str]:
    """What the design does at level 3 of 5 with so much follow-up in all, in the letters of the tables."""
    frame = Frame(tuple(range(1, LEVELS + 1)), "mg", table["target"], 3, 100)
    design = TiteBoin(
        frame=frame,
        estimate="effective_sample_size" if table["method"] == "ess" else "imputation",
        most_pending=table["max_pending_ratio"],
        fewest_completed=table["min_completed"],
    )
    participants, dlts = (np.zeros((len(cases), LEVELS), dtype=np.int16) for _ in range(2))
    participants[:, 2], dlts[:, 2] = [row["n"] for row, _ in cases], [row["n_tox"] for row, _ in cases]
    three = np.full(len(cases), 3)
    seen = Seen(participants, dlts, three, three, 0 * three, three + 2, np.zeros((len(cases), 0), dtype=int))
    pending = np.array([row["n_pending"] for row, _ in cases])
    waits = np.arange(pending.max()) < pending[:, None]
    share = np.array([follow_up for _, follow_up in cases]) / np.maximum(pending, 1)
    step, suspended = design.next_step_in_time(seen, Waiting(np.where(waits, 3, 0), np.where(waits, share[:, None], 0)))
    letters = np.array(["", "", "D", "S", "E"])[step.level]
    found: list[str] = np.where(step.highest < 3, "DE", np.where(suspended, "SUS", letters)).tolist()
    return found


def expected(table: dict[str, Any], row: dict[str, Any], follow_up: float) -> str:
    """What the table says for so much follow-up in all."""
    statistic = follow_up + (row["n"] - row["n_pending"] if table["method"] == "ess" else 0)
    decision = str(row["decision"])
    if "/" not in decision:
        return decision
    if "esc_bound" in row and statistic >= row["esc_bound"]:
        return "E"
    return "D" if "deesc_bound" in row and statistic <= row["deesc_bound"] else "S"


@pytest.mark.parametrize("index", range(len(TABLES)))
def test_decisions_are_those_of_the_tables(index: int) -> None:
    table, cases = TABLES[index], []
    for row in table["rows"]:
        pending = row["n_pending"]
        done = row["n"] - pending if table["method"] == "ess" else 0
        at_bounds = [row[key] - done for key in ("esc_bound", "deesc_bound") if key in row]
        follow_ups = {share * pending for share in (0.0, 0.3, 0.6, 0.9, 1.0)}
        follow_ups |= {min(max(bound + side, 0.0), pending) for bound in at_bounds for side in (-1e-6, 1e-6)}
        cases += [(row, follow_up) for follow_up in sorted(follow_ups)]
    assert len(cases) > 1500
    assert decided(table, cases) == [expected(table, *case) for case in cases]
