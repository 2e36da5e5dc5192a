"""What a command says when somebody interrupts it."""

from pathlib import Path

import pytest

from tests.cli.running import EXAMPLES, MINIMAL, run

INTERRUPTED = 130


def interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_an_interruption_is_told_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firstdose.cli.inputs.examine_protocol", interrupt)
    ran = run("check", MINIMAL)
    assert (ran.status, ran.out) == (INTERRUPTED, "")
    assert ran.err.strip() == "interrupted"


def test_an_interrupted_search_says_how_it_goes_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("firstdose.simulation.tuning.tune", interrupt)
    ran = run("tune", EXAMPLES / "nsc-spms" / "protocol.yaml", "--out", tmp_path / "tuned")
    assert ran.status == INTERRUPTED
    assert ran.err.strip().endswith("interrupted")
    assert "the same command goes on" in ran.err
