"""What does not treat anybody beside the escalation says so of a protocol that backfills."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstdose.protocol import ProblemsFound, Protocol
from firstdose.protocol.escalation import Backfilling
from firstdose.simulation.virtual_trial import check_scenario
from tests.simulation.tunings import plan_with, protocol_of
from tests.simulation.virtual_trials import default, protocol


def backfilling(rules: Protocol) -> Protocol:
    return replace(rules, escalation=replace(rules.escalation, backfill=Backfilling(most_at_a_level=12)))


def test_a_virtual_trial() -> None:
    (problem,) = check_scenario(backfilling(protocol()), default())
    assert problem.place.key == "escalation.backfill"
    assert "treats nobody beside the escalation" in problem.rule
    assert "--method calendar" in problem.fix


def test_a_search() -> None:
    with pytest.raises(ProblemsFound, match="searched without backfilling, which the protocol states"):
        plan_with(backfilling(protocol_of()))
