"""`firstdose tune`: what it prints and writes, that it goes on after a kill, and what it refuses."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from firstdose.designs.building import build_design
from firstdose.protocol import read_protocol
from tests.cli.running import DONE, MINIMAL, WRONG_INPUT, WRONG_USAGE, Ran, protocol_text, run
from tests.simulation.tunings import plan_text

WRITTEN = {"tune.html", "tuning.csv", "best.yaml", "pareto.svg", "pareto.png", "provenance.json", "journal.jsonl"}
CURVES = {"scenarios": {"random": 6, "seed": 1}, "unseen": {"random": 5, "seed": 2}}


def written_plan(folder: Path, **changes: Any) -> Path:
    path = folder / "tuning.yaml"
    path.write_text(plan_text(**(CURVES | changes)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    folder = tmp_path_factory.mktemp("tuned")
    (folder / "protocol.yaml").write_text(protocol_text(), encoding="utf-8")
    written_plan(folder)
    return run("tune", folder / "protocol.yaml", "--out", folder / "made"), folder / "made"


def test_it_says_what_matters(written: tuple[Ran, Path]) -> None:
    ran, out = written
    assert (ran.status, ran.err) == (DONE, "")
    assert "18 of 18 settings looked at (all)" in ran.out
    assert "The winner, setting " in ran.out
    assert f"wrote {out / 'tune.html'}" in ran.out
    assert {path.name for path in out.iterdir()} == WRITTEN


def test_the_table_and_the_protocol_name_the_same_winner(written: tuple[Ran, Path]) -> None:
    _, out = written
    with (out / "tuning.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 19
    (winner,) = [row for row in rows if row["wins"] == "1"]
    best = read_protocol(out / "best.yaml")
    assert winner["number"] == str(json.loads((out / "provenance.json").read_text("utf-8"))["winner"])
    assert best.escalation.design == winner["design"]
    assert dict(best.escalation.settings) == json.loads(winner["settings"])
    assert best.escalation.max_participants == int(winner["max_participants"])
    build_design(best)
    assert run("check", out / "best.yaml").status == DONE
    assert f"setting {winner['number']}" in (out / "tune.html").read_text("utf-8")


def test_a_second_run_takes_all_from_the_journal(written: tuple[Ran, Path]) -> None:
    ran, out = written
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    again = run("tune", out.parent / "protocol.yaml", "--out", out, "--workers", "1")
    assert "19 taken from the journal" in again.out
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert ran.out.replace("0 taken", "19 taken") == again.out


def test_json_is_one_document(written: tuple[Ran, Path]) -> None:
    _, out = written
    told = run("tune", out.parent / "protocol.yaml", "--out", out, "--json").document()
    assert told["settings"] == 18
    assert told["winner"]["number"] in told["front"]
    assert [score["kind"] for score in told["scores"]] == ["aim", "aim"]


SLOW = {
    "search": {
        "designs": {"boin": {"p_tox": {"from": 0.29, "to": 0.4, "step": 0.01}}},
        "cohort_size": [1],
        "max_participants": [24, 25],
    },
}


STOPS_AFTER = 3
STOPPING = f"""
import sys, time
from firstdose.cli import main
from firstdose.simulation.tuning.journal import Journal
write = Journal.write
def write_and_stop(journal, *line):
    write(journal, *line)
    while len(journal.known) == {STOPS_AFTER}:
        time.sleep(60)
Journal.write = write_and_stop
sys.exit(main())
"""
"""The command, which goes no further than so many lines of its journal: it is killed there, however fast it is."""


def test_a_search_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    """Killed without a chance to tidy up; then as if nothing had happened."""
    written_plan(tmp_path, **SLOW)
    plan, killed, whole = tmp_path / "tuning.yaml", tmp_path / "killed", tmp_path / "whole"

    def arguments(out: Path, workers: int) -> list[str | Path]:
        return ["tune", MINIMAL, "--plan", plan, "--out", out, "--workers", str(workers)]

    assert run(*arguments(whole, 1)).status == DONE
    journal = killed / "journal.jsonl"
    begun = subprocess.Popen(
        [sys.executable, "-c", STOPPING, *map(str, arguments(killed, 2))], stdout=subprocess.DEVNULL
    )
    try:
        while begun.poll() is None and (not journal.exists() or journal.read_bytes().count(b"\n") < STOPS_AFTER):
            time.sleep(0.01)
    finally:
        begun.kill()
        begun.wait()
    assert journal.read_bytes().count(b"\n") == STOPS_AFTER
    assert not (killed / "tuning.csv").exists()
    again = run(*arguments(killed, 1))
    assert again.status == DONE
    assert f"; {STOPS_AFTER} taken from the journal" in again.out
    for name in ("tuning.csv", "best.yaml", "tune.html", "pareto.png"):
        assert (killed / name).read_bytes() == (whole / name).read_bytes()


def test_without_a_winner_it_says_which_constraint_fails_and_by_how_much(tmp_path: Path) -> None:
    plan = written_plan(tmp_path, constraints=[{"figure": "correct_selection", "at_least": 0.95}])
    out = tmp_path / "made"
    out.mkdir()
    (out / "best.yaml").write_text("of an earlier search", encoding="utf-8")
    ran = run("tune", MINIMAL, "--plan", plan, "--out", out, "--overwrite")
    assert ran.status == WRONG_INPUT
    assert "no setting keeps to every constraint" in ran.err
    assert "comes nearest with" in ran.err
    assert "short by" in ran.err
    assert "Traceback" not in ran.err
    assert {path.name for path in out.iterdir()} == {"tuning.csv", "provenance.json", "journal.jsonl"}


@pytest.mark.parametrize(
    ("escalation", "plan", "words"),
    [
        ({}, {"search": {"designs": {"bion": {}}}}, "did you mean `boin`"),
        ({}, {"search": {"max_participants": {"from": 30, "to": 18, "step": 3}}}, "holds no value"),
        ({}, {"searches": {}}, "searches"),
        ({"target_dlt_rate": None, "design": "three_plus_three", "settings": {"variant": "previous"}}, {}, "target"),
        ({}, {"search": {"designs": {"boin": {"p_tox": 0.26}}}}, "must lie clearly above the target"),
        ({"design": "none"}, {}, "no escalation rule"),
    ],
)
def test_wrong_input_is_refused_in_words(
    tmp_path: Path, escalation: dict[str, Any], plan: dict[str, Any], words: str
) -> None:
    keys = {key: value for key, value in escalation.items() if value is not None}
    text = protocol_text(**keys)
    if "target_dlt_rate" in escalation:
        document = json.loads(text)
        del document["escalation"]["target_dlt_rate"]
        text = json.dumps(document)
    protocol = tmp_path / "protocol.yaml"
    protocol.write_text(text, encoding="utf-8")
    ran = run("tune", protocol, "--plan", written_plan(tmp_path, **plan), "--out", tmp_path / "made")
    assert ran.status == WRONG_INPUT
    assert words in ran.err


def test_files_that_are_not_there_and_options_that_make_no_sense(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text(protocol_text(), encoding="utf-8")
    missing = run("tune", tmp_path / "protocol.yaml", "--out", tmp_path / "made")
    assert missing.status == WRONG_INPUT
    assert "tuning.yaml: there is no such file" in missing.err
    assert "name one with --plan FILE, or begin with a copy of " in missing.err
    written_plan(tmp_path)
    in_the_way = run("tune", tmp_path / "protocol.yaml", "--out", tmp_path / "protocol.yaml")
    assert in_the_way.status == WRONG_INPUT
    (tmp_path / "best.yaml").write_text(protocol_text(), encoding="utf-8")
    over = run("tune", tmp_path / "best.yaml", "--out", tmp_path)
    assert over.status == WRONG_INPUT
    assert "best.yaml in it would be written over" in over.err
    assert (tmp_path / "best.yaml").exists()
    assert run("tune", tmp_path / "protocol.yaml").status == WRONG_USAGE
    assert run("tune", tmp_path / "protocol.yaml", "--out", tmp_path / "x", "--workers", "0").status == WRONG_USAGE
