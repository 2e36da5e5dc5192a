"""`firstdose oc`: the document it prints, the choices it offers and the input it refuses."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from firstdose.designs.building import build_design
from firstdose.protocol import read_protocol
from firstdose.simulation.operating_characteristics import operating_characteristics
from firstdose.simulation.scenarios import listed
from tests.cli.running import CRM, DONE, EXAMPLES, MINIMAL, WRONG_INPUT, WRONG_USAGE, protocol_text, run, shell

TRUTH = "0.05,0.1,0.2,0.3"
SCORES = {
    "correct selection": "correct_selection",
    "treated above the MTD": "share_above_mtd",
    "observed DLT rate above target": "observed_rate_above_target",
    "MTD not reached": "mtd_not_reached",
}
FOLDERS = ["minimal", "nsc-spms", "car-t-boin", "crm", "blrm"]


def check_scenario(scenario: dict[str, Any], levels: int) -> None:
    """What holds of the figures of any scenario."""
    for name in ("truth", "selected", "mean_participants", "mean_dlts"):
        assert len(scenario[name]) == levels
    assert sum(scenario["selected"]) + scenario["none_selected"] == pytest.approx(1, abs=1e-9)
    assert sum(scenario["stop_reasons"].values()) == pytest.approx(1, abs=1e-9)
    assert sum(scenario["mean_participants"]) == pytest.approx(scenario["mean_total_participants"])
    assert sum(scenario["mean_dlts"]) == pytest.approx(scenario["mean_total_dlts"])
    assert 0 <= scenario["mtd_not_reached"] <= scenario["selected"][-1] + 1e-12
    for name in ("size_distribution", "dlt_distribution"):
        if scenario.get(name):
            assert sum(scenario[name].values()) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("folder", FOLDERS)
def test_document_of_each_example(folder: str) -> None:
    file = EXAMPLES / folder / "protocol.yaml"
    protocol = read_protocol(file)
    document = run("oc", file, "--json").document()
    assert document["design"] == protocol.escalation.design
    assert document["method"] == "exact"
    assert document["dose_levels"] == list(protocol.dose_levels.values)
    assert {"design", "method", "dose_levels", "scenarios", "summary"} <= set(document)
    for scenario in document["scenarios"]:
        check_scenario(scenario, len(document["dose_levels"]))


def test_without_a_truth_the_steps_around_each_mtd_are_shown() -> None:
    document = run("oc", MINIMAL, "--json").document()
    assert document["family"] == "steps"
    assert [scenario["true_mtd"] for scenario in document["scenarios"]][:4] == [1, 2, 3, 4]
    assert "true MTD: none" in run("oc", MINIMAL).out


def test_standard_output_is_one_document_and_nothing_else() -> None:
    ran = shell("oc", MINIMAL, "--truth", TRUTH, "--json")
    document = ran.document()
    assert ran.err == ""
    assert ran.out.endswith("}\n")
    assert document["scenarios"][0]["truth"] == [0.05, 0.1, 0.2, 0.3]


def test_figures_have_full_double_precision() -> None:
    rule = build_design(read_protocol(MINIMAL))
    figures = operating_characteristics(rule, listed([[0.05, 0.1, 0.2, 0.3]], 4)).scenarios[0]
    (printed,) = run("oc", MINIMAL, "--truth", TRUTH, "--json").document()["scenarios"]
    assert printed["selected"] == figures.selected
    assert printed["none_selected"] == figures.none_selected
    assert printed["mean_dlts"] == figures.mean_dlts


def test_truths_in_the_order_they_are_given() -> None:
    document = run("oc", MINIMAL, "--truth", "0.1,0.2,0.3,0.4", "--truth", TRUTH, "--json").document()
    assert [scenario["truth"][0] for scenario in document["scenarios"]] == [0.1, 0.05]
    assert document["family"] == "listed"
    assert "summary" not in document


@pytest.mark.parametrize(
    "truth", ["0,0,0,0", "1,1,1,1", "0,0,1,1", "0.3,0.3,0.3,0.3", "0.4,0.1,0.3,0.2", "1e-320,0,0,1"]
)
def test_extreme_and_falling_truths_are_answered(truth: str) -> None:
    (scenario,) = run("oc", MINIMAL, f"--truth={truth}", "--json").document()["scenarios"]
    check_scenario(scenario, 4)
    assert all(math.isfinite(value) for value in scenario["mean_participants"])


def test_random_curves_are_summarised() -> None:
    document = run("oc", MINIMAL, "--family", "random", "--curves", "40", "--seed", "3", "--json").document()
    assert len(document["scenarios"]) == document["summary"]["curves"] == 40
    assert 0 < document["summary"]["figures"]["correct_selection"]["mean"] < 1
    assert run("oc", MINIMAL, "--family", "random", "--curves", "40", "--seed", "3", "--json").document() == document
    text = run("oc", MINIMAL, "--family", "random", "--curves", "40", "--seed", "3").out
    assert "40 random curves" in text
    assert "correct selection" in text


def test_participants_who_are_not_evaluable_are_dosed_and_replaced() -> None:
    document = run("oc", MINIMAL, "--truth", TRUTH, "--not-evaluable", "0.2", "--json").document()
    (scenario,) = document["scenarios"]
    assert document["not_evaluable"] == 0.2
    assert scenario["mean_total_dosed"] == pytest.approx(scenario["mean_total_participants"] / 0.8)
    assert "\ndosed " in run("oc", MINIMAL, "--truth", TRUTH, "--not-evaluable", "0.2").out


def test_monte_carlo_prints_standard_errors() -> None:
    arguments = ("oc", MINIMAL, "--truth", TRUTH, "--method", "monte-carlo", "--trials", "400", "--seed", "7")
    document = run(*arguments, "--json").document()
    (scenario,) = document["scenarios"]
    check_scenario(scenario, 4)
    assert (document["method"], document["trials"], document["seed"]) == ("monte-carlo", 400, 7)
    errors = scenario["standard_errors"]
    assert errors["selected"][0] > 0
    assert run(*arguments, "--json").document() == document
    text = run(*arguments).out
    assert "monte-carlo (400 trials" in text
    assert "+-" in text
    for words, name in SCORES.items():
        assert f"{words} {100 * scenario[name]:.1f} % (+- {100 * errors[name]:.1f})" in text
    assert "+-" not in run("oc", MINIMAL, "--truth", TRUTH).out


def test_the_expansion_is_in_the_means_and_shown_apart() -> None:
    file = EXAMPLES / "car-t-boin" / "protocol.yaml"
    truth = "0.05,0.1,0.2,0.3,0.4"
    (scenario,) = run("oc", file, "--truth", truth, "--json").document()["scenarios"]
    assert sum(scenario["expansion_participants"]) == pytest.approx(12 * sum(scenario["selected"]))
    for name, size in (("participants", "size_distribution"), ("dlts", "dlt_distribution")):
        alone = sum(int(count) * chance for count, chance in scenario[size].items())
        total = alone + sum(scenario[f"expansion_{name}"])
        assert scenario[f"mean_total_{name}"] == pytest.approx(total)
        assert f"{total:.2f}\n  expansion " in run("oc", file, "--truth", truth).out


@pytest.mark.parametrize("method", ["exact", "monte-carlo"])
@pytest.mark.parametrize("curves", [20, 21])
def test_whether_distributions_are_given_is_said(method: str, curves: int) -> None:
    options = ("--family", "random", "--curves", str(curves), "--method", method, "--trials", "20", "--json")
    document = run("oc", MINIMAL, *options).document()
    assert document["distributions"] == (curves <= 20)
    for scenario in document["scenarios"]:
        assert bool(scenario["size_distribution"]) == document["distributions"]


@pytest.mark.parametrize("command", ["oc", "compare"])
def test_figures_for_those_who_are_not_replaced_are_refused(command: str, tmp_path: Path) -> None:
    file = tmp_path / "protocol.yaml"
    text = MINIMAL.read_text("utf-8")
    file.write_text(text + "  evaluable:\n    rule: All who are dosed.\n    replaced: false\n", encoding="utf-8")
    line = len(file.read_text("utf-8").splitlines())
    for method in ("exact", "monte-carlo"):
        options = ("--truth", TRUTH, "--trials", "20", "--method", method)
        assert run(command, file, *options).status == DONE
        refused = run(command, file, *options, "--not-evaluable", "0.1")
        assert (refused.status, refused.out) == (WRONG_INPUT, "")
        assert refused.err.startswith(f"{file}:{line}: escalation.evaluable.replaced: false: ")
        assert "figures for participants who are not replaced are not computed" in refused.err
        assert "leave out --not-evaluable" in refused.err


def test_past_the_budget_it_says_how_many_states_and_offers_monte_carlo() -> None:
    ran = shell("oc", MINIMAL, "--states", "100")
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert "would need" in ran.err
    assert "budget of 100 " in ran.err
    assert "--method monte-carlo" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        ("0.1,0.2", "2 rates, but the protocol has 4 dose levels"),
        ("0.1,0.2,0.3,0.4,0.5", "5 rates, but the protocol has 4 dose levels"),
        ("0.1,0.2,0.3,1.4", "from 0 to 1"),
        ("-0.1,0.2,0.3,0.4", "from 0 to 1"),
        ("5,10,20,30", "from 0 to 1"),
        ("nan,0.2,0.3,0.4", "from 0 to 1"),
        ("0.1,0.2,0.3,inf", "from 0 to 1"),
        ("0.1,0.2,0.3,x", "not a list of numbers"),
        ("0.1;0.2;0.3;0.4", "not a list of numbers"),
        ("5%,10%,20%,30%", "not a list of numbers"),
        ("", "not a list of numbers"),
        (",,,", "not a list of numbers"),
    ],
)
def test_truths_that_cannot_be_used(truth: str, words: str) -> None:
    for options in ([], ["--json"]):
        ran = run("oc", MINIMAL, f"--truth={TRUTH}", f"--truth={truth}", *options)
        assert (ran.status, ran.out) == (WRONG_INPUT, "")
        assert "truth 2 (" in ran.err
        assert words in ran.err


@pytest.mark.parametrize(
    "options",
    [
        ["--family", "stairs"],
        ["--method", "guess"],
        ["--curves", "0"],
        ["--curves", "many"],
        ["--trials", "1"],
        ["--trials", "1000001"],
        ["--seed", "-1"],
        ["--not-evaluable", "1"],
        ["--not-evaluable", "nan"],
        ["--states", "0"],
        ["--truths", TRUTH],
        ["--truth"],
        ["another.yaml"],
    ],
)
def test_wrong_usage(options: list[str]) -> None:
    ran = run("oc", MINIMAL, *options)
    assert (ran.status, ran.out) == (WRONG_USAGE, "")
    assert "Error: " in ran.err
    assert "firstdose oc -h" in ran.err or "requires an argument" in ran.err


def test_a_rule_without_a_target_needs_a_truth(tmp_path: Path) -> None:
    document = json.loads(protocol_text(design="three_plus_three", settings={"variant": "previous"}))
    del document["escalation"]["target_dlt_rate"]
    file = tmp_path / "protocol.yaml"
    file.write_text(json.dumps(document), encoding="utf-8")
    refused = run("oc", file)
    assert refused.status == WRONG_INPUT
    assert "--truth" in refused.err
    (scenario,) = run("oc", file, "--truth", TRUTH, "--json").document()["scenarios"]
    assert scenario["true_mtd"] is None
    assert scenario["correct_selection"] is None
    assert run("oc", file, "--truth", TRUTH).status == DONE


def test_text_and_document_agree() -> None:
    (scenario,) = run("oc", CRM, "--truth", TRUTH, "--json").document()["scenarios"]
    text = run("oc", CRM, "--truth", TRUTH).out
    for rate in (*scenario["selected"], scenario["none_selected"]):
        assert f"{100 * rate:.1f}" in text
    for mean in scenario["mean_participants"]:
        assert f"{mean:.2f}" in text


IN_TIME = {"dlt": {"definition": "any", "attribution": ["product"], "window_days": 28}}


def in_time(folder: Path, design: str = "tite_boin", **escalation: Any) -> Path:
    """A protocol with a DLT window and a design in time."""
    file = folder / "time.yaml"
    file.write_text(
        json.dumps(
            {
                "trial": {"id": "TIME-1", "title": "A trial"},
                "dose_levels": {"unit": "mg", "values": [1, 2, 3, 4]},
                "escalation": {
                    "design": design, "target_dlt_rate": 0.25, "cohort_size": 3, "max_participants": 12,
                    **IN_TIME, **escalation,
                },
            }
        ),
        "utf-8",
    )  # fmt: skip
    return file


def test_trials_in_time_say_how_long_they_take(tmp_path: Path) -> None:
    call = ("oc", in_time(tmp_path), "--method", "calendar", "--accrual", "6", "--trials", "300", "--truth", TRUTH)
    document = run(*call, "--json").document()
    assert document["method"] == "calendar"
    (scenario,) = document["scenarios"]
    check_scenario(scenario, 4)
    time = scenario["in_time"]
    assert time["duration_quantiles"]["10"] < time["mean_duration_days"] < time["duration_quantiles"]["90"]
    assert time["standard_errors"]["mean_duration_days"] > 0
    text = run(*call)
    assert text.status == DONE
    assert f"{time['mean_duration_days']:.0f} (" in text.out
    assert "calendar (300 trials" in text.out


def test_leaving_and_failures_need_more_candidates(tmp_path: Path) -> None:
    call = ("oc", in_time(tmp_path, "boin"), "--method", "calendar", "--accrual", "6", "--trials", "200", "--json")
    (plain,), (more,) = (
        run(*call, "--truth", TRUTH, *extra).document()["scenarios"]
        for extra in ((), ("--not-evaluable", "0.2", "--screening-failures", "0.5", "--meetings", "30"))
    )
    assert more["in_time"]["mean_screened"] > 2.2 * plain["in_time"]["mean_screened"]
    assert more["in_time"]["mean_duration_days"] > plain["in_time"]["mean_duration_days"]


@pytest.mark.parametrize("method", [[], ["--method", "monte-carlo"]])
def test_designs_in_time_are_refused_without_a_calendar(tmp_path: Path, method: list[str]) -> None:
    refused = run("oc", in_time(tmp_path), *method)
    assert refused.status == WRONG_INPUT
    assert "tite_boin decides while DLT windows are open" in refused.err
    assert "firstdose oc --method calendar" in refused.err


@pytest.mark.parametrize(
    "command", [("oc",), ("oc", "--method", "monte-carlo"), ("compare",), ("design", "--out", "out")]
)
def test_what_cannot_backfill_says_what_can(tmp_path: Path, command: tuple[str, ...]) -> None:
    name, *options = (str(tmp_path / each) if each == "out" else each for each in command)
    refused = run(name, in_time(tmp_path, "boin", backfill={"most_at_a_level": 9}), *options)
    assert refused.status == WRONG_INPUT
    assert "boin backfills lower levels while the escalation waits" in refused.err
    assert "firstdose oc --method calendar" in refused.err


def test_trials_in_time_backfill_by_the_protocol(tmp_path: Path) -> None:
    call = ("--method", "calendar", "--accrual", "6", "--trials", "200", "--truth", TRUTH, "--json")
    (plain,), (more,) = (
        run("oc", in_time(tmp_path, "boin", **extra), *call).document()["scenarios"]
        for extra in ({}, {"backfill": {"most_at_a_level": 9}})
    )
    assert plain["mean_total_participants"] <= 12
    assert more["mean_total_participants"] > plain["mean_total_participants"] + 4


def test_a_calendar_needs_accrual_and_a_window(tmp_path: Path) -> None:
    missing = run("oc", in_time(tmp_path), "--method", "calendar")
    assert missing.status == WRONG_INPUT
    assert "--accrual" in missing.err
    windowless = run("oc", MINIMAL, "--method", "calendar", "--accrual", "3")
    assert windowless.status == WRONG_INPUT
    assert "window_days" in windowless.err


@pytest.mark.parametrize(
    ("options", "note"),
    [
        (["--trials", "100"], "--trials is for simulated trials: exact figures need none"),
        (["--curves", "10"], "--curves is for --family random"),
        (["--family", "random", "--truth", TRUTH], "--family is for curves that are drawn: those of --truth are used"),
        (["--states", "100000", "--method", "monte-carlo", "--trials", "100"], "--states is for the exact engine"),
    ],
)
@pytest.mark.parametrize("command", ["oc", "compare"])
def test_options_without_effect_are_told(command: str, options: list[str], note: str) -> None:
    ran = run(command, MINIMAL, *options)
    assert ran.status == DONE
    assert ran.err == f"note: {note}\n" or ran.err.startswith(f"note: {note}, ")


@pytest.mark.parametrize("option", [("--accrual", "3"), ("--meetings", "30"), ("--screening-failures", "0.2")])
def test_options_of_trials_in_time_are_refused_elsewhere(option: tuple[str, str]) -> None:
    ran = run("oc", MINIMAL, *option)
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert f"{option[0]} is for trials in time: add --method calendar, or leave it out" in ran.err
