"""Scenario files: every value has a source, every mistake is its own problem, and the null has no effect of dose."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from firstdose.protocol import ProblemsFound
from firstdose.protocol.describe import keys_of
from firstdose.protocol.meaning import is_part
from firstdose.simulation.virtual.scenario import NULL, ScenarioSections
from firstdose.simulation.virtual.scenario_checks import parts_of
from firstdose.simulation.virtual.scenario_reading import scenario_of
from firstdose.simulation.virtual_trial import check_scenario, read_scenario, virtual_trial
from tests.simulation.virtual_trials import EXAMPLES, SCENARIO, changed, default, protocol


@cache
def small() -> str:
    """The scenario that is shipped with shorter lists, as JSON: reading it takes less time."""
    tree = YAML(typ="safe").load(SCENARIO.read_text("utf-8"))
    for terms in (tree["toxicity"]["terms"], *(each["terms"] for each in tree["adverse_events"]["causes"])):
        del terms["items"][1:]
    for section, name, kept in (
        ("adverse_events", "causes", 2), ("laboratory", "tests", 2), ("laboratory", "vital_signs", 0),
        ("metabolites", "classes", 2),
    ):  # fmt: skip
        del tree[section][name][kept:]
    del tree["imperfections"], tree["treatments"]["symptomatic"]["items"]
    return json.dumps(tree, default=str)


def values() -> Any:
    """The plain values of that scenario, to be changed."""
    return json.loads(small())


def at(tree: Any, path: str) -> tuple[Any, str | int]:
    """The mapping or list around a key such as `conduct.centres[1].zone`, and the last step."""
    steps: list[str | int] = []
    for word in path.replace("]", "").split("."):
        name, *items = word.split("[")
        steps += [name, *(int(item) - 1 for item in items)]
    for step in steps[:-1]:
        tree = tree[step]
    return tree, steps[-1]


def test_every_parameter_of_the_shipped_scenario_has_a_source() -> None:
    count = 0
    for path, each in parts_of(default()):
        section: type = type(each)
        keys = keys_of(section)
        numbers = [name for name in keys if isinstance(getattr(each, name), int | float | tuple)]
        numbers = [name for name in numbers if not isinstance(getattr(each, name), bool)]
        nested = [name for name in numbers if isinstance(getattr(each, name), tuple) and is_list_of_parts(each, name)]
        if set(numbers) - set(nested) and "source" not in keys:
            assert covered(path), f"{path}: {numbers} have no source"
        if "source" in keys:
            assert each.source.strip(), path
            count += 1
    assert count > 150


def is_list_of_parts(each: Any, name: str) -> bool:
    return all(is_part(type(item)) or isinstance(item, str) for item in getattr(each, name))


def covered(path: tuple[str | int, ...]) -> bool:
    """Terms and drugs stand in lists that have one source for all."""
    return "items" in path


def test_facts_are_those_of_their_sources() -> None:
    volume = default().imaging.brain_volume.yearly_change_percent
    assert (volume.mean, volume.sd, "Lancet 2014;383:2213" in volume.source) == (-0.584, 0.498, True)
    assert default().neurofilament.geometric_mean.value == 32.1
    error = default().disability.measurement_error
    exact = 1 - error.half_step - error.whole_step
    agreement = exact**2 + 2 * (error.half_step / 2) ** 2 + 2 * (error.whole_step / 2) ** 2
    assert 0.67 <= agreement <= 0.69
    entry = default().people.edss_at_entry
    mean = sum(step * share for step, share in zip(entry.values, entry.shares, strict=True))
    assert mean == pytest.approx(7.6, abs=0.05)


MISTAKES: dict[str, tuple[str, Any, str]] = {
    "unknown key": ("conduct.centers", [], "there is no key `centers`"),
    "unknown section": ("safety", {}, "there is no key `safety`"),
    "missing source": ("attendance.missed_visit", {"value": 0.1}, "the key `source` is required"),
    "empty source": ("attendance.missed_visit.source", " ", "must be text that is not empty"),
    "missing value": ("attendance.missed_visit", {"source": "assumed"}, "the key `value` is required"),
    "share above 1": ("attendance.missed_visit.value", 4, "at most 1"),
    "percent": ("attendance.missed_visit.value", "4 %", "must be a number"),
    "true for one": ("attendance.missed_visit.value", True, "must be a number"),
    "text for a number": ("laboratory.tests[1].high", "high", "must be a number"),
    "negative rate": ("relapses.per_year.value", -0.1, "at least 0"),
    "ratio of 0": ("toxicity.odds_ratio_per_doubling.value", 0, "above 0"),
    "half a participant": ("product.participants_per_batch.value", 2.5, "whole number"),
    "impossible day": ("conduct.first_referral.value", "2018-02-30", "a date YYYY-MM-DD"),
    "unknown zone": ("conduct.centres[1].zone", "Europe/Atlantis", "must be a time zone"),
    "no centre": ("conduct.centres", [], "not empty"),
    "same centre twice": ("conduct.centres[2].id", "01", "must differ"),
    "unknown cause": ("adverse_events.causes[1].cause", "weather", "one of: product, procedure"),
    "same cause twice": ("adverse_events.causes[2].cause", "product", "stands twice"),
    "cause before itself": ("adverse_events.causes[2].per_year.before", 1.0, "nothing of the product"),
    "grades of 0": ("adverse_events.causes[1].terms.items[1].grades", [0, 0, 0, 0], "one must be above 0"),
    "three grades": ("adverse_events.causes[1].terms.items[1].grades", [1, 1, 1], "a list of 4"),
    "mild DLT": ("toxicity.terms.items[1].grades", [5, 1, 0, 0], "grade 3 or 4"),
    "seriousness above 1": ("adverse_events.serious.by_grade", [0, 0, 0, 2], "probabilities from 0 to 1"),
    "shares below 1": ("people.edss_at_entry.shares", [0.1, 0.1, 0.1, 0.1], "must add up to 1"),
    "too few shares": ("people.edss_at_entry.shares", [0.5, 0.5], "as many items as values"),
    "steps out of order": ("function.barthel.points.steps", [9, 8, 7, 6, 5, 4, 3, 2, 1, 0], "rising order"),
    "no step of the scale": ("people.edss_at_entry.values", [6.5, 7.0, 7.6, 8.0], "half step from 1 to 10"),
    "step without a course": ("people.edss_at_entry.values", [5.5, 7.0, 7.5, 8.0], "yearly_transitions has"),
    "ages upside down": ("people.age_years.lowest", 70, "must not exceed highest"),
    "days upside down": ("conduct.decision_days.lowest", 30, "must not exceed highest"),
    "row that does not add up": ("disability.yearly_transitions.rows[2]", [0, 0.8, 0.1, 0], "must add up to 1"),
    "short row": ("disability.yearly_transitions.rows[3]", [0.5, 0.5], "one probability for each step"),
    "errors above 1": ("disability.measurement_error.whole_step", 0.9, "must not exceed 1"),
    "unknown class": ("metabolites.classes[1].id", "acyl_carnitine", "did you mean `acyl_carnitines`"),
    "too many metabolites": ("metabolites.classes[2].metabolites.value", 400, "names for at most 30"),
    "same test twice": ("laboratory.tests[2].test", "ALT", "stands twice"),
    "unknown fluid": ("neurofilament.fluid", "saliva", "one of: serum, plasma, csf"),
    "unknown assignment": ("metabolites.people_in_runs.value", "alphabetical", "one of: at_random"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_a_problem_at_its_own_line(mistake: str) -> None:
    path, value, words = MISTAKES[mistake]
    tree = values()
    around, step = at(tree, path)
    around[step] = value
    text = json.dumps(tree, indent=0)
    with pytest.raises(ProblemsFound) as found:
        scenario_of(text, "s.yaml")
    problems = [problem for problem in found.value.problems if words in str(problem)]
    assert problems, str(found.value)
    assert all(problem.place.key.startswith(path.rsplit(".", 1)[0].split("[")[0]) for problem in found.value.problems)
    assert problems[0].place.line
    assert problems[0].fix


def test_all_mistakes_of_a_file_are_reported_at_once() -> None:
    tree = values()
    for mistake in ("share above 1", "unknown key", "unknown zone"):
        path, value, _ = MISTAKES[mistake]
        around, step = at(tree, path)
        around[step] = value
    with pytest.raises(ProblemsFound) as found:
        scenario_of(json.dumps(tree), "s.yaml")
    assert {problem.place.key for problem in found.value.problems} >= {
        "attendance.missed_visit.value",
        "conduct.centers",
    }


def test_a_missing_section_is_named() -> None:
    tree = values()
    del tree["toxicity"]
    with pytest.raises(ProblemsFound, match="the key `toxicity` is required"):
        scenario_of(json.dumps(tree))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("- 1\n- 2\n", "a scenario file is a mapping"),
        ("name: a\nname: b\n", "appears"),
        ("name: &a x\n", "anchors are refused"),
        ("name: [\n", "not valid YAML"),
    ],
)
def test_what_is_no_scenario_is_refused(text: str, words: str) -> None:
    with pytest.raises(ProblemsFound) as found:
        scenario_of(text)
    assert words in str(found.value) or "name" in str(found.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path, words in ((tmp_path, "a scenario file is wanted"), (tmp_path / "none.yaml", "no such file")):
        with pytest.raises(ProblemsFound, match=words):
            read_scenario(path)
    (tmp_path / "latin.yaml").write_bytes("name: caf\xe9\n".encode("latin-1"))
    with pytest.raises(ProblemsFound, match="a scenario file is text in UTF-8"):
        read_scenario(tmp_path / "latin.yaml")


def ratios(scenario: ScenarioSections) -> Iterator[tuple[str, float]]:
    """Every parameter whose name says that it is an effect of the dose."""
    for path, each in parts_of(scenario):
        section: type = type(each)
        for name in keys_of(section):
            if name.endswith("per_doubling"):
                parameter = getattr(each, name)
                yield f"{path}.{name}", float(parameter.mean if hasattr(parameter, "mean") else parameter.value)


def test_the_null_has_no_effect_of_dose_anywhere() -> None:
    null = default().without_dose_effects()
    found = dict(ratios(null))
    assert len(found) >= 14
    assert set(found.values()) <= {0.0, 1.0}
    slopes = {path for path, value in found.items() if value == 0.0}
    assert all("slope" in path for path in slopes)
    assert NULL in null.name
    assert any(value not in (0.0, 1.0) for _, value in ratios(default()))


def test_errors_are_asked_for_and_must_be_described() -> None:
    shipped = default().imperfections
    assert shipped is not None
    assert not shipped.applied
    spoilt = default().with_imperfections().imperfections
    assert spoilt is not None
    assert spoilt.applied
    with pytest.raises(ValueError, match="imperfections"):
        replace(default(), imperfections=None).with_imperfections()


DISAGREEMENTS: dict[str, tuple[dict[str, Any], str]] = {
    "nobody is kept": ({"conduct__screening_failure": 0.99}, "conduct.screening_failure.value"),
    "takes for ever": ({"conduct__referred_per_month": 0.01}, "conduct.referred_per_month.value"),
}


@pytest.mark.parametrize("name", DISAGREEMENTS)
def test_a_trial_that_cannot_end_is_refused(name: str) -> None:
    values_, key = DISAGREEMENTS[name]
    assert [problem.place.key for problem in check_scenario(protocol(), changed(default(), **values_))] == [key]


def test_scenario_and_protocol_must_go_together() -> None:
    scenario = default()
    by_level = replace(scenario.toxicity, rates_by_level=rates(0.1, 0.2))
    cases = [
        (replace(scenario, toxicity=by_level), "toxicity.rates_by_level.values"),
        (replace(scenario, toxicity=replace(scenario.toxicity, caused_by="disease")), "toxicity.caused_by"),
        (replace(scenario, people=aged(scenario, 16, 57)), "people.age_years.lowest"),
        (replace(scenario, people=aged(scenario, 38, 70)), "people.age_years.highest"),
        (replace(scenario, people=entering(scenario, 9.0)), "people.edss_at_entry.values"),
    ]
    for case, key in cases:
        assert [problem.place.key for problem in check_scenario(protocol(), case)] == [key]
        with pytest.raises(ProblemsFound):
            virtual_trial(protocol(), case, seed=1)


def rates(*by_level: float) -> Any:
    from firstdose.simulation.virtual.scenario_safety import RatesByLevel

    return RatesByLevel(values=by_level, source="assumed")


def aged(scenario: Any, lowest: float, highest: float) -> Any:
    return replace(scenario.people, age_years=replace(scenario.people.age_years, lowest=lowest, highest=highest))


def entering(scenario: Any, step: float) -> Any:
    entry = replace(scenario.people.edss_at_entry, values=(step,), shares=(1.0,))
    return replace(scenario.people, edss_at_entry=entry)


def test_a_protocol_must_have_a_rule_and_a_definition_of_dlts() -> None:
    from firstdose.protocol import read_protocol

    for name, key in (("minimal", "escalation.dlt"), ("cdisc-pilot", "escalation.design")):
        problems = check_scenario(read_protocol(EXAMPLES / name / "protocol.yaml"), default())
        (place,) = (problem.place for problem in problems if problem.place.key == key)
        assert place.file.endswith("protocol.yaml")


def test_a_scenario_may_leave_things_out() -> None:
    tree = values()
    tree["laboratory"]["tests"] = []
    for each in tree["metabolites"]["classes"]:
        each["metabolites"]["value"] = 0
    tree["adverse_events"]["frailty_variance"]["value"] = 0
    trial = virtual_trial(protocol(), scenario_of(json.dumps(tree)), seed=2)
    frames = trial.trial_data.frames
    assert set(frames["lab_results"]["category"]) == {"trough"}
    assert frames["vital_signs"].height == 0
    assert trial.abundances.columns == ["sample"]
    assert set(trial.truth.people["frailty"]) == {1.0}
    assert set(trial.truth.events["cause"]) <= {"product", "procedure", "disease"}
