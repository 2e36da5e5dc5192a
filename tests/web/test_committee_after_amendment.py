"""What was prepared before an amendment is shown as it was then, and decided on no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from tests.web.another_site import another_site, browser_of
from tests.web.conftest import fill
from tests.web.sites import Sites
from tests.web.test_versions import load, named

PROPOSE = {"step": "propose", "action": "stop", "reason": "for want of cells"}


@pytest.fixture(scope="module")
def amended(sites: Sites) -> Iterator[str]:
    """A site whose protocol has another highest dose since a decision was prepared; the page of that."""
    text = (files("firstdose") / "examples" / "nsc-spms" / "protocol.yaml").read_text("utf-8")
    assert "values: [5, 10, 16, 24]" in text
    with another_site(sites, fill) as trial:
        number = max(int(each.record) for each in trial.ledger.records("prepared_decisions"))
        version = named(text.replace("values: [5, 10, 16, 24]", "values: [5, 10, 16, 21]"), "2")
        assert load(browser_of("data_manager"), version).status_code == 302
        approval = {"version": "2", "reason": "vote of the ethics committee of 2 March"}
        assert browser_of("data_manager_2").post("/versions/one/", approval).status_code == 302
        assert trial.version == "2"
        yield f"/decisions/{number}/"


def test_a_decision_prepared_before_an_amendment_is_shown_as_it_was(amended: str) -> None:
    """By the protocol of then: its doses, and the same recommendation from the same data; but nothing is decided."""
    member = browser_of("committee_member")
    page = member.get(amended).content.decode()
    assert "the same data and the same recommendation" in page
    assert "not the same" not in page
    tables = page.split('id="advice"')[1].split("What is decided on")[0]
    assert "24 million cells" in tables
    assert "21 million cells" not in tables
    assert "the protocol was amended" in page
    assert 'value="propose"' not in page
    assert member.post(amended, PROPOSE).status_code == 409


def test_a_pack_of_a_moment_before_an_amendment_is_that_of_then(amended: str) -> None:
    """Of the same moment, made before and after: the same hash of the protocol, of the data, and the same file."""
    from firstdose.web.committee_packs import made_packs, pdf_of
    from firstdose.web.trial import the_trial

    trial = the_trial()
    (before,) = made_packs(trial)
    assert pdf_of(trial, before).startswith(b"%PDF")
    where = browser_of("statistician")
    moment = before.moment.astimezone(UTC).isoformat()
    assert where.post("/safety/packs/", {"as_of": moment}).status_code == 302
    after = made_packs(trial)[0]
    assert after.entry.sequence > before.entry.sequence
    same = ("protocol_hash", "data_hash", "data_as_of")
    assert [after.facts.get(each) for each in same] == [before.facts.get(each) for each in same]
    assert datetime.fromisoformat(after.facts["data_as_of"]) == before.moment


def test_a_decision_taken_before_an_amendment_is_listed_with_the_dose_of_then(amended: str) -> None:
    from firstdose.records import DoseDecision
    from firstdose.web.decision_words import shown_decisions
    from firstdose.web.trial import the_trial

    trial = the_trial()
    taken = next(iter(trial.dosing_data().records(DoseDecision)))
    of_then = replace(taken, action="dose", next_level=4)
    of_now = replace(of_then, decision=taken.decision + 1, protocol_version="2")
    words = [each.words for each in shown_decisions(trial, [of_then, of_now], [])]
    assert words == ["dose level 4, 21 million cells", "dose level 4, 24 million cells"]
