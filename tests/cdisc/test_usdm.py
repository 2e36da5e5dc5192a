"""USDM documents of the example protocols, held against the published class model and some of its rules."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from firstdose.cdisc.usdm import lacking, usdm_document, write_usdm
from firstdose.protocol import Protocol, read_protocol
from tests.cdisc.usdm_documents import PROTOCOLS, REFERENCE, design_of, document_of, faults, objects, value_of

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
