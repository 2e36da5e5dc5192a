"""Small things over which people stumble: each is said where it is looked for."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.web.browsing import Client


def test_a_wrong_host_is_one_line_in_the_log(site: Any, caplog: pytest.LogCaptureFixture) -> None:
    from django.test import Client as Browser

    answer = Browser(raise_request_exception=False).get("/", HTTP_HOST="evil.example")
    assert answer.status_code == 400
    (line,) = [each for each in caplog.records if "evil.example" in each.getMessage()]
    assert line.exc_info is None


def test_the_administrator_is_shown_to_the_pages_of_the_role(signed_in: Client) -> None:
    page = signed_in("administrator").get("/").content.decode()
    for address in ("/people/", "/ledger/"):
        assert f'<li><a href="{address}">' in page.split("<main")[1]


def test_who_loaded_the_first_version_is_told(signed_in: Client) -> None:
    for address in ("/versions/", "/versions/one/?version=1"):
        page = signed_in("data_manager").get(address).content.decode()
        assert "the first start of the site" in page
        assert "with the first start, " in page
        assert "2000-01-01" not in page


def test_the_export_says_what_is_analysed(signed_in: Client) -> None:
    assert "firstdose analyse EXPORT --out" in signed_in("inspector").get("/export/").content.decode()


def test_the_role_stands_once_above_a_page(signed_in: Client) -> None:
    page = signed_in("coordinator").get("/").content.decode()
    introduced = re.search(r'<div class="who"><a[^>]*>([^<]*)</a>', page)
    assert introduced is not None
    assert introduced[1] == "Study nurse or coordinator, site 01"


def test_a_document_of_the_ledger_is_told_in_words() -> None:
    from firstdose.web.templatetags.said import document

    text = '{"action": "dose", "next_level": 2, "flags": [], "parts": [{"is_open": true}, {"is_open": null}]}'
    lines = ["action: dose", "next level: 2", "flags: ", "parts 1, is open: yes", "parts 2, is open: none"]
    assert document(text).splitlines() == lines
    assert document("trial:\n  id: X") == "trial:\n  id: X"
    assert document("[" * 9000) == "[" * 9000


@pytest.mark.parametrize(
    ("stored", "shown"), [("1000000.0", "1,000,000"), (0.3, "0.3"), ("ten", "ten"), (None, ""), ("", "")]
)
def test_a_dose_is_written_out(stored: object, shown: str) -> None:
    from firstdose.web.templatetags.said import amount

    assert amount(stored) == shown


def test_a_raw_document_is_folded_wherever_it_stands(site: Any, signed_in: Client) -> None:
    first = site.ledger.records("prepared_decisions")[0]
    head = site.ledger.history(first.record_type, first.record)[0].sequence
    page = signed_in("statistician").get("/ledger/", {"before": str(head + 1)}).content.decode()
    assert "a document of" in page
    assert "&quot;action&quot;" not in page
