"""What pages keep is what reading everything anew gives: after each entry, and as time passes."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from firstdose.conduct.alerts import Alert, Part, Watched, alerts
from firstdose.conduct.ledger import Author, Draft, FieldChange
from firstdose.conduct.serious_events import entered_as_serious, safety_reports
from firstdose.conduct.staleness import stale_decisions
from firstdose.dosing.known import zone_named
from firstdose.dosing.versions import protocol_followed
from firstdose.records import Subject
from firstdose.web.acting import Acting, Grant
from firstdose.web.seeing import visible_subjects
from firstdose.web.sight import Sight
from firstdose.web.trial import Trial, now, quarter_of
from firstdose.web.watching import _found, alerts_now
from tests.patience import PATIENCE_SECONDS
from tests.web.browsing import Client, SubjectOf
from tests.web.test_home import listed

SYSTEM = Author("somebody", "system")
LONG = 0.05
"""Seconds that something takes which is not made quickly."""


def write(trial: Any, action: Any, kind: str, record: str, old: dict[str, str], **new: str) -> None:
    changes = tuple(FieldChange(name, old.get(name), text) for name, text in new.items())
    trial.ledger.write(SYSTEM, [Draft(action, kind, record, changes, "as it was")])


def fresh_alerts(trial: Any, moment: Any) -> Any:
    """All alerts as of a moment, made of everything that the ledger holds."""
    data = trial.fresh().trial_data
    people = {each.subject: each for each in data.records(Subject)}
    watched = Watched(
        trial.protocol,
        data,
        moment,
        protocol_of=lambda subject: protocol_followed(trial.protocol, people.get(subject)),
        reports=safety_reports(trial.ledger),
        entered=entered_as_serious(trial.ledger),
        zone=trial.zone,
    )
    return alerts(watched, stale_decisions(trial.ledger, data, trial.protocol, moment))


@pytest.mark.parametrize("hours", [0, 0.3, 6, 12, 18, 24, 24 * 40])
def test_alerts_are_those_made_anew_whatever_time_has_passed(site: Any, hours: float) -> None:
    moment = now() + timedelta(hours=hours, minutes=1)
    assert alerts_now(site, moment) == fresh_alerts(site, moment)
    later = moment + timedelta(minutes=2)
    assert alerts_now(site, later) == fresh_alerts(site, later)


def test_alerts_by_the_day_are_looked_for_again_when_a_day_begins(site: Any) -> None:
    """At the site of the tests, and where clocks are half an hour or a quarter off the full one."""
    for name in ("Europe/Rome", "Asia/Kolkata", "Asia/Kathmandu"):
        zone = zone_named(name)
        midnight = (now() + timedelta(days=2)).astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)

        def today(watched: Watched, zone: Any = zone) -> list[Alert]:
            return [Alert("trough", "P1", str(watched.moment.astimezone(zone).date()), "note")]

        part = Part("days", ("subjects",), today, by_day=True)
        seen = [_found(site, part, midnight + timedelta(seconds=second))[0].words for second in (-1, 0)]
        assert seen == [str(midnight.date() - timedelta(days=1)), str(midnight.date())], name


def test_alerts_of_each_part_follow_an_entry(site: Any, signed_in: Client, subject_of: SubjectOf) -> None:
    subject, nurse = subject_of("01"), signed_in("coordinator")
    event = f"{subject}/901"
    told = listed(nurse.get("/").content.decode()).count(subject)
    fields = {"subject": subject, "number": "901", "term": "Fall", "start": "2026-01-05", "serious": "yes"}
    write(site, "create", "adverse_events", event, {}, **fields)
    page = nurse.get("/").content.decode()
    assert listed(page).count(subject) > told
    assert "(Fall)" in page
    assert "(Fall)" not in signed_in("other-site-nurse").get("/").content.decode()
    assert "(Fall)" in nurse.get("/").content.decode()
    assert alerts_now(site, now()) == fresh_alerts(site, now())
    write(site, "change", "adverse_events", event, fields, term="Slip")
    assert "(Slip)" in nurse.get("/").content.decode()
    write(site, "remove", "adverse_events", event, {})
    page = nurse.get("/").content.decode()
    assert "(Slip)" not in page
    assert listed(page).count(subject) == told


def test_somebody_new_is_seen_at_once_and_moves_with_the_centre(site: Any, signed_in: Client) -> None:
    subject, here, there = f"N-{uuid.uuid4().hex[:6]}", signed_in("coordinator"), signed_in("other-site-nurse")
    grant = Grant("coordinator", "01", "Somebody")
    acting = Acting(Author("somebody", "coordinator", "01"), grant, (grant,))

    def seen() -> tuple[bool, bool, bool]:
        is_here, is_there = (subject in each.get("/participants/").content.decode() for each in (here, there))
        sight = Sight.of(site, acting)
        assert (subject in sight.visible) is (subject in visible_subjects(site, acting))
        return is_here, is_there, subject in sight.others

    assert seen() == (False, False, False)
    fields = {"subject": subject, "centre": "01"}
    write(site, "create", "subjects", subject, {}, **fields)
    assert seen() == (True, False, False)
    write(site, "change", "subjects", subject, fields, centre="02")
    assert seen() == (False, True, True)
    write(site, "remove", "subjects", subject, {})


def test_what_is_odd_in_a_record_is_counted_until_it_is_mended(
    site: Any, signed_in: Client, subject_of: SubjectOf
) -> None:
    subject, nurse = subject_of("01"), signed_in("coordinator")
    fields = {"subject": subject, "number": "902", "term": "Cold", "start": "2026-01-05", "end": "2026-01-04"}

    def to_look_at() -> int:
        page = nurse.get(f"/participants/{subject}/").content.decode()
        events = page.split(f'/participants/{subject}/adverse_events/"')[1].split("</li>")[0]
        return int(events.split("<b>")[1].split(" ")[0]) if "<b>" in events else 0

    before = to_look_at()
    write(site, "create", "adverse_events", f"{subject}/902", {}, **fields)
    assert to_look_at() == before + 1
    write(site, "change", "adverse_events", f"{subject}/902", fields, end="2026-01-06")
    assert to_look_at() == before


def test_that_something_cannot_be_so_is_told_at_once_and_no_longer_than_it_is_so(site: Any, signed_in: Client) -> None:
    member, dosed = signed_in("statistician"), next(each for each in site.courses(now()).all if each.is_dosed)
    event, to_come = f"{dosed.subject}/903", (now() + timedelta(days=9)).date().isoformat()
    fields = {"subject": dosed.subject, "number": "903", "term": "Ache", "start": to_come}
    words = "dated later than now"
    assert words not in member.get("/").content.decode()
    write(site, "create", "adverse_events", event, {}, **fields)
    assert words in member.get("/").content.decode()
    assert words in member.get(f"/doses/{dosed.subject}/").content.decode()
    write(site, "remove", "adverse_events", event, {})
    assert words not in member.get("/").content.decode()
    assert words not in member.get(f"/doses/{dosed.subject}/").content.decode()


def test_a_day_begins_in_every_zone_with_a_quarter_of_an_hour() -> None:
    from zoneinfo import ZoneInfo, available_timezones

    noon = now().replace(hour=12, minute=0)
    for name in available_timezones():
        midnight = noon.astimezone(ZoneInfo(name)).replace(hour=0, minute=0, second=0, microsecond=0)
        assert quarter_of(midnight.astimezone(noon.tzinfo)) == midnight, name


@pytest.fixture
def slow(site: Any) -> Trial:
    """The trial of a site on which what took long has just rested enough."""
    return Trial(site.configuration, site.ledger, patience=1e-9)


def test_nobody_waits_for_what_is_made_again_but_who_must_know(slow: Trial) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def takes_long(value: str) -> str:
        time.sleep(LONG)
        return value

    def waits(value: str) -> str:
        begun.set()
        assert go_on.wait(PATIENCE_SECONDS)
        return takes_long(value)

    assert slow.kept_a_while("a thing", 1, lambda: takes_long("first")) == "first"
    given: dict[str, str] = {}

    def ask(who: str, ask_for: Callable[[], str]) -> threading.Thread:
        thread = threading.Thread(target=lambda: given.update({who: ask_for()}))
        thread.start()
        return thread

    maker = ask("maker", lambda: slow.kept_a_while("a thing", 2, lambda: waits("second")))
    assert begun.wait(PATIENCE_SECONDS)
    assert slow.kept_a_while("a thing", 2, lambda: "never made") == "first"
    must_know = ask("must know", lambda: slow._kept_for("a thing", 2, lambda: "never made", 1e-9, at_once=True))
    time.sleep(LONG)
    assert given == {}
    go_on.set()
    for thread in (maker, must_know):
        thread.join(PATIENCE_SECONDS)
    assert given == {"maker": "second", "must know": "second"}
    assert slow.kept_a_while("a thing", 2, lambda: "never made") == "second"


def test_who_asks_for_what_is_made_quickly_waits_for_it(slow: Trial) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def waits() -> str:
        begun.set()
        assert go_on.wait(PATIENCE_SECONDS)
        return "second"

    assert slow.kept_a_while("a thing", 1, lambda: "first") == "first"
    maker = threading.Thread(target=lambda: slow.kept_a_while("a thing", 2, waits))
    maker.start()
    assert begun.wait(PATIENCE_SECONDS)
    threading.Timer(LONG, go_on.set).start()
    assert slow.kept_a_while("a thing", 2, lambda: "never made") == "second"
    maker.join(PATIENCE_SECONDS)
