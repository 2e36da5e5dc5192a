"""Versions of the protocol through the pages: hostile files, problems with their lines, approval by another person."""

from __future__ import annotations

import uuid
from importlib.resources import files
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.web.browsing import Client


@pytest.fixture
def content() -> str:
    """The protocol of the reference trial, as a version of its own with another window for visits of month 1."""
    text = (files("firstdose") / "examples" / "nsc-spms" / "protocol.yaml").read_text("utf-8")
    window = "{id: M1, name: Month 1, day: 30, window: [7, 7]"
    assert window in text
    return text.replace(window, window.replace("[7, 7]", "[5, 5]"))


def named(content: str, version: str) -> str:
    """The same file under another version."""
    lines = [line for line in content.splitlines() if not line.startswith("  version:")]
    at = next(number for number, line in enumerate(lines) if line.startswith("trial:"))
    return "\n".join([*lines[: at + 1], f'  version: "{version}"', *lines[at + 1 :]]) + "\n"


def load(browser: Any, content: bytes | str, **more: str) -> Any:
    data = content if isinstance(content, bytes) else content.encode()
    return browser.post("/versions/", {"file": SimpleUploadedFile("../../protocol.yaml", data), **more})


@pytest.fixture
def other(site: Any) -> str:
    """Another data manager."""
    from firstdose.web.starting import Person, add_people

    add_people(site.ledger, [Person("other-data-manager", "Other", "data_manager", "*", "x" * 20)])
    return "other-data-manager"


def test_a_version_is_loaded_compared_and_approved_by_another_and_people_are_moved(
    site: Any, signed_in: Client, content: str, other: str
) -> None:
    before, version = site.version, f"T {uuid.uuid4().hex[:4]}/2"
    subject = f"M-{uuid.uuid4().hex[:8]}"
    signed_in("coordinator").post("/participants/new/", {"subject": subject, "centre": "01", "consent": "2026-01-02"})
    data_manager = signed_in("data_manager")
    assert load(data_manager, named(content, version)).status_code == 302
    assert site.version == before
    page = data_manager.get("/versions/one/", {"version": version}).content.decode()
    assert "schedule.visits[M1].window" in page
    assert "[7, 7]" in page
    assert "[5, 5]" in page
    assert "another person must approve it" in page
    approval = {"version": version, "reason": "vote of the ethics committee of 2 March"}
    assert data_manager.post("/versions/one/", approval).status_code == 409
    assert signed_in(other).post("/versions/one/", {"version": version, "reason": " "}).status_code == 409
    assert site.version == before
    assert signed_in(other).post("/versions/one/", approval).status_code == 302
    assert site.version == version
    assert site.ledger.record("subjects", subject).fields["protocol_version"] == before
    coordinator, address = signed_in("coordinator"), f"/participants/{subject}/version/"
    assert f"<option>{version}</option>" in coordinator.get(f"/participants/{subject}/").content.decode()
    assert coordinator.post(address, {"version": version, "reason": ""}).status_code == 409
    assert coordinator.post(address, {"version": "none such", "reason": "new consent"}).status_code == 409
    assert coordinator.post(address, {"version": version, "reason": "new consent of 3 March"}).status_code == 302
    assert site.ledger.record("subjects", subject).fields["protocol_version"] == version


def test_problems_are_listed_as_check_lists_them(site: Any, signed_in: Client, content: str) -> None:
    from firstdose.protocol import examine_text

    broken = named(content, "T3").replace("window: [7, 7]", "window: [7, -7]").replace("\ndose_levels:", "\ndose_lvls:")
    found = examine_text(broken).problems
    assert len(found) > 2
    browser = signed_in("data_manager")
    before = site.ledger.head()
    answer = load(browser, broken)
    assert answer.status_code == 409
    page = answer.content.decode()
    from html import escape

    for problem in found:
        assert f'<td class="number">{problem.place.line or ""}</td>' in page
        assert escape(problem.rule) in page
        assert escape(problem.fix) in page
    assert site.ledger.head() == before


HOSTILE = {
    "nothing": b"",
    "no text": b"\xff\xfe\x00\x01" * 10,
    "a bomb of aliases": b"a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n",
    "a tag that runs": b"trial: !!python/object/apply:os.system ['id']\n",
    "a script": b"trial: {id: '<script>alert(1)</script>'}\n",
    "deep": b"[" * 5000,
    "a key twice": b"trial: {id: a}\ntrial: {id: b}\n",
    "a number that is none": b"dose_levels: {values: [.nan, .inf], unit: mg}\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_with_words(site: Any, signed_in: Client, name: str) -> None:
    browser = signed_in("data_manager")
    before = site.ledger.head()
    answer = load(browser, HOSTILE[name])
    assert answer.status_code == 409
    assert b"<script>alert" not in answer.content
    assert site.ledger.head() == before


def test_a_file_that_is_too_large_is_not_read(site: Any, signed_in: Client) -> None:
    browser = signed_in("data_manager")
    before = site.ledger.head()
    answer = load(browser, b"# " + b"x" * 1_000_000)
    assert answer.status_code == 409
    assert "at most 1,000,000 bytes" in answer.content.decode()
    assert browser.post("/versions/", {}).status_code == 409
    assert site.ledger.head() == before


def test_a_version_that_is_there_or_has_no_name_is_refused(site: Any, signed_in: Client, content: str) -> None:
    browser = signed_in("data_manager")
    before = site.ledger.head()
    assert load(browser, named(content, site.version)).status_code == 409
    assert load(browser, content.replace("  version:", "  # version:")).status_code == 409
    assert browser.get("/versions/one/", {"version": "none such"}).status_code == 404
    assert site.ledger.head() == before


def test_a_file_that_was_mended_since_is_not_said_to_be_loaded(site: Any, signed_in: Client, content: str) -> None:
    """Of the same name and as long, sent again by the same form: what is in it counts."""
    browser, (first, mended) = signed_in("data_manager"), (f"T {uuid.uuid4().hex[:4]}" for _ in range(2))
    request = str(uuid.uuid4())
    assert load(browser, named(content, first), request=request).status_code == 302
    assert load(browser, named(content, first), request=request).status_code == 302, "the very same is done already"
    answer = load(browser, named(content, mended), request=request)
    assert (answer.status_code, b"What was typed since is not" in answer.content) == (409, True)
    assert not site.ledger.record("protocol_versions", mended).exists


def test_only_who_manages_versions_loads_one(signed_in: Client, content: str) -> None:
    assert load(signed_in("investigator"), named(content, "T9")).status_code == 403
    assert 'type="file"' not in signed_in("investigator").get("/versions/").content.decode()
