"""A death in the DLT window that nobody has judged: on the safety board and in the alerts, as beside the advice."""

from __future__ import annotations

from typing import Any

import pytest

from firstdose.records import AdverseEvent, Dosing
from tests.web.browsing import Client

TITLE = "Deaths in the DLT window without a verdict"
SAID = "died before the DLT window was over and counts as not evaluable: no verdict says whether what led to the death"


@pytest.fixture
def died(site: Any) -> str:
    """Somebody who was dosed, had no event that is judged fatal, and died the day after."""
    from firstdose.conduct.entering import draft_of
    from firstdose.conduct.ledger import Author

    data = site.dosing_data()
    with_events = {each.subject for each in data.records(AdverseEvent)}
    dosed = sorted(
        (str(each.product_start)[:10], each.subject)
        for each in data.records(Dosing)
        if each.product_start and each.subject not in with_events
    )
    day, subject = dosed[-1]
    draft = draft_of("deaths", {"subject": subject, "died": day}, {})
    assert draft is not None
    if not site.ledger.record("deaths", draft.record).exists:
        with site.desk.work(Author("coordinator", "coordinator", "*")) as work:
            work.append(draft)
    return str(subject)


def test_it_is_on_the_board_in_the_alerts_and_beside_the_advice(site: Any, signed_in: Client, died: str) -> None:
    from firstdose.conduct.recommending import freeze
    from firstdose.web.trial import now

    browser = signed_in("committee_member")
    board = browser.get("/safety/").content.decode()
    assert f"{died} {SAID}" in board.split(TITLE)[1].split("</section>")[0]
    home = browser.get("/").content.decode()
    assert died in home.split(TITLE)[1].split("</details>")[0]
    step = freeze(site.ledger, site.protocol, now()).advised.recommendation
    assert step is not None
    assert any(flag.startswith(f"{died} {SAID}") for flag in step.flags)


def test_who_follows_participants_is_led_to_the_record(signed_in: Client, died: str) -> None:
    home = signed_in("data_manager").get("/").content.decode()
    alert = home.split(TITLE)[1].split("</details>")[0]
    assert f"/participants/{died}/deaths/" in alert


def test_it_is_still_open_before_a_decision_is_prepared(signed_in: Client, died: str) -> None:
    page = signed_in("statistician").get("/decisions/").content.decode()
    assert f"{died}: {SAID}" in page.split("Still open:")[1].split("</ul>")[0]
