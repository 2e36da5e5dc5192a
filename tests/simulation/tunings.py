"""Plans and protocols for tests of the search."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterator
from typing import Any, TypeVar

from firstdose.protocol.plan import Protocol
from firstdose.protocol.reading import examine_text
from firstdose.simulation.tuning import Plan, plan_of

PLAN: dict[str, Any] = {
    "name": "A small search",
    "search": {
        "designs": {"boin": {"p_tox": {"any_of": [0.3, 0.4]}}, "keyboard": {}},
        "cohort_size": [2, 3],
        "max_participants": {"from": 6, "to": 12, "step": 3},
    },
    "aims": [{"maximise": "correct_selection"}, {"minimise": "participants_above_mtd"}],
    "constraints": [],
    "scenarios": {"random": 12, "too_toxic": 2, "seed": 1},
    "unseen": {"random": 9, "too_toxic": 3, "seed": 2},
}


def protocol_of(**escalation: Any) -> Protocol:
    """A small protocol, with some keys of its escalation changed."""
    keys = {"design": "boin", "target_dlt_rate": 0.25, "cohort_size": 3, "max_participants": 12, **escalation}
    text = json.dumps(
        {
            "trial": {"id": "T", "title": "t"},
            "dose_levels": {"unit": "million cells", "values": [5, 10, 16]},
            "escalation": keys,
        }
    )
    examined = examine_text(text)
    assert examined.protocol is not None, examined.problems
    return examined.protocol


def plan_text(**changes: Any) -> str:
    """The plan with some of its keys changed; None takes a key out."""
    made = copy.deepcopy(PLAN) | changes
    return json.dumps({key: value for key, value in made.items() if value is not None})


def plan_with(protocol: Protocol | None = None, **changes: Any) -> Plan:
    """The plan, read."""
    return plan_of(plan_text(**changes), protocol or protocol_of(), "plan.yaml")


TARGET = 0.25
PartType = TypeVar("PartType")
ResultType = TypeVar("ResultType")


def combinations() -> Iterator[dict[str, Any]]:
    """The settings of the plan, written out."""
    for p_tox, size, most in itertools.product((0.3, 0.4), (2, 3), (6, 9, 12)):
        yield {"design": "boin", "settings": {"p_tox": p_tox}, "cohort_size": size, "max_participants": most}
    for size, most in itertools.product((2, 3), (6, 9, 12)):
        yield {"design": "keyboard", "cohort_size": size, "max_participants": most}
