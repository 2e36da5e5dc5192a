"""Blank forms ask everything that the forms on the screen ask, and the groups of a form lose nothing."""

from __future__ import annotations

import html
from typing import Any

import pytest

from firstdose.measures import MEASURES
from firstdose.records import RECORDS, columns_of
from firstdose.web.form_fields import LONGEST_QUESTION
from tests.web.browsing import Client

FORMS = (
    "subjects", "criterion_answers", "disease_histories", "medical_histories", "dosings", "visits", "adverse_events",
    "grade_changes", "medications", "lab_results", "vital_signs", "assessments", "images", "samples", "relapses",
    "deviations", "dispositions", "deaths", "batches", "batch_tests",
)  # fmt: skip


@pytest.mark.parametrize("record_type", FORMS)
def test_every_question_and_every_answer_is_printed(signed_in: Client, record_type: str) -> None:
    page = html.unescape(signed_in("coordinator").get(f"/blank/{record_type}/").content.decode())
    for column in columns_of(RECORDS[record_type]).values():
        asked = column.question.words
        if len(asked) > LONGEST_QUESTION:  # how to answer stands beneath it
            asked, advice = asked.split(", ", 1)
            assert advice in page, column.name
        assert page.count(f'class="asked">{asked}') >= 1, column.name
        for words in column.codes.values():
            assert f"☐ {words}" in page, (column.name, words)
        assert column.question.unit in page


def test_a_measure_is_printed_with_its_items(site: Any, signed_in: Client) -> None:
    listed = signed_in("coordinator").get("/blank/").content.decode()
    for activity in site.protocol.schedule.activities:
        if activity.measure:
            assert f"?measure={activity.measure}" in listed
            page = signed_in("coordinator").get(f"/blank/assessments/?measure={activity.measure}").content.decode()
            for item in MEASURES[activity.measure].items:
                assert item.question in html.unescape(page)


def test_what_is_no_form_has_no_blank(signed_in: Client) -> None:
    for name in ("role_grants", "signatures", "nothing"):
        assert signed_in("coordinator").get(f"/blank/{name}/").status_code == 404


@pytest.mark.parametrize("record_type", RECORDS)
def test_groups_hold_every_field_once(site: Any, record_type: str) -> None:
    from firstdose.web.form_fields import fields_of_form
    from firstdose.web.form_groups import groups_of

    fields = fields_of_form(record_type, {}, {})
    groups = groups_of(fields, columns_of(RECORDS[record_type]))
    assert sorted(each.name for group in groups for each in group.fields) == sorted(each.name for each in fields)
    required = [each.name for each in fields if each.is_required]
    folded = [each.name for group in groups if group.can_fold for each in group.fields]
    assert not set(required) & set(folded)


def test_details_of_a_question_unfold_when_they_are_asked_for_or_filled(site: Any) -> None:
    from firstdose.web.form_fields import fields_of_form
    from firstdose.web.form_groups import FieldGroup, groups_of

    def details(**texts: str) -> FieldGroup:
        groups = groups_of(fields_of_form("adverse_events", texts, {}), columns_of(RECORDS["adverse_events"]))
        return next(each for each in groups if each.title == "Serious: details")

    assert [each.name for each in details().fields] == [
        "serious_death", "serious_life_threatening", "serious_hospital", "serious_disability", "serious_congenital",
        "serious_other",
    ]  # fmt: skip
    assert not details().is_open
    assert details(serious="yes").is_open
    assert not details(serious="no").is_open
    assert details(serious="no", serious_death="no").is_open
