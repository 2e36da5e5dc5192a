"""Disagreements between a protocol's keys about safety."""

from dataclasses import replace
from pathlib import Path

import pytest

from firstdose.protocol import Protocol, read_protocol
from firstdose.safety.checking import check_safety

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("**/protocol.yaml"))


def reference_trial() -> Protocol:
    return read_protocol(next(path for path in EXAMPLES if path.parent.name == "nsc-spms"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_examples_have_no_disagreement(path: Path) -> None:
    assert check_safety(read_protocol(path)) == []


def test_every_disagreement_is_found_at_once() -> None:
    protocol = reference_trial()
    assert protocol.escalation.dlt
    dlt = replace(protocol.escalation.dlt, attribution=("product", "product", "background_treatment"))
    changed = replace(
        protocol,
        background_treatments=(),
        escalation=replace(protocol.escalation, dlt=dlt),
        conventions=replace(protocol.conventions, treatment_emergent_days=14),
    )
    assert [problem.place.key for problem in check_safety(changed)] == [
        "escalation.dlt.attribution[2]",
        "escalation.dlt.attribution[3]",
        "conventions.treatment_emergent_days",
    ]


def test_evaluability_without_a_definition_of_dlts() -> None:
    protocol = reference_trial()
    (problem,) = check_safety(replace(protocol, escalation=replace(protocol.escalation, dlt=None)))
    assert problem.place.key == "escalation.evaluable"
