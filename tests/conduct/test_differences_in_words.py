"""A condition that was changed is told as it stands in the file, not as the program reads it."""

from __future__ import annotations

from firstdose.conduct.differences import compare
from tests.dosing.trial import protocol

CONDITION = "    - {id: I1, kind: inclusion, text: progressive disease, expression: age_years >= 18}\n"
PLAIN = "    - {id: I1, kind: inclusion, text: progressive disease}\n"


def test_a_condition_is_told_as_it_is_written() -> None:
    old = protocol(lambda text: text.replace(PLAIN, CONDITION))
    new = protocol(lambda text: text.replace(PLAIN, CONDITION.replace(">= 18", ">= 21")))
    (found,) = compare(old, new)
    assert (found.key, found.old, found.new) == (
        "population.criteria[I1].expression",
        "age_years >= 18",
        "age_years >= 21",
    )


def test_a_criterion_that_is_new_is_told_with_its_condition() -> None:
    more = CONDITION.replace("I1", "I2")
    (found,) = compare(protocol(), protocol(lambda text: text.replace(PLAIN, PLAIN + more)))
    assert found.key == "population.criteria[I2]"
    assert found.old is None
    assert '"expression": "age_years >= 18"' in (found.new or "")
    assert "operands" not in (found.new or "")
