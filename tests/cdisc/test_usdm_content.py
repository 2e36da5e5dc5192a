"""USDM documents say what the protocols say.

What they must say is read from the protocol files as plain YAML, without this program's reader.
"""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.cdisc.usdm_documents import PROTOCOLS, REFERENCE, Object, design_of, document_of, value_of


def yaml(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text("utf-8"))


def test_visits_have_the_days_windows_and_activities_of_the_protocol() -> None:
    stated = yaml(REFERENCE)["schedule"]
    design = design_of(document_of(REFERENCE))
    (timeline,) = design["scheduleTimelines"]
    timings = {each["id"]: each for each in timeline["timings"]}
    activities = {each["id"]: each["name"] for each in design["activities"]}
    epochs = {each["id"]: each["name"] for each in design["epochs"]}
    instances = {each["encounterId"]: each for each in timeline["instances"]}
    assert [(each["name"], each["label"]) for each in design["activities"]] == [
        (each["id"], each["name"]) for each in stated["activities"]
    ]
    follow_up = stated["long_term_follow_up"]
    further = [
        {**follow_up, "id": f"F{day}", "name": f"Follow-up, day {day}", "day": day}
        for day in range(365 + follow_up["every_days"], follow_up["until_day"] + 1, follow_up["every_days"])
    ]
    visits = [*stated["visits"], *further]
    assert len(visits) == len(design["encounters"]) == 23
    assert timeline["plannedDuration"]["quantity"]["value"] == visits[-1]["day"] - visits[0]["day"]
    for visit, encounter in zip(visits, design["encounters"], strict=True):
        instance, timing = instances[encounter["id"]], timings[encounter["scheduledAtId"]]
        day, window = visit["day"], visit.get("window", [0, 0])
        assert (encounter["name"], encounter["label"]) == (visit["id"], visit["name"])
        assert [activities[each] for each in instance["activityIds"]] == visit["activities"]
        kind = "Fixed Reference" if day == 0 else "Before" if day < 0 else "After"
        assert timing["type"]["decode"].startswith(kind)
        assert timing["value"] == f"P{abs(day)}D"
        bounds = (f"P{window[0]}D", f"P{window[1]}D") if any(window) else (None, None)
        assert (timing.get("windowLower"), timing.get("windowUpper")) == bounds
        expected = "SCREENING" if day < 0 else "TREATMENT" if day == 0 else "FOLLOW-UP"
        assert epochs[instance["epochId"]] == expected
        anchor = next(each for each in instances.values() if each["name"] == "D0")
        assert (timing["relativeFromScheduledInstanceId"], timing["relativeToScheduledInstanceId"]) == (
            instance["id"],
            anchor["id"],
        )


def test_criteria_titles_objectives_and_registers_are_the_protocols() -> None:
    stated = yaml(REFERENCE)
    document = document_of(REFERENCE)
    (version,) = document["study"]["versions"]
    design = design_of(document)
    items = {each["id"]: each for each in version["eligibilityCriterionItems"]}
    criteria = [
        (each["identifier"], each["category"]["decode"], items[each["criterionItemId"]]["text"])
        for each in design["eligibilityCriteria"]
    ]
    decodes = {"inclusion": "Inclusion Criteria", "exclusion": "Exclusion Criteria"}
    assert criteria == [(c["id"], decodes[c["kind"]], c["text"]) for c in stated["population"]["criteria"]]
    said = [value_of(items[c["criterionItemId"]], "expression") for c in design["eligibilityCriteria"]]
    assert said == [" ".join(c["expression"].split()) for c in stated["population"]["criteria"]]
    titles = {each["type"]["decode"]: each["text"] for each in version["titles"]}
    assert titles == {
        "Official Study Title": stated["trial"]["title"],
        "Brief Study Title": stated["trial"]["short_title"],
    }
    names = {each["id"]: each["name"] for each in version["organizations"]}
    registers = [(names[each["scopeId"]], each["text"]) for each in version["studyIdentifiers"][1:]]
    assert registers == [(each["registry"], each["id"]) for each in stated["trial"]["registrations"]]
    for objective in design["objectives"]:
        level = objective["name"].lower()
        assert [(e["name"], e["text"]) for e in objective["endpoints"]] == [
            (e["id"], e["text"]) for e in stated["endpoints"] if e["objective"] == level
        ]
        assert level.capitalize() in objective["level"]["decode"]
    planned = design["population"]["plannedEnrollmentNumber"]
    assert [planned["minValue"]["value"], planned["maxValue"]["value"]] == stated["trial"]["planned_participants"]
    assert design["studyPhase"]["standardCode"]["code"] == "C15600"
    assert [each["code"] for each in design["subTypes"]] == ["C158289"]  # dose finding
    ages = design["population"]["plannedAge"]
    assert (ages["minValue"]["value"], ages["maxValue"]["value"]) == (18, 60)
    assert ages["maxValue"]["unit"]["standardCode"]["code"] == "C29848"


def test_arms_doses_and_treatments_are_the_protocols() -> None:
    stated = yaml(REFERENCE)
    document = document_of(REFERENCE)
    (version,) = document["study"]["versions"]
    design = design_of(document)
    assert [(each["label"], each["description"]) for each in design["arms"]] == [
        (label, f"{value} million cells")
        for label, value in zip(stated["dose_levels"]["labels"], stated["dose_levels"]["values"], strict=True)
    ]
    product, tacrolimus = version["studyInterventions"]
    assert product["name"] == stated["product"]["name"]
    assert [each["dose"]["value"] for each in product["administrations"]] == stated["dose_levels"]["values"]
    assert {each["dose"]["unit"]["standardCode"]["decode"] for each in product["administrations"]} == {"million cells"}
    assert (value_of(tacrolimus, "start_day"), value_of(tacrolimus, "stop_day")) == (0, 183)
    cells = {(each["armId"], each["epochId"]) for each in design["studyCells"]}
    assert len(cells) == len(design["studyCells"]) == 4 * 3
    assert [each["name"] for each in design["estimands"]] == ["worsening"]
    (other,) = [each for each in design["extensionAttributes"] if each["url"].endswith(":estimands")]
    assert value_of(other, "estimands:id") == "dlt_rate"  # it has no intercurrent event, which the class asks for


def read_back(attributes: list[Object], path: str) -> dict[str, list[Any]]:
    """Extension attributes as a plain mapping; each key has a list of what stands under it."""
    found: dict[str, list[Any]] = {}
    for each in attributes:
        key = each["url"].removeprefix(f"urn:firstdose:protocol:{path}")
        values = [value for name, value in each.items() if name.startswith("value")]
        if values:
            (value,) = values
            plain = value["value"] if isinstance(value, dict) else value
        else:
            plain = read_back(each.get("extensionAttributes", []), f"{path}{key}:")
        found.setdefault(key, []).append(plain)
    return found


def as_stated(value: Any) -> Any:
    """A section of a YAML file in the same form: each key has a list; what is empty is left out."""
    if isinstance(value, dict):
        return {str(k): as_stated(v) if isinstance(v, list) else [as_stated(v)] for k, v in value.items() if v != []}
    return [as_stated(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", PROTOCOLS, ids=lambda path: path.parent.name)
def test_the_rule_of_escalation_comes_back_as_the_file_states_it(path: Path) -> None:
    stated = yaml(path)["escalation"]
    guards = stated.pop("guards", [])
    attributes = design_of(document_of(path))["extensionAttributes"]
    (rule,) = (each for each in attributes if each["url"].endswith(":escalation"))
    found = read_back(rule["extensionAttributes"], "escalation:")
    assert {key: found.get(key) for key in stated if stated[key] != []} == as_stated(stated)
    names = [each["name"][0] for each in found.get("guards", [])]
    assert names == [next(iter(guard)) if isinstance(guard, dict) else guard for guard in guards]
    settings = [each["settings"][0] for each in found.get("guards", [])]
    assert settings == [
        as_stated(next(iter(guard.values())) or {}) if isinstance(guard, dict) else {} for guard in guards
    ]
