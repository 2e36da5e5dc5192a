"""USDM documents of the example protocols, held against the published class model and the protocols' own YAML.

`usdm_classes.json` holds, for the classes used, each attribute's type and how often it may stand there, as published
with USDM 4.0.0 (CDISC, digital data flow reference architecture: USDM_API.json and the model's cardinalities). What
documents must say is read from the protocol files as plain YAML, without this program's reader.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from firstdose.cdisc.usdm import lacking, usdm_document, write_usdm
from firstdose.protocol import Protocol, read_protocol

EXAMPLES = Path(__file__).parents[2] / "examples"
PROTOCOLS = sorted(EXAMPLES.rglob("protocol.yaml"))
REFERENCE = EXAMPLES / "nsc-spms" / "protocol.yaml"
CLASSES: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "usdm_classes.json").read_text("utf-8"))
PLAIN = {"string": str, "boolean": bool, "integer": int, "number": (int, float)}
REFERENCES = {
    "administrableProductId": "AdministrableProduct",
    "activityIds": "Activity",
    "analysisPopulationId": "AnalysisPopulation",
    "appliesToIds": "StudyVersion",
    "armId": "StudyArm",
    "bcSurrogateIds": "BiomedicalConceptSurrogate",
    "criterionIds": "EligibilityCriterion",
    "criterionItemId": "EligibilityCriterionItem",
    "defaultConditionId": "ScheduledActivityInstance",
    "elementIds": "StudyElement",
    "encounterId": "Encounter",
    "entryId": "ScheduledActivityInstance",
    "epochId": "StudyEpoch",
    "interventionIds": "StudyIntervention",
    "organizationIds": "Organization",
    "relativeFromScheduledInstanceId": "ScheduledActivityInstance",
    "relativeToScheduledInstanceId": "ScheduledActivityInstance",
    "scheduledAtId": "Timing",
    "scopeId": "Organization",
    "studyInterventionIds": "StudyIntervention",
    "timelineExitId": "ScheduleTimelineExit",
    "variableOfInterestId": "Endpoint",
}
Object = dict[str, Any]


def objects(part: Any) -> Iterator[Object]:
    """Every object of a document."""
    if isinstance(part, dict):
        if "instanceType" in part:
            yield part
        for value in part.values():
            yield from objects(value)
    elif isinstance(part, list):
        for value in part:
            yield from objects(value)


def yaml(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text("utf-8"))


def document_of(path: Path) -> Object:
    return usdm_document(read_protocol(path))


def design_of(document: Object) -> Object:
    (version,) = document["study"]["versions"]
    (design,) = version["studyDesigns"]
    return dict(design)


def faults(document: Object) -> Iterator[str]:
    """What is against the class model."""
    for each in ({**document, "instanceType": "Wrapper"}, *objects(document)):
        kind = each["instanceType"]
        described = CLASSES[kind]
        yield from (f"{kind} has no {name}" for name in each.keys() - described.keys() - {"instanceType"})
        for name, text in described.items():
            types, _, times = text.rpartition(" ")
            lowest, _, highest = times.partition("..")
            if name not in each:
                if lowest != "0":
                    yield f"{kind} needs {name}"
                continue
            values = each[name] if highest == "*" else [each[name]]
            if not isinstance(values, list) or len(values) < int(lowest):
                yield f"{kind}.{name}: {times}"
                continue
            for value in values:
                found = value.get("instanceType") if isinstance(value, dict) else type(value).__name__
                allowed = types.split("|")
                if found not in allowed and not any(type(value) in _types(each) for each in allowed):
                    yield f"{kind}.{name} is {found}, not {types}"
                if value == "":
                    yield f"{kind}.{name} is empty"


def _types(name: str) -> tuple[type, ...]:
    found = PLAIN.get(name, ())
    return found if isinstance(found, tuple) else (found,)


@pytest.mark.parametrize("path", PROTOCOLS, ids=lambda path: path.parent.name)
def test_documents_fit_the_class_model(path: Path) -> None:
    document = document_of(path)
    has_criteria = not any("population.criteria" in each for each in lacking(read_protocol(path)))
    assert set(faults(document)) == (set() if has_criteria else {"InterventionalStudyDesign.eligibilityCriteria: 1..*"})
    assert document["usdmVersion"] == "4.0.0"


def test_the_class_model_is_looked_at() -> None:
    document = document_of(REFERENCE)
    design = document["study"]["versions"][0]["studyDesigns"][0]
    design["arms"] = []
    design["colour"] = "blue"
    design["epochs"][0]["type"] = "a text"
    del design["rationale"]
    assert set(faults(document)) == {
        "InterventionalStudyDesign.arms: 1..*",
        "InterventionalStudyDesign has no colour",
        "StudyEpoch.type is str, not Code",
        "InterventionalStudyDesign needs rationale",
    }


@pytest.mark.parametrize("path", PROTOCOLS, ids=lambda path: path.parent.name)
def test_identifiers_are_unique_and_every_reference_leads_to_an_object_of_its_class(path: Path) -> None:
    found = list(objects(document_of(path)))
    by_identifier = {each["id"]: each for each in found}
    assert len(by_identifier) == len(found)
    for each in found:
        for name, value in each.items():
            if name == "id" or not re.search(r"Ids?$", name):
                continue
            expected = each["instanceType"] if name in ("previousId", "nextId") else REFERENCES[name]
            for identifier in value if isinstance(value, list) else [value]:
                assert by_identifier[identifier]["instanceType"] == expected, (each["id"], name)


@pytest.mark.parametrize("path", PROTOCOLS, ids=lambda path: path.parent.name)
def test_what_stands_in_order_is_linked_forth_and_back(path: Path) -> None:
    design = design_of(document_of(path))
    for several in (design["epochs"], design["activities"], design["encounters"], design["eligibilityCriteria"]):
        identifiers = [each["id"] for each in several]
        assert [each.get("nextId") for each in several] == [*identifiers[1:], None][: len(several)]
        assert [each.get("previousId") for each in several] == [None, *identifiers[:-1]][: len(several)]
    for timeline in design["scheduleTimelines"]:
        instances = timeline["instances"]
        assert timeline["entryId"] == instances[0]["id"]
        following = [each.get("defaultConditionId") for each in instances]
        assert following == [*(each["id"] for each in instances[1:]), None]
        assert [n for n, each in enumerate(instances) if "timelineExitId" in each] == [len(instances) - 1]


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


def value_of(each: Object, key: str) -> Any:
    """The value of an extension attribute."""
    found = [other for other in each["extensionAttributes"] if other["url"] == f"urn:firstdose:protocol:{key}"]
    (attribute,) = found
    (value,) = (value for name, value in attribute.items() if name.startswith("value"))
    return value["value"] if isinstance(value, dict) else value


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


@pytest.fixture
def protocol() -> Protocol:
    return read_protocol(REFERENCE)


def test_without_a_visit_at_dosing_days_are_counted_from_an_instance_of_its_own(protocol: Protocol) -> None:
    assert protocol.schedule
    visits = tuple(visit for visit in protocol.schedule.visits if visit.day)
    without = replace(protocol, schedule=replace(protocol.schedule, visits=visits))
    document = usdm_document(without)
    assert not set(faults(document))
    (timeline,) = design_of(document)["scheduleTimelines"]
    (dosing,) = (each for each in timeline["instances"] if "encounterId" not in each)
    assert [each["name"] for each in timeline["instances"]].index(dosing["name"]) == 2  # after R3 and M0
    assert {each["relativeToScheduledInstanceId"] for each in timeline["timings"]} == {dosing["id"]}
    (fixed,) = (each for each in timeline["timings"] if each["type"]["decode"].startswith("Fixed"))
    assert fixed["relativeFromScheduledInstanceId"] == dosing["id"]


def test_after_the_first_of_several_administrations_the_epoch_is_not_known(protocol: Protocol) -> None:
    assert protocol.product
    document = usdm_document(replace(protocol, product=replace(protocol.product, administrations=2)))
    (timeline,) = design_of(document)["scheduleTimelines"]
    assert [each["name"] for each in timeline["instances"] if "epochId" in each] == ["R3", "M0", "D0"]


def test_a_control_is_an_arm_without_the_product(protocol: Protocol) -> None:
    controlled = replace(protocol, dose_levels=replace(protocol.dose_levels, control="placebo"))
    control, *others = design_of(usdm_document(controlled))["arms"]
    assert (control["label"], control["type"]["code"], value_of(control, "dose_level")) == ("placebo", "C174226", 0)
    assert [value_of(each, "dose_level") for each in others] == [1, 2, 3, 4]


def test_a_window_of_the_day_of_dosing_is_no_window_of_the_timing(protocol: Protocol) -> None:
    """Rule DDF00025 of USDM: the anchor has none."""
    assert protocol.schedule
    visits = tuple(replace(each, window=(0, 2)) if each.day == 0 else each for each in protocol.schedule.visits)
    document = usdm_document(replace(protocol, schedule=replace(protocol.schedule, visits=visits)))
    (timeline,) = design_of(document)["scheduleTimelines"]
    (fixed,) = (each for each in timeline["timings"] if each["type"]["code"] == "C201358")
    assert not {"windowLower", "windowUpper", "windowLabel"} & fixed.keys()
    assert [each["valueInteger"] for each in fixed["extensionAttributes"]] == [0, 2]
    assert not set(faults(document))


def test_published_rules_of_usdm_hold() -> None:
    """Some of the rules that CDISC publishes with USDM, by their numbers."""
    document = document_of(REFERENCE)
    found = list(objects(document))
    design = design_of(document)
    (version,) = document["study"]["versions"]
    codes = [each for each in found if each["instanceType"] == "Code"]
    assert len({each["codeSystemVersion"] for each in codes if "cdisc" in each["codeSystem"]}) == 1  # DDF00073
    decodes = {(each["codeSystem"], each["code"], each["decode"]) for each in codes}
    assert len(decodes) == len({(system, code) for system, code, _ in decodes})  # DDF00035
    for kind in {each["instanceType"] for each in found}:
        names = [each["name"] for each in found if each["instanceType"] == kind and "name" in each]
        assert len(names) == len(set(names)), kind  # DDF00010
    for each in found:
        if each["instanceType"] == "Timing":
            windows = {"windowLower", "windowUpper", "windowLabel"} & each.keys()
            assert len(windows) in (0, 3)  # DDF00006
            ends = {each["relativeFromScheduledInstanceId"], each["relativeToScheduledInstanceId"]}
            assert len(ends) == (1 if each["type"]["code"] == "C201358" else 2)  # DDF00007, DDF00031
        if each["instanceType"] == "ScheduledActivityInstance":
            assert ("defaultConditionId" in each) != ("timelineExitId" in each)  # DDF00008
            assert each["epochId"]  # DDF00080
        if each["instanceType"] == "Duration":
            assert ("quantity" in each) != each["durationWillVary"]  # DDF00003
            assert {"quantity", "text"} & each.keys()  # DDF00033
            assert ("reasonDurationWillVary" in each) == each["durationWillVary"]  # DDF00004
        if each["instanceType"] == "Administration":
            assert {"dose", "frequency", "administrableProductId"} <= each.keys()  # DDF00178, DDF00185
        if each["instanceType"] == "Activity":
            assert each["bcSurrogateIds"]  # DDF00075
    roles = [each for each in version["roles"] if each["code"]["code"] == "C70793"]
    sponsors = {identifier for each in roles for identifier in each["organizationIds"]}
    assert len([each for each in version["studyIdentifiers"] if each["scopeId"] in sponsors]) == 1  # DDF00005
    assert [each["mainTimeline"] for each in design["scheduleTimelines"]] == [True]  # DDF00012
    assert len([each for each in design["objectives"] if each["level"]["code"] == "C85826"]) == 1  # DDF00084
    assert {each["epochId"] for each in design["scheduleTimelines"][0]["instances"]} == {
        each["id"] for each in design["epochs"]
    }  # DDF00099
    used = {identifier for cell in design["studyCells"] for identifier in cell["elementIds"]}
    assert used == {each["id"] for each in design["elements"]}  # DDF00040


def test_writing_tells_how_far_it_is(protocol: Protocol, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    write_usdm(protocol, tmp_path, progress=lambda done, of, what: told.append((done, of, what)))
    assert [done for done, *_ in told] == [0, 1, 2]
    assert {of for _, of, _ in told} == {2}


def test_the_same_protocol_gives_the_same_bytes(protocol: Protocol, tmp_path: Path) -> None:
    first, second = write_usdm(protocol, tmp_path / "a"), write_usdm(protocol, tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
    assert json.loads(first.read_text("utf-8")) == usdm_document(protocol)
