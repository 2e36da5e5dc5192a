"""Virtual phase II trials in a process of its own: `python -m benchmarks.next_trial_cases DESIGN ENDPOINT` prints JSON.

So that the first call is a first call. The settings are those of the example.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.case import peak_mib, seconds

SETTINGS = Path(__file__).resolve().parents[1] / "examples" / "nsc-spms" / "next_trial.yaml"
TRIALS, PARTICIPANTS, LATER = 10_000, 120, 2


def measure(design: str, endpoint: str) -> dict[str, Any]:
    """Seconds of the imports, of the first call and of later calls with other seeds; power of the last."""
    imports = seconds(_import)
    from firstdose.simulation.next_trial import Plan, Power, power_of, read_next_trial

    settings = read_next_trial(SETTINGS)
    (randomised,) = [each for each in settings.designs if each.id == design]
    (measured,) = [each for each in settings.endpoints if each.id == endpoint]
    found: list[Power] = []

    def call() -> None:
        found.append(power_of(Plan(settings, randomised, measured, PARTICIPANTS), TRIALS, seed=len(found)))

    return {
        "imports": imports,
        "first": seconds(call),
        "later": [seconds(call) for _ in range(LATER)],
        "power": next(iter(found[-1].shown.values())).value,
        "peak_mib": peak_mib(),
    }


def _import() -> None:
    import firstdose.simulation.next_trial  # noqa: F401


if __name__ == "__main__":
    print(json.dumps(measure(*sys.argv[1:])))
