"""A search of 500 settings under 100 curves in a process of its own: `python -m benchmarks.tuning_cases` prints JSON.

So that the first call is a first call. Two processes share the work, and are started in each call.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from benchmarks.case import peak_mib, seconds

SETTINGS, CURVES, WORKERS, LATER = 500, 100, 2, 2
PROTOCOL = {
    "trial": {"id": "BENCHMARK", "title": "A search"},
    "dose_levels": {"unit": "million cells", "values": [5, 10, 16, 24, 36]},
    "escalation": {"design": "boin", "target_dlt_rate": 0.25, "cohort_size": 3, "max_participants": 30},
}
PLAN = {
    "name": "BOIN of 18 to 30 participants",
    "search": {
        "designs": {
            "boin": {
                "p_saf": {"from": 0.10, "to": 0.20, "step": 0.025},
                "p_tox": {"from": 0.30, "to": 0.40, "step": 0.025},
                "elimination_certainty": {"any_of": [0.9, 0.95]},
            }
        },
        "cohort_size": [2, 3],
        "max_participants": {"from": 18, "to": 30, "step": 3},
    },
    "aims": [{"maximise": "correct_selection"}, {"minimise": "participants_above_mtd"}],
    "scenarios": {"random": CURVES, "seed": 1},
    "unseen": {"random": CURVES, "seed": 2},
}


def measure() -> dict[str, Any]:
    """Seconds of the imports, of the first call and of later calls; what was found."""
    imports = seconds(_import)
    from firstdose.protocol import examine_text
    from firstdose.simulation.machines import place_to_run
    from firstdose.simulation.tuning import Tuned, plan_of, tune

    protocol = examine_text(json.dumps(PROTOCOL)).protocol
    assert protocol is not None
    plan = plan_of(json.dumps(PLAN), protocol)
    found: list[Tuned] = []

    def call() -> None:
        with place_to_run(workers=WORKERS) as run:
            found.append(tune(protocol, plan, run=run))

    times = {"imports": imports, "first": seconds(call), "later": [seconds(call) for _ in range(LATER)]}
    last = found[-1]
    assert last.searched.looked_at == SETTINGS
    assert last.methods == {"exact": SETTINGS}
    return {**times, "winner": last.winner, "front": len(last.front), "peak_mib": peak_mib()}


def _import() -> None:
    import firstdose.simulation.tuning  # noqa: F401


if __name__ == "__main__":
    json.dump(measure(), sys.stdout)
