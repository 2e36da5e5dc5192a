"""One engine case in a process of its own: `python -m benchmarks.case NAME` prints its times as JSON.

So that the first call is a first call, and the peak of the memory is this case's own.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SCENARIOS = 1000


@dataclass(frozen=True)
class Case:
    """What is timed: the name of a rule's maker, its cohort size and the number of scenarios."""

    rule: str
    repeats: int
    cohort_size: int = 3
    scenarios: int = 1


CASES = {
    "boin": Case("boin", 40),
    "boin_1000": Case("boin", 10, scenarios=SCENARIOS),
    "crm": Case("crm", 20),
    "blrm": Case("blrm", 7),
    "boin_singles": Case("boin", 5, cohort_size=1),
}


def measure(name: str) -> dict[str, Any]:
    """Seconds of the imports, of the first call and of later calls, and the peak memory in MiB."""
    case = CASES[name]
    imports = seconds(_import)
    from benchmarks import rules
    from firstdose.simulation.operating_characteristics import operating_characteristics

    scenarios = rules.one_scenario() if case.scenarios == 1 else rules.many_scenarios(case.scenarios)

    def call() -> None:
        rule = rules.boin(case.cohort_size) if case.rule == "boin" else getattr(rules, case.rule)()
        operating_characteristics(rule, scenarios, distributions=case.scenarios == 1)

    return {
        "imports": imports,
        "first": seconds(call),
        "later": [seconds(call) for _ in range(case.repeats)],
        "peak_mib": peak_mib(),
    }


def _import() -> None:
    import benchmarks.rules  # noqa: F401
    import firstdose.simulation.operating_characteristics  # noqa: F401


def seconds(call: Callable[[], object]) -> float:
    """How long a call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def peak_mib() -> float:
    """The largest resident memory of this process so far."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
