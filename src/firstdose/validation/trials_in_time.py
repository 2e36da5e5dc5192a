"""Trials in time: TITE-BOIN against simFastBOIN's trials; rules whose windows close at once against exact figures."""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from firstdose.designs.boin import Boin
from firstdose.designs.crm import Crm
from firstdose.designs.rule import EscalationRule
from firstdose.designs.tite_boin import TiteBoin
from firstdose.designs.tite_crm import TiteCrm
from firstdose.simulation.calendar import Calendar, Site, TimedCharacteristics, characteristics_in_time
from firstdose.simulation.scenarios import listed
from firstdose.validation.comparison import Comparison, Figures, Tally
from firstdose.validation.designs_in_time import SIMFASTBOIN, boin_in_time
from firstdose.validation.operating_characteristics import boin_rule, crm_rule, fractions, three_plus_three_rule
from firstdose.validation.rules import rule_of

TRIALS, SEED = 10_000, 20_261_123
STANDARD_ERRORS = 4.0
INSTANT = Calendar(window_days=0, sites=(Site(30.0),))


@lru_cache(maxsize=64)
def _simulated(rule: EscalationRule, calendar: Calendar, truth: tuple[float, ...]) -> TimedCharacteristics:
    scenarios = listed([list(truth)], len(truth))
    return characteristics_in_time(rule, calendar, scenarios, trials=TRIALS, seed=SEED, distributions=False)


def compare_tite_boin_simulated(figures: Figures, tally: Tally) -> str:
    """Selection, participants, DLTs, suspensions and duration, in standard errors of both simulations together."""
    for row in figures["scenarios"]:
        truth, size = tuple(row["true_prob_tox"]), row["cohortsize"]
        rule = boin_in_time(row, len(truth), size * row["ncohort"])
        calendar = Calendar(
            window_days=1,
            sites=(Site(90.0),),  # three a window
            keeps_waiting_list=False,
            dlt_times="uniform" if row["dlt_time"] == "uniform" else "weibull",
        )
        found = _simulated(rule, calendar, truth)
        ours, time, place = found.characteristics.scenarios[0], found.in_time[0], f"{row['method']}, {row['name']}"
        theirs, place = row["ntrial"], f"{place}, {row['dlt_time']}"
        _hold_shares(tally, f"{place}, selected", ours.selected, fractions(row["selpercent"]), theirs)
        _hold_shares(tally, f"{place}, none selected", [ours.none_selected], [row["percentstop"] / 100], theirs)
        for name, expected in (("mean_participants", row["npatients"]), ("mean_dlts", row["ntox"])):
            _hold_means(tally, f"{place}, {name}", getattr(ours, name), expected, ours.standard_errors[name], theirs)
        for name, key in (
            ("mean_suspensions", "mean_suspensions"),
            ("mean_suspended_days", "mean_time_suspended"),
            ("mean_duration_days", "mean_duration"),
        ):
            if key in row:
                error = [time.standard_errors[name]]
                _hold_means(tally, f"{place}, {name}", [getattr(time, name)], [row[key]], error, theirs)
    unknown = "the source does not say when a trial ends that stops early"
    return f"{TRIALS:,} trials here; durations where most trials stop early are not compared: {unknown}"


def _hold_shares(tally: Tally, place: str, ours: ArrayLike, reference: ArrayLike, theirs: float) -> None:
    """Shares of trials, whose spread follows from both together. ``theirs`` may be infinite: exact figures."""
    seen, expected = np.asarray(ours, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    pooled = expected if np.isinf(theirs) else (TRIALS * seen + theirs * expected) / (TRIALS + theirs)
    variance = np.clip(pooled * (1 - pooled), 0.0, None)  # figures that are no shares differ by whatever it takes
    tally.within_errors(place, seen, expected, np.sqrt(variance * (1 / TRIALS + 1 / theirs)))


def _hold_means(
    tally: Tally, place: str, ours: ArrayLike, reference: ArrayLike, errors: ArrayLike, theirs: float
) -> None:
    """Means of counts with the standard errors seen here; a level that no trial here came to has its own."""
    seen, expected = np.asarray(ours, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    rare = np.sqrt(3 * np.abs(expected) / TRIALS)  # at most one cohort of three in few trials
    error = np.where(seen > 0, np.asarray(errors), rare) * np.sqrt(1 + TRIALS / theirs)
    tally.within_errors(place, seen, expected, error)


def _extended(rule: EscalationRule) -> list[EscalationRule]:
    """The rule, and the design in time that extends it where there is one."""
    extension = {Boin: TiteBoin, Crm: TiteCrm}.get(type(rule.design))
    if extension is None:
        return [rule]
    settings = {each.name: getattr(rule.design, each.name) for each in fields(rule.design)}
    return [rule, EscalationRule(extension(**settings))]


def _hold_instant(tally: Tally, rule: EscalationRule, truth: list[float], exact: dict[str, ArrayLike]) -> None:
    """With no stagger and an instant window, figures by the time engine against exact ones."""
    for each in _extended(rule):
        found = _simulated(each, INSTANT, tuple(truth)).characteristics.scenarios[0]
        place = f"{type(each.design).__name__}, {truth}"
        for name, expected in exact.items():
            ours = np.atleast_1d(getattr(found, name))
            if name in ("selected", "none_selected"):
                _hold_shares(tally, f"{place}, {name}", ours, np.atleast_1d(expected), np.inf)
            else:
                errors = np.atleast_1d(found.standard_errors[name])
                _hold_means(tally, f"{place}, {name}", ours, np.atleast_1d(expected), errors, np.inf)


def compare_boin_in_time(figures: Figures, tally: Tally) -> str:
    """BOIN and TITE-BOIN, whose windows close at once."""
    for row in figures["scenarios"]:
        exact = {
            "selected": fractions(row["selpercent"]),
            "none_selected": fractions(row["percentstop"]),
            "mean_participants": row["npatients"],
            "mean_dlts": row["ntox"],
        }
        _hold_instant(tally, boin_rule(row, len(row["true_prob_tox"])), row["true_prob_tox"], exact)
    return ""


def compare_crm_in_time(figures: Figures, tally: Tally) -> str:
    """The CRM and TITE-CRM, whose windows close at once."""
    for row in figures["scenarios"]:
        _hold_instant(
            tally, crm_rule(row), row["PI"], {"selected": row["MTD"], "mean_participants": row["patients_per_dose"]}
        )
    return ""


def compare_three_plus_three_in_time(figures: Figures, tally: Tally) -> str:
    """The 3+3, whose windows close at once; and rolling six, which then names the levels of the confirmed 3+3."""
    for row in figures["scenarios"]:
        exact = {
            "selected": fractions(row["sel_percent"]),
            "none_selected": fractions(row["percent_no_mtd"]),
            "mean_participants": row["n_pts_dose"],
            "mean_dlts": row["n_tox_dose"],
        }
        truth = row["true_prob_tox"]
        _hold_instant(tally, three_plus_three_rule(row), truth, exact)
        if row["mtd_rule"] == "expand" and row["start_dose"] == 1:
            six = rule_of("rolling_six", len(truth), cohort_size=1, max_participants=6 * len(truth))
            _hold_instant(tally, six, truth, {name: exact[name] for name in ("selected", "none_selected")})
    return ""


COMPARISONS = (
    Comparison(
        "tite_boin_simulated",
        "TITE-BOIN in time: simulated figures against 100,000 simulated trials a scenario",
        "escalation/tite_boin_simulated_oc.json",
        compare_tite_boin_simulated,
        STANDARD_ERRORS,
        "standard errors",
        made_by=SIMFASTBOIN,
    ),
    Comparison(
        "boin_in_time",
        "BOIN and TITE-BOIN in time, windows that close at once: simulated against exact figures",
        "escalation/boin_exact_oc.json",
        compare_boin_in_time,
        STANDARD_ERRORS,
        "standard errors",
    ),
    Comparison(
        "crm_in_time",
        "CRM and TITE-CRM in time, windows that close at once: simulated against exact figures",
        "escalation/crm_exact_oc.json",
        compare_crm_in_time,
        STANDARD_ERRORS,
        "standard errors",
    ),
    Comparison(
        "three_plus_three_in_time",
        "3+3 (previous, confirm_six) and rolling six in time, windows that close at once: against exact figures",
        "escalation/three_plus_three_exact_oc.json",
        compare_three_plus_three_in_time,
        STANDARD_ERRORS,
        "standard errors",
    ),
)
