"""The protocol of the winner: valid, the escalation that won, and everything else as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from firstdose.designs.building import build_design
from firstdose.protocol import read_protocol
from firstdose.protocol.reading import examine_text
from firstdose.simulation.tuning import plan_of, protocol_text, space_of
from tests.cli.running import PROTOCOLS
from tests.simulation.tunings import plan_text

GUARDS = [[], ["no_skipping", {"stop_when_too_toxic": {"certainty": 0.9}}]]
TUNED = [path for path in PROTOCOLS if read_protocol(path).escalation.target_dlt_rate is not None]


@pytest.mark.parametrize("path", TUNED, ids=lambda path: path.parent.name)
def test_any_setting_makes_a_protocol_that_reads_back(path: Path) -> None:
    protocol = read_protocol(path)
    search = {"designs": {"keyboard": {"margin_left": 0.07}}, "cohort_size": [2, 3], "guards": GUARDS}
    space = space_of(plan_of(plan_text(search=search), protocol).search, protocol)
    text = path.read_text("utf-8")
    for number in (3, 4):
        setting = space.setting(number)
        made = protocol_text(text, setting, "a note")
        examined = examine_text(made)
        assert examined.protocol is not None
        assert not examined.problems
        kept = examined.protocol.assumed
        assert examined.protocol == replace(protocol, escalation=setting.escalation, assumed=kept)
        assert build_design(examined.protocol) == space.rule(setting)
        assert {each.path for each in kept} <= {each.path for each in protocol.assumed}
        assert made.startswith("# a note\n")


def test_lines_that_nobody_changed_are_left_as_they_are() -> None:
    path = next(each for each in PROTOCOLS if each.parent.name == "nsc-spms")
    protocol, text = read_protocol(path), path.read_text("utf-8")
    space = space_of(plan_of(plan_text(search={"designs": {"boin": {}}}), protocol).search, protocol)
    made = protocol_text(text, space.setting(1), "a note")
    before, after = set(text.splitlines()), set(made.splitlines())
    assert len(after - before) == 3
    gone = before - after
    assert all("design" in line or "settings" in line for line in gone)
    assert "escalation.settings" not in {each.path for each in examine_text(made).protocol.assumed}  # type: ignore[union-attr]
