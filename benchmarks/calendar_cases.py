"""Trials in time in a process of their own: `python -m benchmarks.calendar_cases NAME` prints its times as JSON.

So that the first call is a first call. Every call makes rule, design and tables afresh and takes another seed.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from benchmarks.case import peak_mib, seconds

TRIALS, LATER = 10_000, 12
CASES = ("tite_boin", "cell_therapy")

WINDOW, A_WINDOW = 30.0, 3.0  # days of the DLT window, and eligible candidates who come in one
CELL_THERAPY = {
    "window_days": 28.0,
    "between_participants_days": 7.0,
    "between_cohorts_days": 10.0,
    "sentinels": 1,
    "sentinel_interval_days": 14.0,
    "meeting_interval_days": 30.0,
    "decision_lag_days": 3.0,
    "leaving": 0.05,
    "whole_days": True,
}
SITES = ((6.0, 0.0), (3.0, 100.0))  # candidates in 30 days, and the day on which the site opens


def measure(name: str) -> dict[str, Any]:
    """Seconds of the imports, of the first call and of later calls; mean days and participants of the last."""
    imports = seconds(_import)
    from benchmarks import rules
    from firstdose.designs.rule import EscalationRule
    from firstdose.designs.tite_boin import TiteBoin
    from firstdose.simulation.calendar import Calendar, Site, TimedCharacteristics, characteristics_in_time

    found: list[TimedCharacteristics] = []

    def call() -> None:
        if name == "tite_boin":
            rule = EscalationRule(TiteBoin(frame=rules.frame()))
            calendar = Calendar(window_days=WINDOW, sites=(Site(A_WINDOW),), keeps_waiting_list=False)
        else:
            rule = rules.boin()
            sites = tuple(Site(rate, opens) for rate, opens in SITES)
            calendar = Calendar(sites=sites, **CELL_THERAPY)  # type: ignore[arg-type]
        seed = len(found) + 1
        found.append(characteristics_in_time(rule, calendar, rules.one_scenario(), trials=TRIALS, seed=seed))

    first = seconds(call)
    later = [seconds(call) for _ in range(LATER)]
    scenario = found[-1].characteristics.scenarios[0]
    return {
        "imports": imports,
        "first": first,
        "later": later,
        "days": found[-1].in_time[0].mean_duration_days,
        "participants": scenario.mean_total_participants,
        "peak_mib": peak_mib(),
    }


def _import() -> None:
    import benchmarks.rules  # noqa: F401
    import firstdose.designs.tite_boin
    import firstdose.simulation.calendar  # noqa: F401


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
