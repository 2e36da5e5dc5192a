"""`firstdose oc --conditions` with doses below those assigned: where outcomes count, and the ways side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from firstdose.protocol import read_protocol
from firstdose.simulation.calendar import WAYS_OF_COUNTING, Manufacturing, read_conditions
from tests.cli.running import DONE, WRONG_INPUT, run
from tests.cli.test_conditions import written
from tests.cli.test_oc import TRUTH, in_time

SHORT = """\
sites: [{candidates_per_30_days: 6}]
manufacturing: {lead_days: 21, shortfall_by_level: [0, 0.1, 0.3, 0.5], feasible_share: 0.6}
outcomes_count_at: given
"""
PLAIN = "sites: [{candidates_per_30_days: 6}]\n"


def call(tmp_path: Path, text: str, *extra: str, design: str = "boin") -> tuple[str | Path, ...]:
    conditions = ("--conditions", written(tmp_path, text), "--trials", "300", "--truth", TRUTH)
    return ("oc", in_time(tmp_path, design), "--method", "calendar", *conditions, *extra)


def test_every_key_reaches_the_calendar(tmp_path: Path) -> None:
    calendar = read_conditions(written(tmp_path, SHORT)).calendar(read_protocol(in_time(tmp_path)).escalation)
    assert calendar.outcomes_count_at == "given"
    assert calendar.manufacturing == Manufacturing(21.0, shortfall_by_level=(0.0, 0.1, 0.3, 0.5), feasible_share=0.6)


def test_one_chance_is_that_of_every_level_but_the_lowest(tmp_path: Path) -> None:
    same = SHORT.replace("[0, 0.1, 0.3, 0.5]", "[0, 0.3, 0.3, 0.3]")
    one = SHORT.replace("shortfall_by_level: [0, 0.1, 0.3, 0.5]", "shortfall: 0.3")
    assert run(*call(tmp_path, same, "--json")).document() == run(*call(tmp_path, one, "--json")).document()


def test_doses_assigned_and_given_are_shown(tmp_path: Path) -> None:
    document = run(*call(tmp_path, SHORT, "--json")).document()
    (scenario,) = document["scenarios"]
    doses = scenario["doses"]
    assert doses["outcomes_count_at"] == "given"
    assert sum(doses["mean_assigned"]) == pytest.approx(sum(doses["mean_given"]))
    assert doses["highest_feasible"] == 3
    assert sum(doses["highest_found_feasible"]) == pytest.approx(1)
    assert "by_counting" not in document
    text = run(*call(tmp_path, SHORT))
    assert text.status == DONE
    assert "outcomes count at the level given" in text.out
    for mean in (*doses["mean_assigned"], *doses["mean_given"]):
        assert f"{mean:.2f}" in text.out
    assert "feasible for at least 60 %: up to level 3" in text.out
    unstated = run(*call(tmp_path, SHORT.replace(", feasible_share: 0.6", "")))
    assert "feasible for" not in unstated.out
    assert "exact 95 %, a single trial" in unstated.out


def test_nothing_is_said_of_doses_where_none_falls_short(tmp_path: Path) -> None:
    assert "doses" not in run(*call(tmp_path, PLAIN, "--json")).document()["scenarios"][0]
    assert "assigned" not in run(*call(tmp_path, PLAIN)).out


def test_the_ways_of_counting_stand_side_by_side(tmp_path: Path) -> None:
    """The same figures as three runs by themselves, whichever way the file names."""
    compared = run(*call(tmp_path, SHORT, "--compare-counting", "--json")).document()["by_counting"]
    assert list(compared) == list(WAYS_OF_COUNTING)
    text = run(*call(tmp_path, SHORT, "--compare-counting")).out
    for way in WAYS_OF_COUNTING:
        alone = run(*call(tmp_path, SHORT.replace("at: given", f"at: {way}"), "--json")).document()
        assert compared[way]["scenarios"] == alone["scenarios"]
        assert f"  {way}" in text
    assert "mean days: assigned" in text


def test_what_is_not_simulated_is_told_beside_what_is(tmp_path: Path) -> None:
    told = call(tmp_path, SHORT, "--compare-counting", design="tite_boin")
    assert "live_trial: not simulated; outcomes_count_at is live_trial" in run(*told).out
    compared = run(*told, "--json").document()["by_counting"]
    assert "write assigned or given" in compared["live_trial"]["refused"]
    assert compared["assigned"]["scenarios"]


@pytest.mark.parametrize(
    ("text", "extra", "words"),
    [
        (PLAIN, ("--compare-counting",), "nobody is given less than was assigned"),
        (SHORT.replace("[0, 0.1, 0.3, 0.5]", "[0, 0.1]"), (), "one share a level, 4, not 2"),
        (SHORT.replace("[0, 0.1, 0.3, 0.5]", "[0.9, 0.8, 0.7, 0.5]"), (), "begin with 0"),
        (SHORT.replace("[0, 0.1, 0.3, 0.5]", "[0, 0.8, 0.7, 0.5]"), (), "may not fall"),
        (SHORT.replace("at: given", "at: administered"), (), "outcomes_count_at"),
    ],
)
def test_what_makes_no_sense_is_told_in_words(tmp_path: Path, text: str, extra: tuple[str, ...], words: str) -> None:
    refused = run(*call(tmp_path, text, *extra))
    assert refused.status == WRONG_INPUT
    assert words in refused.err
    assert not refused.out


def test_ways_of_counting_are_for_trials_in_time(tmp_path: Path) -> None:
    refused = run("oc", in_time(tmp_path, "boin"), "--compare-counting")
    assert refused.status == WRONG_INPUT
    assert "--compare-counting is for trials in time" in refused.err
