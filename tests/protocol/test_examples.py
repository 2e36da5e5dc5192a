import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from firstdose.protocol import Protocol, read_protocol

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = sorted(EXAMPLES.rglob("protocol.yaml"))


@pytest.fixture(scope="module")
def reference_trial() -> Protocol:
    return read_protocol(EXAMPLES / "nsc-spms" / "protocol.yaml")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.parent.relative_to(EXAMPLES)))
def test_every_example_is_read_without_a_problem(file: Path) -> None:
    protocol = read_protocol(file)
    assert protocol.place("escalation.design").line
    assert json.dumps(dict(protocol.escalation.settings))


def test_the_reference_trial_is_a_three_plus_three_confirmed_in_six(reference_trial: Protocol) -> None:
    escalation = reference_trial.escalation
    assert (escalation.design, dict(escalation.settings)) == ("three_plus_three", {"variant": "confirm_six"})
    assert (escalation.cohort_size, escalation.max_participants) == (3, 24)
    assert reference_trial.dose_levels.values == (5.0, 10.0, 16.0, 24.0)
    assert set(escalation.comparators) == {"boin", "crm", "mtpi2", "keyboard", "i3plus3", "blrm"}


@pytest.mark.parametrize(
    "key",
    [
        "escalation.design",
        "escalation.settings.variant",
        "escalation.target_dlt_rate",
        "escalation.comparators.crm.half_width",
        "escalation.dlt.window_days",
        "schedule.visits[4].window",
        "background_treatments[1].trough_target.lowest",
        "natural_history[1].rates[1].yearly_probability",
    ],
)
def test_what_the_sources_do_not_say_of_the_reference_trial_is_marked(reference_trial: Protocol, key: str) -> None:
    assert reference_trial.assumption(key)


@pytest.mark.parametrize("key", ["dose_levels.values", "trial.id", "population.criteria[2].text", "product.route"])
def test_what_the_sources_say_of_the_reference_trial_is_not_marked(reference_trial: Protocol, key: str) -> None:
    assert reference_trial.assumption(key) is None


@pytest.mark.parametrize(
    ("edss", "change", "eligible"), [(6.5, 1.0, True), (6.5, 0.5, False), (7.0, 0.5, True), (7.0, None, None)]
)
def test_progression_that_the_reference_trial_asks_for_depends_on_edss(
    reference_trial: Protocol, edss: float, change: float | None, eligible: bool | None
) -> None:
    assert reference_trial.population is not None
    expression = reference_trial.population.criteria[2].expression
    assert expression is not None
    assert expression.answer({"edss": edss, "edss_change_over_2_years": change}) is eligible


@pytest.mark.parametrize("file", sorted(EXAMPLES.rglob("outcomes.yaml")), ids=lambda file: file.parent.name)
def test_published_outcomes_fit_the_dose_levels_of_their_protocol(file: Path) -> None:
    outcomes = YAML(typ="safe", pure=True).load(file)
    levels = len(read_protocol(file.with_name("protocol.yaml")).dose_levels.values)
    assert outcomes["source"]
    if "outcomes" in outcomes:
        assert all(1 <= int(cohort[0]) <= levels for cohort in outcomes["outcomes"].split())
    else:
        assert len(outcomes["n"]) == len(outcomes["dlt"]) == levels
        assert all(0 <= dlts <= people for dlts, people in zip(outcomes["dlt"], outcomes["n"], strict=True))
