"""Which designs cannot be compared with others: those whose figures depend on how far windows were followed."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.designs import DESIGNS
from firstdose.protocol.plan import Protocol
from firstdose.protocol.problems import Problem

NO_COMPARISON = "decides while DLT windows are open, so its figures need a calendar and stand beside no other design's"
HOW_IN_TIME = "with `design: {name}` and `firstdose oc --method calendar`"


def check_comparators(protocol: Protocol) -> Iterator[Problem]:
    """A problem for each comparator that `firstdose compare` and the design report cannot compute."""
    for name in protocol.escalation.comparators:
        if name in DESIGNS and DESIGNS[name].needs_time:
            fix = f"take it out, and simulate it in a protocol of its own {HOW_IN_TIME.format(name=name)}"
            yield Problem(protocol.place(f"escalation.comparators.{name}"), name, NO_COMPARISON, fix)
