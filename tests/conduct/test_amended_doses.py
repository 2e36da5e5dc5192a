"""An amendment that gives a level another dose after it was used: what was seen is not read as seen at a higher one."""

from __future__ import annotations

import pytest

from firstdose.conduct.amendments import approve, in_force, load, protocol_in_use
from firstdose.conduct.ledger import Refused
from firstdose.conduct.rules import RULES
from tests.conduct.running import Running
from tests.conduct.workplace import DATA_MANAGER, OTHER_DATA_MANAGER
from tests.dosing.trial import PROTOCOL

DOSES = "[5, 10, 16, 24]"


def amend(running: Running, version: str, doses: str = DOSES, unit: str = "million cells") -> None:
    """A version loaded by one person and approved by another."""
    text = PROTOCOL.replace("title: A trial", f'title: A trial, version: "{version}"').replace(DOSES, doses)
    with running.work(DATA_MANAGER) as work:
        load(work, text.replace("unit: million cells", f"unit: {unit}").encode())
    with running.work(OTHER_DATA_MANAGER) as work:
        approve(work, version, "the vote of the ethics committee")
    running.protocol = protocol_in_use(running.ledger)


@pytest.fixture
def used(ready: Running) -> Running:
    """By version 1.0, C1 was dosed at level 1 (5 million cells) and C2 is open at level 2 (10 million cells)."""
    ready.rules = RULES
    amend(ready, "1.0")
    return ready


@pytest.mark.parametrize(
    ("doses", "words"),
    [
        ("[5, 16, 24]", "level 2 had 10 million cells in cohort C2 and would have 16 million cells"),
        ("[5, 10.5, 16]", "level 2 had 10 million cells in cohort C2 and would have 10.5 million cells"),
        ("[6, 10, 16]", "level 1 had 5 million cells in cohort C1 and would have 6 million cells"),
        ("[5]", "level 2 had 10 million cells in cohort C2 and is left out"),
    ],
)
def test_no_level_that_was_used_gets_a_higher_dose_or_none(used: Running, doses: str, words: str) -> None:
    """With 10 left out, three without a DLT at 10 would count at 16, and the rule would go up to 24."""
    with pytest.raises(Refused, match=f"version 2.0 cannot come into force: .*{words}"):
        amend(used, "2.0", doses)
    newest = in_force(used.ledger)
    assert newest is not None
    assert newest.version == "1.0"


def test_no_level_that_was_used_gets_another_unit(used: Running) -> None:
    with pytest.raises(Refused, match="level 1 had 5 million cells in cohort C1 and would have 5 billion cells"):
        amend(used, "2.0", unit="billion cells")


@pytest.mark.parametrize("doses", ["[5, 10, 12, 16]", "[5, 10]", "[5, 7.5, 10, 16]", DOSES])
def test_other_levels_and_lower_doses_may_change(used: Running, doses: str) -> None:
    amend(used, "2.0", doses)
    assert list(used.protocol.dose_levels.values) == [float(dose) for dose in doses.strip("[]").split(",")]


def test_before_anything_was_used_every_dose_may_change(running: Running) -> None:
    running.rules = RULES
    amend(running, "1.0")
    amend(running, "2.0", "[8, 16]")
    assert list(running.protocol.dose_levels.values) == [8.0, 16.0]
