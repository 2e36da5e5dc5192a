"""Small next trials for tests: settings as a file's text, with some parts changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from firstdose.simulation.next_trial.plan import Plan
from firstdose.simulation.next_trial.reading import next_trial_of, read_next_trial
from firstdose.simulation.next_trial.settings import NextTrialSettings
from firstdose.simulation.next_trial.trials import Trials, run_trials
from firstdose.simulation.next_trial.truths import stated_truth

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "nsc-spms" / "next_trial.yaml"


def number(value: float) -> dict[str, Any]:
    return {"value": value, "source": "assumed"}


def effects(cells: float, drug: float, neutral: float, low: float | None = None) -> dict[str, Any]:
    return {
        "cells": [{"dose": 10, "value": cells if low is None else low}, {"dose": 24, "value": cells}],
        "drug": number(drug),
        "interaction": number(neutral),
        "procedure": number(neutral),
        "source": "assumed",
    }


def worsening(
    ratio: float = 1.0,
    *,
    low: float | None = None,
    drug: float = 1.0,
    analysis: str = "interval_censored",
    **changed: Any,
) -> dict[str, Any]:
    return {
        "id": "worsening",
        "name": "confirmed worsening",
        "measure": "confirmed_worsening",
        "at_month": 24,
        "visits_months": [3, 6, 9, 12, 18, 24, 30],
        "worsening": {
            "components": [{"name": "EDSS", "yearly_rate": number(0.3)}],
            "spread_between_people": number(0),
            "confirmed_after_months": 6,
            "analysis": analysis,
        },
        "effects": effects(ratio, drug, 1.0, low),
        **changed,
    }


def composite(ratio: float = 1.0) -> dict[str, Any]:
    made = worsening(ratio, measure="edss_plus", id="edss_plus")
    made["worsening"]["components"] = [
        {"name": "EDSS", "yearly_rate": number(0.15)},
        {"name": "walk", "yearly_rate": number(0.2), "share_of_effect": 0.5},
    ]
    made["worsening"]["spread_between_people"] = number(0.6)
    return made


def change(
    difference: float = 0.0, *, low: float | None = None, drug: float = 0.0, correlation: float = 0.3, **changed: Any
) -> dict[str, Any]:
    return {
        "id": "brain_volume",
        "name": "brain volume",
        "measure": "brain_volume",
        "at_month": 12,
        "visits_months": [6, 12],
        "change": {
            "unit": "%",
            "better": "higher",
            "course": "slope",
            "natural_course": number(-0.6),
            "sd": number(1.0),
            "baseline_correlation": correlation,
        },
        "effects": effects(difference, drug, 0.0, low),
        **changed,
    }


def metabolites(difference: float = 0.0) -> dict[str, Any]:
    made = change(difference, id="class", measure="metabolite_class")
    made["change"] |= {"course": "level", "better": "lower", "unit": "log2"}
    return made


def arm(name: str, cells: float, drug: float | None = 6) -> dict[str, Any]:
    until = {} if drug is None else {"drug_until_month": drug}
    return {"id": name, "name": name, "cells": cells, "injection": True, **until}


def against(name: str, *pairs: tuple[str, str]) -> dict[str, Any]:
    return {"id": name, "name": name, "pairs": [{"treated": treated, "control": control} for treated, control in pairs]}


TWO_ARMS: dict[str, Any] = {
    "id": "two_arms",
    "name": "two arms",
    "arms": [arm("sham", 0), arm("high", 24)],
    "comparisons": [against("high", ("high", "sham"))],
}
TWO_DOSES: dict[str, Any] = {
    "id": "two_doses",
    "name": "two doses",
    "multiplicity": "closed_dunnett",
    "arms": [arm("sham", 0), arm("low", 10), arm("high", 24)],
    "comparisons": [against("high", ("high", "sham")), against("low", ("low", "sham"))],
}
TWO_BY_TWO: dict[str, Any] = {
    "id": "two_by_two",
    "name": "two by two",
    "arms": [arm("neither", 0, None), arm("drug", 0), arm("cells", 24, None), arm("both", 24)],
    "comparisons": [
        against("cells", ("cells", "neither"), ("both", "drug")),
        against("drug", ("drug", "neither"), ("both", "cells")),
    ],
}
STOPPING: dict[str, Any] = {
    "id": "stopping",
    "name": "stopping",
    "multiplicity": "fixed_sequence",
    "arms": [arm("sham", 0), arm("stop", 24), arm("go_on", 24, 30)],
    "comparisons": [against("cells", ("stop", "sham")), against("going_on", ("go_on", "stop"))],
}
DESIGNS = (TWO_ARMS, TWO_DOSES, TWO_BY_TWO, STOPPING)


def text(endpoint: dict[str, Any], *designs: dict[str, Any], **changed: Any) -> str:
    values: dict[str, Any] = {
        "name": "a next trial",
        "drug": "tacrolimus",
        "dose_unit": "million cells",
        "aim": {"power": 0.8, "one_sided_error": 0.025, "most_participants": 400},
        "participants": [60, 120],
        "conduct": {"accrual_per_month": number(10), "leaving_per_year": number(0.08), "missed_visit": number(0.1)},
        "endpoints": [endpoint],
        "designs": list(designs or (TWO_ARMS,)),
        **changed,
    }
    return json.dumps(values)


def settings_of(endpoint: dict[str, Any], *designs: dict[str, Any], **changed: Any) -> NextTrialSettings:
    return next_trial_of(text(endpoint, *designs, **changed))


def plan_of(settings: NextTrialSettings, participants: int = 60) -> Plan:
    return Plan(settings, settings.designs[0], settings.endpoints[0], participants)


def played(plan: Plan, count: int, seed: int = 20240202) -> Trials:
    return run_trials(plan, lambda each, trials, seed: stated_truth(each), range(count), seed)


def example() -> NextTrialSettings:
    return read_next_trial(EXAMPLE)
