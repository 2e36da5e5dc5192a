"""The site as it is run: `firstdose serve` in processes of its own, made by an owner and run in a role, on both kinds.

Two processes answer for one site, which is harder for it than the one that is meant to run.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from firstdose.conduct.amendments import protocol_in_use
from firstdose.conduct.cohorts import open_cohort
from firstdose.conduct.desk import Desk
from firstdose.conduct.ledger import Author, Ledger, read_key
from firstdose.conduct.slots import release_slot
from tests.conduct.ledger.servers import APPLICATION, OWNER, quick_folder, running_server
from tests.web.processes import Answer, Browser, Running, firstdose, started
from tests.web.sites import BOTH_KINDS

PROTOCOL = Path("src/firstdose/examples/nsc-spms/protocol.yaml").resolve()
OWN = "a-good-passphrase-of-its-own"
ROUNDS = 8


@dataclass
class Site:
    """A site that two processes answer for: what its making told, who administers it, and two coordinators."""

    kind: str
    folder: Path
    url: str
    told: str
    processes: list[Running]
    administrator: Browser
    coordinators: list[Browser] = field(default_factory=list)

    @property
    def key(self) -> Path:
        return self.folder / "keys" / "ledger.key"

    @property
    def ledger(self) -> Ledger:
        """As the site itself works with it."""
        return Ledger.open(self.url, read_key(self.key), lambda: datetime.now(UTC))

    def command(self, *words: str | Path, url: str = "") -> str:
        """What a command on the ledger tells, with the key and the heads of the site."""
        heads = self.folder / "keys" / "ledger.heads"
        more = {"FIRSTDOSE_KEY_FILE": str(self.key), "FIRSTDOSE_HEADS_FILE": str(heads)}
        ended = firstdose("ledger", *words, DATABASE_URL=url or self.url, **more)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def at_once(self, send: Callable[[int, Browser], Answer]) -> list[Answer]:
        """What each coordinator is told, at a process of her own, where both send at the same instant."""
        barrier = threading.Barrier(2)

        def sent(number: int) -> Answer:
            barrier.wait()
            return send(number, self.coordinators[number])

        with ThreadPoolExecutor(2) as both:
            return list(both.map(sent, range(2)))


@pytest.fixture(scope="module", params=BOTH_KINDS)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """Made once for each kind, as the guide says."""
    kind, folder = str(request.param), quick_folder("site")
    if kind == "sqlite":
        processes = [started(PROTOCOL, "--folder", folder)]
        url = f"sqlite:///{folder / 'firstdose.sqlite3'}"
        told = processes[0].told
    else:
        server = running_server()
        schema = server.new_schema()
        url, owner_url = server.url(APPLICATION, schema=schema), server.url(OWNER, schema=schema)
        ended = firstdose("serve", PROTOCOL, "--folder", folder, "--owner", owner_url, DATABASE_URL=url)
        assert ended.returncode == 0, ended.stderr
        processes, told = [started("--folder", folder, DATABASE_URL=url)], ended.stdout
    processes.append(started("--folder", folder, DATABASE_URL=url))
    made = Site(kind, folder, url, told, processes, Browser(processes[0].port))
    try:
        _let_people_in(made)
        yield made
    finally:
        for each in processes:
            each.stop()
        shutil.rmtree(folder)


def _let_people_in(site: Site) -> None:
    """The administrator of the first start signs in, and makes the account of a coordinator at each process."""
    account, password = re.findall(r"First account: (\S+), password (\S+)", site.told)[0]
    _first_sign_in(site.administrator, account, password)
    for number, running in enumerate(site.processes):
        site.coordinators.append(_somebody(site, f"nurse-{number}", "coordinator", "01", running.port))


def _somebody(site: Site, account: str, role: str, place: str = "", port: int = 0) -> Browser:
    """The browser of somebody whom the administrator gives an account and a role."""
    grant = {"step": "grant", "account": account, "full_name": account, "role": role, "site": place}
    site.administrator.get("/people/")
    assert site.administrator.post("/people/", **grant).status == 302
    words = site.administrator.get("/people/").text
    password = re.findall(rf"(?i:account) {account} is made; its first password, shown once: ([^<\s]+)", words)
    browser = Browser(port or site.processes[0].port)
    _first_sign_in(browser, account, password[0])
    return browser


def _first_sign_in(browser: Browser, account: str, password: str) -> None:
    """With a password that was given, which serves only to set an own one."""
    assert browser.sign_in(account, password).status == 302
    assert browser.get("/").headers["Location"] == "/account/password/change/"
    browser.get("/account/password/change/")
    changed = browser.post("/account/password/change/", oldpassword=password, password1=OWN, password2=OWN)
    assert changed.status == 302, changed.text
    assert browser.sign_in(account, OWN).status == 302


def _screened(site: Site, name: str) -> list[str]:
    """A participant of each coordinator, with consent."""
    for number, browser in enumerate(site.coordinators):
        browser.get("/participants/new/")
        sent = {"subject": f"{name}{number}", "centre": "01", "consent": "2026-01-02"}
        assert browser.post("/participants/new/", **sent).status == 302
    return [f"{name}{number}" for number in range(2)]


def test_item_14_of_two_coordinators_at_the_last_slot_exactly_one_gets_it(site: Site) -> None:
    """Both send the form of the page at the same instant, to two processes; then the slot is given back."""
    ledger, people = site.ledger, _screened(site, "S")
    desk = Desk(ledger, protocol_in_use(ledger), ())
    with desk.work(Author("statistician", "statistician")) as work:
        cohort = open_cohort(work, size=1).record
    for _ in range(ROUNDS):
        for browser, subject in zip(site.coordinators, people, strict=True):
            assert browser.get(f"/doses/{subject}/").status == 200
        answers = site.at_once(
            lambda number, browser: browser.post(f"/doses/{people[number]}/", step="reserve", cohort=cohort)
        )
        assert sorted(each.status for each in answers) == [302, 409]
        assert "is full" in next(each.text for each in answers if each.status == 409)
        held = [each.fields["subject"] for each in ledger.records("slots") if each.fields["state"] == "reserved"]
        (winner,) = [name for name, answer in zip(people, answers, strict=True) if answer.status == 302]
        assert held == [winner]
        with desk.work(Author("nurse-0", "coordinator", "01")) as work:
            release_slot(work, winner, "next round")
    ledger.close()


def test_item_13_of_two_editors_of_one_form_the_second_is_shown_both_values(site: Site) -> None:
    """Both have the form open and save another word at the same instant; the ledger holds one of them, and no more."""
    (subject, _), ledger = _screened(site, "E"), site.ledger
    first = site.coordinators[0]
    assert first.post(f"/participants/{subject}/adverse_events/new/", number="1", term="term 0").status == 302
    address, terms = f"/participants/{subject}/adverse_events/{subject}/1/", ["term 0"]
    for turn in range(1, ROUNDS + 1):
        typed = [f"term {turn} of nurse {number}" for number in range(2)]
        for browser in site.coordinators:
            assert f'value="{terms[-1]}"' in browser.get(address).text
        answers = site.at_once(
            lambda number, browser, typed=typed: browser.post(  # type: ignore[misc]
                address, **{"term": typed[number], "seen:term": terms[-1], "reason": "as in the chart"}
            )
        )
        assert sorted(each.status for each in answers) == [302, 409]
        lost = next(number for number in range(2) if answers[number].status == 409)
        assert typed[0] in answers[lost].text
        assert typed[1] in answers[lost].text
        terms.append(typed[1 - lost])
        assert ledger.record("adverse_events", f"{subject}/1").fields["term"] == terms[-1]
    changes = [
        each.new
        for entry in ledger.history("adverse_events", f"{subject}/1")
        for each in entry.changes
        if each.field == "term"
    ]
    assert changes == terms
    ledger.close()


def test_item_49_a_decision_is_prepared_proposed_signed_and_taken(site: Site) -> None:
    """Through the pages alone, by four people; before enough members have signed it is not taken."""
    statistician = _somebody(site, "statistician", "statistician")
    members = [_somebody(site, f"member-{number}", "committee_member") for number in range(3)]
    statistician.get("/decisions/")
    page = statistician.post("/decisions/").headers["Location"]
    proposal = {"step": "propose", "action": "stop", "reason": "for lack of cells"}
    for each in members:
        assert each.get(page).status == 200
    assert members[0].post(page, **proposal).status == 302
    seen = members[0].get(page).text
    data_hash = re.findall(r'name="data_hash" value="([^"]+)"', seen)[0]
    for each in members:
        assert each.post(page, step="take", data_hash=data_hash, password=OWN).status == 409
        head = re.findall(r'name="head" value="([^"]+)"', each.get(page).text)[0]
        assert each.post(page, step="sign", head=head, password="not-the-own-password").status == 409
        assert each.post(page, step="sign", head=head, password=OWN).status == 302
    head = re.findall(r'name="head" value="([^"]+)"', members[1].get(page).text)[0]
    take = {"step": "take", "data_hash": data_hash, "head": head}
    for wrong in ({}, {"password": "not-the-own-password"}):
        assert members[1].post(page, **take, **wrong).status == 409
    answer = members[1].post(page, **take, password=OWN)
    assert answer.status == 302, answer.text
    ledger = site.ledger
    (taken,) = ledger.records("dose_decisions")
    assert (taken.fields["action"], taken.fields["data_hash"]) == ("stop", data_hash)
    ledger.close()


@pytest.mark.postgresql
@pytest.mark.parametrize("site", ["postgresql"], indirect=True)
def test_item_18_a_server_that_goes_away_is_told_and_is_there_again(site: Site) -> None:
    """While it is away each page says so; afterwards the next page is there, and nobody starts the site anew."""
    nurse, server = site.coordinators[0], running_server()
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{APPLICATION}'"
    server.as_superuser(f"ALTER ROLE {APPLICATION} CONNECTION LIMIT 0")
    try:
        server.as_superuser(cut)
        answers = [nurse.get("/participants/") for _ in range(3)]
    finally:
        server.as_superuser(f"ALTER ROLE {APPLICATION} CONNECTION LIMIT -1")
    assert [each.status for each in answers] == [503, 503, 503]
    assert all("the database does not answer; nothing was written" in each.text for each in answers)
    assert [nurse.get("/participants/").status for _ in range(10)] == [200] * 10
    server.as_superuser(cut)
    assert [nurse.get("/participants/").status for _ in range(10)] == [200] * 10


def test_item_22_what_was_entered_is_verified_copied_and_restored(site: Site, tmp_path: Path) -> None:
    """The commands of the guide, while the site answers. Who works with the copy needs a new account, by a new name."""
    assert "no fault was found" in site.command("verify")
    assert "noted in" in site.command("backup", tmp_path / "copy.gz")
    secrets = {"FIRSTDOSE_KEY_FILE": str(site.key), "FIRSTDOSE_SECRET_FILE": str(site.key.with_name("site.secret"))}
    if site.kind == "sqlite":
        again = f"sqlite:///{tmp_path / 'again.sqlite3'}"
        site.command("restore", tmp_path / "copy.gz", url=again)
        running = started("--folder", tmp_path, DATABASE_URL=again, **secrets)
        running.stop()
        told = running.told
    else:
        server = running_server()
        schema = server.new_schema()
        owner, again = server.url(OWNER, schema=schema), server.url(APPLICATION, schema=schema)
        site.command("restore", tmp_path / "copy.gz", "--application-role", APPLICATION, url=owner)
        told = firstdose("serve", "--folder", tmp_path, "--owner", owner, DATABASE_URL=again, **secrets).stdout
    assert "First account: administrator-2, password" in told
    assert "it holds all of the" in site.command("verify", url=again)


GUARDED = ("UPDATE ledger_entries SET reason = ''", "DELETE FROM ledger_entries", "DELETE FROM ledger_records")
OF_OWNER = (
    "TRUNCATE ledger_records",
    "DROP TRIGGER ledger_entries_no_change ON ledger_entries",
    "ALTER TABLE auth_user ADD COLUMN extra TEXT",
    "DELETE FROM django_migrations",
)


REFUSED = (sqlite3.IntegrityError, psycopg.errors.InsufficientPrivilege)


@contextmanager
def past_the_program(site: Site) -> Iterator[Any]:
    """A connection with the rights of the site's own processes."""
    if site.kind == "sqlite":
        with closing(sqlite3.connect(site.folder / "firstdose.sqlite3")) as file:
            yield file
    else:
        with psycopg.connect(site.url) as connection:
            yield connection


def test_item_1_where_the_site_works_the_ledger_cannot_be_altered(site: Site) -> None:
    """A file refuses by its guards; on a server the role of the site lacks the right, and the right to mend that."""
    for statement in GUARDED if site.kind == "sqlite" else (*GUARDED, *OF_OWNER):
        with past_the_program(site) as connection, pytest.raises(REFUSED):
            connection.execute(statement)
