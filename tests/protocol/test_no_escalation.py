"""A trial of arms without escalation is read and checked; only what needs a rule refuses it."""

from pathlib import Path

import pytest

from firstdose.cli.inputs import InputError, read_rule
from firstdose.designs.building import build_design, check_escalation
from firstdose.protocol import ProblemsFound, Protocol, read_protocol

PILOT = Path(__file__).parents[2] / "examples" / "cdisc-pilot" / "protocol.yaml"


@pytest.fixture(scope="module")
def pilot() -> Protocol:
    return read_protocol(PILOT)


def test_a_trial_without_escalation_has_nothing_wrong(pilot: Protocol) -> None:
    assert not pilot.escalation.has_rule
    assert not check_escalation(pilot)


def test_the_control_is_level_0(pilot: Protocol) -> None:
    levels = pilot.dose_levels
    assert [levels.label(level) for level in range(3)] == ["Placebo", "Xanomeline Low Dose", "Xanomeline High Dose"]
    assert [levels.dose_with_unit(level) for level in range(3)] == ["0 mg", "54 mg", "81 mg"]


def test_there_is_no_rule_to_build(pilot: Protocol) -> None:
    with pytest.raises(ProblemsFound, match=r"protocol\.yaml:\d+: escalation\.design: .none.* no escalation rule"):
        build_design(pilot)


def test_commands_that_need_a_rule_say_so() -> None:
    with pytest.raises(InputError, match="no escalation rule"):
        read_rule(PILOT)


def test_another_design_can_still_be_looked_at(pilot: Protocol) -> None:
    with pytest.raises(ProblemsFound, match="needs a target DLT rate"):
        build_design(pilot, "boin", {})


def test_with_an_escalation_there_is_a_rule() -> None:
    assert read_protocol(PILOT.parents[1] / "minimal" / "protocol.yaml").escalation.has_rule
