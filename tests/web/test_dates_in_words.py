"""Dates are read in words wherever they are not typed: 14 March 2026, 10:30. The history keeps what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from firstdose.web.value_words import moment_words, value_words
from tests.web.browsing import Client
from tests.web.test_words import Read

TYPED = re.compile(r"\b(?:19|20)\d\d-\d\d(?:-\d\d)?\b")
EXAMPLES = ("2026-03-14", "2026-03", "2026-01-31")
"""How dates are to be typed, as the help beside a field says."""
HISTORY = re.compile(r'<table class="entries">.*?</table>|<div class="warning".*?</div>', re.DOTALL)
"""The entries of a record, and warnings, which quote what other tests typed."""


def dates_typed_in(page: str) -> list[str]:
    """The dates on a page that stand there as they are typed, beside the examples, names of files and the history."""
    texts = [each for each in Read(HISTORY.sub("", page)).said if not each.endswith(".pdf")]
    return [text.strip() for text in texts if any(date not in EXAMPLES for date in TYPED.findall(text))]


@pytest.mark.parametrize(
    ("role", "address"),
    [
        *(
            ("coordinator", f"/participants/{{subject}}/{page}")
            for page in (
                "", "eligibility/", "schedule/M1/", "signing/", "criterion_answers/", "dosings/", "visits/",
                "adverse_events/", "grade_changes/", "medications/", "lab_results/", "assessments/", "samples/",
                "dispositions/",
            )
        ),
        *(("coordinator", page) for page in ("/", "/participants/", "/doses/", "/trial/batches/", "/serious/")),
        ("pharmacist", "/trial/batch_tests/"),
        ("data_manager", "/queries/1/"),
        ("data_manager", "/queries/ask/?type=adverse_events&subject={subject}"),
        ("data_manager", "/locks/?cut_off=2019-06-30"),
        *(("committee_member", page) for page in ("/decisions/", "/decisions/1/", "/verdicts/")),
    ],
)  # fmt: skip
def test_no_page_shows_a_date_as_it_is_typed(
    site: Any, signed_in: Client, subject_of: Callable[[str], str], role: str, address: str
) -> None:
    answer = signed_in(role).get(address.format(subject=subject_of("01")))
    assert answer.status_code == 200
    assert dates_typed_in(answer.content.decode()) == []


def test_a_serious_event_is_told_with_its_days_in_words(site: Any, signed_in: Client) -> None:
    event = next(
        each.fields
        for each in site.ledger.records("adverse_events")
        if each.fields.get("serious") == "yes"
        and each.fields["subject"].startswith("NSC-")
        and each.fields.get("start")
    )
    page = signed_in("inspector").get(f"/serious/{event['subject']}/{event['number']}/").content.decode()
    assert moment_words(event["start"]) in page
    assert dates_typed_in(page) == []


def test_the_search_finds_such_dates() -> None:
    assert dates_typed_in("<p>from 2026-04-01 on</p>") == ["from 2026-04-01 on"]
    assert not dates_typed_in('<p>as 2026-03-14</p><table class="entries"><td>2026-04-01</td></table>')


def test_what_is_no_date_stands_as_it_was_typed() -> None:
    assert value_words("adverse_events", "start", "2026-04") == "April 2026"
    assert value_words("adverse_events", "start", "last week") == "last week"
    assert value_words("adverse_events", "term", "2026-04") == "2026-04"


def test_the_history_keeps_what_was_typed(site: Any, signed_in: Client, subject_of: Callable[[str], str]) -> None:
    subject = subject_of("01")
    dosing = next(each for each in site.ledger.records("dosings") if each.fields["subject"] == subject)
    page = signed_in("inspector").get(f"/participants/{subject}/dosings/{dosing.record}/history/").content.decode()
    assert dosing.fields["procedure_start"] in page
