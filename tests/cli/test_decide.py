"""`firstdose decide` and `firstdose pathways`: advice on one trial."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import CRM, DONE, MINIMAL, WRONG_INPUT, WRONG_USAGE, protocol_text, run, shell

KEYS = {"action", "next_level", "recommended_level", "reason", "flags"}


def advice(outcomes: str) -> dict[str, Any]:
    document = run("decide", MINIMAL, "--outcomes", outcomes, "--json").document()
    assert set(document) >= KEYS
    assert isinstance(document["flags"], list)
    return dict(document)


@pytest.mark.parametrize(
    ("outcomes", "action", "next_level"),
    [
        ("", "dose", 1),
        ("1NNN", "dose", 2),
        ("1NNN 2NNT", "dose", 1),
        ("1NNN 2NNN", "dose", 3),
        ("1NN?", "wait", None),
        ("1TTT", "stop", None),
    ],
)
def test_the_next_step(outcomes: str, action: str, next_level: int | None) -> None:
    found = advice(outcomes)
    assert (found["action"], found["next_level"]) == (action, next_level)
    assert found["recommended_level"] is None
    assert found["reason"]
    text = run("decide", MINIMAL, "--outcomes", outcomes)
    assert text.status == DONE
    assert text.out.startswith(f"{action}: {found['reason']}")


def test_large_doses_are_written_out(tmp_path: Path) -> None:
    file = tmp_path / "cells.yaml"
    file.write_text(protocol_text().replace("[5, 10, 16, 24]", "[1e6, 3e6, 1e7, 3e7]"), "utf-8")
    assert "at level 2 (3,000,000 million cells)" in run("decide", file, "--outcomes", "1NNN").out


def test_the_end_recommends_a_level() -> None:
    found = advice("1NNN 2NNN 3NNN 4NNN 4NTN 4NNN 4NTN 4NNN")
    assert (found["action"], found["next_level"], found["recommended_level"]) == ("stop", None, 4)


def test_a_replaced_participant_is_left_out_of_the_counts() -> None:
    with_replaced, without = advice("1NN-N"), advice("1NNN")
    assert with_replaced["next_level"] == without["next_level"] == 2
    assert any("not evaluable" in flag for flag in with_replaced["flags"])
    assert without["flags"] == []


def test_who_was_backfilled_has_a_b_before_the_level(tmp_path: Path) -> None:
    file = tmp_path / "backfill.yaml"
    file.write_text(protocol_text(backfill={"most_at_a_level": 9}), "utf-8")
    found = run("decide", file, "--outcomes", "1NNN 2NN? b1N?", "--json").document()
    assert (found["action"], found["backfill_level"]) == ("wait", 1)
    text = run("decide", file, "--outcomes", "1NNN 2NNN 3NNN b2TNT")
    assert "together levels 2 to 3 have 2 of 9" in text.out
    refused = run("decide", MINIMAL, "--outcomes", "1NNN 2NNN b1NN")
    assert refused.status == WRONG_INPUT
    assert "Write `backfill` under escalation" in refused.err
    assert "backfill_level" not in advice("1NNN")


def test_open_windows_are_decided_where_they_do_not_matter() -> None:
    found = advice("1TT?")
    assert found["action"] in {"dose", "wait"}
    settled = advice("1NNN 2NNN 1NNN 1NNN 2NN?")
    assert settled["action"] == "dose"
    assert any("open" in flag for flag in settled["flags"])


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [
        ("1NNN 3NNN", "level 3 was given, level 2 advised"),
        ("2NNN", "level 2 was given, level 1 advised"),
        ("1TTT 1NNN", "which the rule had"),
        ("1NNNN", "4 evaluable, 3 planned"),
        ("1NN", "2 evaluable of 3 planned"),
    ],
)
def test_departures_from_the_rule_are_decided_with_a_flag(outcomes: str, words: str) -> None:
    assert any(words in flag for flag in advice(outcomes)["flags"])
    assert "\nflag: " in run("decide", MINIMAL, "--outcomes", outcomes).out


@pytest.mark.parametrize(
    "outcomes",
    [
        "NNN",
        "1",
        "0NNN",
        "5NNN",
        "1NNX",
        "1nnn",
        "1NNN,2NNN",
        "-1NNN",
        "1 NNN",
        "01NNN",
        "1N!N",
        "\N{ARABIC-INDIC DIGIT ONE}NNN",
        "99999999999999N",
        "1" + "N" * 101,
        "1N " * 301,
    ],
)
@pytest.mark.parametrize("command", ["decide", "pathways"])
def test_malformed_outcomes_are_refused(command: str, outcomes: str) -> None:
    ran = run(command, MINIMAL, f"--outcomes={outcomes}", "--json")
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert ran.err.startswith("outcomes: ")
    assert len(ran.err.splitlines()) == 1


def test_standard_output_is_one_document_and_nothing_else() -> None:
    ran = shell("decide", CRM, "--outcomes", "1NN 2NT", "--json")
    assert set(ran.document()) >= KEYS
    assert ran.err == ""


def test_pathways_as_a_tree() -> None:
    tree = run("pathways", MINIMAL, "--cohorts", "2", "--json").document()
    assert (tree["history"], tree["action"], tree["next_level"]) == ("", "dose", 1)
    assert [branch["dlts"] for branch in tree["outcomes"]] == [0, 1, 2, 3]
    first, *_, last = tree["outcomes"]
    assert (first["history"], first["next_level"]) == ("1NNN", 2)
    assert len(first["outcomes"]) == 4
    assert (last["action"], last["outcomes"]) == ("stop", [])
    text = run("pathways", MINIMAL, "--cohorts", "2").out
    assert text.startswith("start: treat 3 at level 1\n  0 of 3 DLT (1NNN): treat 3 at level 2\n")
    assert len(text.splitlines()) == 1 + 4 + 3 * 4


def test_pathways_agree_with_decide() -> None:
    tree = run("pathways", MINIMAL, "--outcomes", "1NNN", "--cohorts", "1", "--json").document()
    for branch in tree["outcomes"]:
        found = advice(branch["history"])
        assert {key: branch[key] for key in KEYS} == {key: found[key] for key in KEYS}


@pytest.mark.parametrize("cohorts", ["0", "7", "two", "-1", "1.5"])
def test_pathways_so_many_cohorts_ahead(cohorts: str) -> None:
    assert run("pathways", MINIMAL, f"--cohorts={cohorts}").status == WRONG_USAGE


def test_follow_up_is_what_designs_in_time_decide_from(tmp_path: Path) -> None:
    file = tmp_path / "time.yaml"
    file.write_text(MINIMAL.read_text("utf-8").replace("design: boin", "design: tite_boin"), "utf-8")
    call = ("decide", file, "--outcomes", "1NNN 2NN?")
    assert run(*call, "--json").document()["action"] == "wait"
    found = run(*call, "--follow-up", "0.4", "--json").document()
    assert (found["action"], found["next_level"]) == ("dose", 3)
    assert any("followed" in flag for flag in found["flags"])
    for wrong, words in (("0.4,0.5", "2 shares are given"), ("much", "not a list of numbers"), ("1.0", "below 1")):
        refused = run(*call, "--follow-up", wrong)
        assert refused.status == WRONG_INPUT
        assert words in refused.err
