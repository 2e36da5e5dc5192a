"""Comparators that decide in time are refused by their own key, before anything is computed."""

from __future__ import annotations

from pathlib import Path

import pytest

from firstdose.designs import DESIGNS
from tests.cli.running import DONE, WRONG_INPUT, protocol_text, run

IN_TIME = [name for name, design in DESIGNS.items() if design.needs_time]


@pytest.mark.parametrize("name", IN_TIME)
def test_a_comparator_in_time_is_refused_by_its_key(tmp_path: Path, name: str) -> None:
    settings = {"skeleton": [0.1, 0.2, 0.3, 0.4]} if name == "tite_crm" else {}
    file = tmp_path / "protocol.yaml"
    file.write_text(protocol_text(comparators={name: settings, "mtpi2": {}}))
    for arguments in (("check", file), ("compare", file), ("design", file, "--out", tmp_path / "out")):
        ran = run(*arguments)
        assert ran.status == WRONG_INPUT, arguments[0]
        problem, last = ran.err.splitlines()
        assert f": escalation.comparators.{name}: " in problem
        assert "escalation.design" not in problem
        assert f"with `design: {name}` and `firstdose oc --method calendar`" in problem
        assert last.startswith("1 problem")


def test_a_name_on_the_command_line_is_refused_as_such(tmp_path: Path) -> None:
    file = tmp_path / "protocol.yaml"
    file.write_text(protocol_text(comparators={"tite_boin": {}}))
    ran = run("compare", file, "--designs", "boin,tite_boin")
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert ran.err.startswith("--designs: tite_boin decides while DLT windows are open")
    assert run("compare", file, "--designs", "boin,mtpi2").status == DONE, "what is not asked for stands in no way"


def test_the_settings_of_guards_are_checked_in_the_first_round(tmp_path: Path) -> None:
    """A wrong key elsewhere does not hide what a guard lacks, and the fix holds a value that can be used."""
    file = tmp_path / "protocol.yaml"
    guards: tuple[object, ...] = ("stop_when_too_toxic", {"stop_when_too_toxic": {}})
    for guard in guards:
        file.write_text(protocol_text(guards=[guard], cohort_size="three"))
        ran = run("check", file)
        assert ran.status == WRONG_INPUT
        assert "escalation.cohort_size" in ran.err
        assert "escalation.guards[1].stop_when_too_toxic.certainty: the key `certainty` is required" in ran.err
        assert "add `certainty: 0.95`" in ran.err
        assert ran.err.splitlines()[-1].startswith("2 problems")
    file.write_text(protocol_text(guards=[{"stop_when_too_toxic": {"certainty": 0.95}}]))
    assert run("check", file).status == DONE
