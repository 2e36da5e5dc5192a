"""The server's clock ran ahead and is set right: what people decided meanwhile is not forgotten."""

from __future__ import annotations

import pytest

from firstdose.conduct.amendments import in_force
from firstdose.conduct.ledger import Refused
from firstdose.conduct.rules import RULES
from firstdose.records import DoseDecision
from tests.conduct.running import Running
from tests.conduct.test_amended_doses import amend

LATER = "decision 2 is dated later than now (2026-03-21T10:00:01+00:00), for the server's clock was wrong"


@pytest.fixture
def stopped(ready: Running) -> Running:
    """The committee stops at 10:05 in Rome, by a clock that shows 11:00; it is set right a minute later."""
    assert ready.words("P4") == []
    ready.at("2026-03-21T11:00").decide("stop", None, "two seizures elsewhere with these cells")
    return ready.at("2026-03-21T10:06")


def test_nobody_is_dosed_past_a_decision_that_the_clock_dated_later(stopped: Running) -> None:
    assert stopped.words("P4") == [f"{LATER}; take a new decision, or wait until then"]
    with pytest.raises(Refused, match="P4 may not be dosed now"):
        stopped.prepare("P4")


def test_it_counts_by_itself_once_its_time_has_come(stopped: Running) -> None:
    stopped.at("2026-03-21T11:01")
    (found,) = stopped.words("P4")
    assert found.startswith("decision 2, taken later, is to stop: ")


def test_a_new_decision_can_be_taken_at_once_and_says_why(stopped: Running) -> None:
    """The rule is not asked on what cannot be so, so that a reason is needed; the number goes on."""
    preparation = stopped.prepare_decision()
    stopped.later(seconds=1)
    with pytest.raises(Refused, match="say why"):
        stopped.propose(preparation, "dose", 2)
    stopped.propose(preparation, "dose", 2, "the seizures were of another product")
    stopped.sign_decision(preparation)
    assert stopped.take(preparation) == 3
    stopped.later(seconds=1)
    assert [each.decision for each in stopped.all(DoseDecision)] == [1, 2, 3]
    assert stopped.words("P4") == []


def test_the_version_that_was_approved_last_is_in_force_whatever_the_clock_said(ready: Running) -> None:
    """Also of two that were approved in one second, though 1.10 comes before 1.9 as a text."""
    ready.rules = RULES
    amend(ready, "1.9")
    ready.at("2026-03-22T10:00")
    amend(ready, "2.0")
    for version in ("1.10", "1.11", "1.2"):
        ready.at("2026-03-21T10:00")
        amend(ready, version)
        newest = in_force(ready.ledger)
        assert newest is not None
        assert newest.version == version
