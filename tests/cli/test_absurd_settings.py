"""Absurd and hostile settings of trials in time, searches and next trials: each is refused or told in plain words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import DONE, EXAMPLES, MINIMAL, WRONG_INPUT, WRONG_USAGE, protocol_text, run
from tests.cli.test_oc import TRUTH, in_time
from tests.simulation.next_trials import TWO_ARMS, change, number, text, worsening
from tests.simulation.tunings import plan_text

REFERENCE = EXAMPLES / "nsc-spms"
SMALL = ("--method", "calendar", "--trials", "100", "--truth", TRUTH)
CURVES = {"scenarios": {"random": 3, "seed": 1}, "unseen": {"random": 3, "seed": 2}}
ONE_SITE = "sites: [{candidates_per_30_days: 3}]\n"


def written(folder: Path, content: str, name: str = "file.yaml") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_a_stagger_longer_than_the_accrual_allows(tmp_path: Path) -> None:
    protocol = in_time(tmp_path, "boin", interval_between_participants_days=400)
    told = run("oc", protocol, *SMALL, "--accrual", "3")
    assert told.status == DONE
    assert (
        "mind: with 3 eligible candidates in 30 days and 400 days between participants, the trial takes 12.1"
        in told.out
    )
    (caution, _) = run("oc", protocol, *SMALL, "--accrual", "3", "--json").document()["cautions"]
    assert caution in told.out


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ("sites: [{candidates_per_30_days: .nan}]", "every number must be finite"),
        ("sites: [{candidates_per_30_days: -1}]", "at least 0.001"),
        ("sites: [{candidates_per_30_days: 1.0e-300}]", "at least 0.001"),
        ('sites: [{candidates_per_30_days: "3"}]', "write the number without quotes"),
        ("sites: many", "must be a list that is not empty"),
        ("", "begin with the keys of a conditions file"),
        (f"{ONE_SITE}leaving: 0.1\nleaving: 0.2", "a key stands once"),
        (f"{ONE_SITE}leaving: 0.999", "since nearly all leave"),
        (f"{ONE_SITE}screening_failures: 0.99999999", "so that no trial would end"),
        (f"{ONE_SITE}seasons: [0, 0.0000001]", "so that no trial would end"),
        (f"{ONE_SITE}late_share: 1.0e-300\ndlt_times: weibull", "at least 0.01"),
        (f"{ONE_SITE}manufacturing: {{lead_days: 3650, failures: 0.999}}", "more than a hundred years"),
    ],
)
@pytest.mark.parametrize("design", ["boin", "tite_boin"])
def test_conditions_that_nobody_could_meet(tmp_path: Path, design: str, conditions: str, words: str) -> None:
    ran = run("oc", in_time(tmp_path, design), *SMALL, "--conditions", written(tmp_path, conditions))
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert words in ran.err


@pytest.mark.parametrize("option", ["--accrual", "--meetings", "--screening-failures", "--not-evaluable"])
@pytest.mark.parametrize("value", ["nan", "inf", "-1", "many"])
def test_options_that_are_no_numbers(tmp_path: Path, option: str, value: str) -> None:
    options = ["--accrual", "3", option, value] if option != "--accrual" else [option, value]
    assert run("oc", in_time(tmp_path), *SMALL, *options).status == WRONG_USAGE


@pytest.mark.parametrize("name", ["protocol.yaml", "tuning.yaml", "next_trial.yaml"])
def test_a_file_of_another_kind_is_told_in_one_sentence(tmp_path: Path, name: str) -> None:
    file = REFERENCE / name
    calls: dict[str, tuple[str | Path, ...]] = {
        "next_trial.yaml": ("next", file),
        "tuning.yaml": ("tune", MINIMAL, "--plan", file, "--out", tmp_path / "made"),
        "conditions": ("oc", in_time(tmp_path), *SMALL, "--conditions", file),
        "protocol.yaml": ("oc", file),
    }
    for own, call in calls.items():
        if own != name:
            ran = run(*call)
            assert ran.status == WRONG_INPUT
            assert ("this is a protocol" if name == "protocol.yaml" else "are of another file") in ran.err
            assert "1 problem; mend it" in ran.err


def test_a_slip_of_the_pen_is_still_told_by_itself(tmp_path: Path) -> None:
    ran = run("oc", in_time(tmp_path), *SMALL, "--conditions", written(tmp_path, "site: [1]\nseason: [1]"))
    assert "did you mean `sites`" in ran.err
    assert "did you mean `seasons`" in ran.err


def test_more_processes_than_cores_are_not_started(tmp_path: Path) -> None:
    call = ("oc", in_time(tmp_path), *SMALL, "--accrual", "3")
    many = run(*call, "--workers", "256")
    assert many.status == DONE
    assert "--workers 256: this machine has cores for" in many.err
    assert many.out == run(*call).out
    assert run(*call, "--workers", "2").err == ""
    assert run(*call, "--workers", "0").status == WRONG_USAGE


@pytest.mark.parametrize(("address", "words"), [(" ", "--cluster is empty"), ("LOCAL", "missing port number")])
def test_addresses_that_are_none(address: str, words: str) -> None:
    ran = run("oc", MINIMAL, "--method", "monte-carlo", "--trials", "50", "--cluster", address)
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert words in ran.err
    assert "within" not in ran.err


def changed(path: str, value: Any, ratio: bool) -> str:
    """The text of a next trial with one value changed, at a place with dots."""
    document = json.loads(text(worsening(0.6) if ratio else change(0.5), TWO_ARMS, participants=[60]))
    *parents, last = path.split(".")
    place = document
    for key in parents:
        place = place[int(key)] if key.isdigit() else place[key]
    place[int(last) if last.isdigit() else last] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("path", "value", "ratio", "words"),
    [
        ("endpoints.0.effects.cells.1.value", 1e300, False, "1e+300 standard deviations"),
        ("endpoints.0.effects.cells.1.value", 21.0, False, "21 standard deviations of the change by month 12"),
        ("endpoints.0.effects.drug", number(-50), False, "50 standard deviations"),
        ("endpoints.0.change.natural_course", number(1e9), False, "a unit is mistaken"),
        ("endpoints.0.change.sd", number(1e-300), False, "no spread between people"),
        ("endpoints.0.change.sd", number(1e300), False, "no spread between people"),
        ("endpoints.0.effects.cells.1.value", 1e-300, True, "outside 0.01 to 100"),
        ("endpoints.0.effects.cells.1.value", 0, True, "above 0"),
        ("endpoints.0.effects.procedure", number(1e300), True, "outside 0.01 to 100"),
        ("endpoints.0.worsening.components.0.yearly_rate", number(1000), True, "by the first visit, in every arm"),
        ("endpoints.0.worsening.components.0.yearly_rate", number(1e-9), True, "nothing to compare"),
        ("endpoints.0.worsening.spread_between_people", number(50), True, "would differ by a factor of"),
        ("conduct.accrual_per_month", number(1e-300), True, "take 6e+301 months to recruit"),
        ("conduct.accrual_per_month", number(1e300), True, "nowhere do more than 10,000"),
        ("aim.one_sided_error", 1e-300, True, "at least 1e-05"),
        ("aim.power", 0.01, True, "is the error allowed"),
        ("participants", [-5], True, "at least 4"),
    ],
)
def test_next_trials_that_make_no_sense(tmp_path: Path, path: str, value: Any, ratio: bool, words: str) -> None:
    ran = run("next", written(tmp_path, changed(path, value, ratio)), "--trials", "100")
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert words in ran.err


def test_an_impossible_power_is_explained(tmp_path: Path) -> None:
    aim = {"power": 0.999, "one_sided_error": 0.025, "most_participants": 6}
    settings = written(tmp_path, text(change(0.5), TWO_ARMS, aim=aim, participants=[6]))
    told = run("next", settings, "--trials", "200")
    assert told.status == DONE
    assert "with 6 people, the most that could be recruited, the power is" in told.out
    assert "mind: a power of 99.9 % lets 0.2 of 200 simulated trials fail" in told.out
    (caution,) = run("next", settings, "--trials", "200", "--json").document()["cautions"]
    assert caution in told.out


def test_a_power_that_never_occurs_has_no_error_of_nought(tmp_path: Path) -> None:
    settings = written(tmp_path, text(change(-5.0), TWO_ARMS, participants=[60]))
    told = run("next", settings, "--trials", "100").out
    assert "the power is 0.0 % (all 100 trials alike)" in told
    assert "are for the worse, so no number of people would do" in told


def test_a_search_says_that_the_winners_trials_take_years(tmp_path: Path) -> None:
    protocol = in_time(tmp_path, "boin", interval_between_participants_days=400)
    search = {"designs": {"tite_boin": {}}, "max_participants": [6, 9]}
    plan = written(tmp_path, plan_text(**CURVES, search=search, in_time={"candidates_per_30_days": 3}))
    call = ("tune", protocol, "--plan", plan, "--out", tmp_path / "made", "--trials", "100")
    told = run(*call)
    assert told.status == DONE
    assert "mind: with 3 eligible candidates in 30 days and 400 days between participants, the trial takes" in told.out
    assert all(f"mind: {caution}" in told.out for caution in run(*call, "--json").document()["cautions"])


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"in_time": {"candidates_per_30_days": 1e-300}}, "at least 0.001"),
        ({"aims": [{"maximise": "correct_selection", "indifference": 5}]}, "this aim would decide nothing"),
        ({"search": {"max_participants": [1, 2]}}, "none of the 2 settings looked at makes a protocol"),
        ({"search": {"max_participants": [1]}}, "the one setting looked at makes no protocol"),
    ],
)
def test_searches_that_make_no_sense(tmp_path: Path, plan: dict[str, Any], words: str) -> None:
    protocol = written(tmp_path, protocol_text(), "protocol.yaml")
    ran = run("tune", protocol, "--plan", written(tmp_path, plan_text(**CURVES, **plan)), "--out", tmp_path / "made")
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert words in ran.err
