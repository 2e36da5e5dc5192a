"""The reference trial from the first consent to the third cohort's decision, through the pages alone.

Real processes throughout: the command, its database, Chromium. Only the machine's time is set, by libfaketime, since
a window of 28 days must pass. What the rule must say is worked out here from the protocol's 3+3: 0 of 3 escalates, 1 of
3 stays, 1 of 6 escalates.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.browser.running_site import Person, RunningSite, browser_running, password_in
from tests.patience import PATIENCE_SECONDS

PROTOCOL = Path("src/firstdose/examples/nsc-spms/protocol.yaml").resolve()
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PEOPLE = {
    "ines": ("Ines Ricci", "investigator", "01"),
    "carla": ("Carla Conti", "coordinator", "01"),
    "paolo": ("Paolo Serra", "pharmacist", "01"),
    "stella": ("Stella Gallo", "statistician", ""),
    "nora": ("Nora Neri", "committee_member", ""),
    "omar": ("Omar Greco", "committee_member", ""),
    "tina": ("Tina Costa", "committee_member", ""),
}
FIRSTDOSE = str(Path(sys.executable).with_name("firstdose"))
CRITERIA = ("I1", "I2", "I3", "I4", "I5")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[RunningSite]:
    running = RunningSite(tmp_path, PROTOCOL, START)
    yield running
    running.stop()


class Hospital:
    """The people of the trial, and what they do day by day."""

    def __init__(self, browser: Any, site: RunningSite, people: Mapping[str, tuple[str, str, str]] = PEOPLE) -> None:
        self.site = site
        administrator = Person(browser, site, "administrator", site.first_password)
        passwords = {}
        for account, (name, role, place) in people.items():
            administrator.open("/people/")
            administrator.fill(account=account, full_name=name, role=role, site=place)
            passwords[account] = password_in(administrator.press("Grant"))
        self.who = {account: Person(browser, site, account, password) for account, password in passwords.items()}
        self.everyone = [administrator, *self.who.values()]

    def __getattr__(self, account: str) -> Person:
        return self.who[account]

    def release_batch(self, batch: str) -> None:
        today = self.site.now
        self.paolo.open("/trial/batches/new/")
        self.paolo.fill(
            batch=batch,
            product="human neural stem cells",
            manufactured=f"{today - timedelta(days=30):%Y-%m-%d}",
            expires=f"{today + timedelta(days=700):%Y-%m-%d}",
            state="released",
            released=f"{today - timedelta(hours=1):%Y-%m-%dT%H:%M}+00:00",
            viability_percent="85",
        )
        assert "saved" in self.paolo.press("Save")
        for test, result in (("viability", {"result": "85", "unit": "%"}), ("sterility", {"result_text": "no growth"})):
            self.paolo.open("/trial/batch_tests/new/")
            self.paolo.fill(batch=batch, test=test, passed="yes", tested=f"{today:%Y-%m-%d}", **result)
            assert "saved" in self.paolo.press("Save")

    def enrol(self, subject: str, cohort: str) -> None:
        """Consent, criteria, the investigator's signature, and a slot."""
        self.carla.open("/participants/new/")
        signed = self.site.now - timedelta(hours=1)
        self.carla.fill(subject=subject, centre="01", consent=f"{signed:%Y-%m-%dT%H:%M}+00:00", sex="female")
        assert "was entered" in self.carla.press("Save")
        self.carla.open(f"/participants/{subject}/eligibility/")
        assert "Cannot be confirmed now" in self.carla.page.inner_text("main")
        for criterion in CRITERIA:
            self.carla.fill_named(f"answer:{criterion}", "yes")
        assert "answers saved" in self.carla.press("Save the answers")
        self.site.later(minutes=10)
        self.ines.open(f"/participants/{subject}/eligibility/")
        assert "Baseline (M0): nothing is recorded" in self.ines.page.inner_text("main")
        self.ines.fill(password=self.ines.password, without_reason="the values stand in the letter of referral")
        assert "confirmed as eligible" in self.ines.press("Confirm and sign")
        self.carla.open(f"/doses/{subject}/")
        self.carla.page.select_option("select[name=cohort]", cohort)
        assert "slot is reserved" in self.carla.press("Reserve a slot")
        assert "slot is assigned" in self.carla.press("Assign it")

    def dose(self, subject: str, cells: float, batch: str) -> None:
        """Prepare the dosing behind the gate, and record what was given an hour later."""
        self.ines.open(f"/doses/{subject}/")
        self.ines.page.select_option("select[name=batch]", batch)
        assert "dosing is prepared" in self.ines.press("Prepare the dosing")
        begun = self.site.now + timedelta(minutes=20)
        self.site.later(hours=2)
        self.ines.open(f"/doses/{subject}/")
        moment = f"{begun:%Y-%m-%dT%H:%M}+00:00"
        self.ines.fill(
            procedure_start=moment,
            product_start=f"{begun + timedelta(minutes=30):%Y-%m-%dT%H:%M}+00:00",
            product_end=f"{begun + timedelta(minutes=40):%Y-%m-%dT%H:%M}+00:00",
            dose_given=f"{cells:g}",
            given="full",
            viability_percent="84",
        )
        assert "dosing is recorded" in self.ines.press("Record the dosing")

    def refused_today(self, subject: str) -> str:
        """What the gate says of somebody whose turn has not come, and that the button is not ready."""
        self.ines.open(f"/doses/{subject}/")
        words = str(self.ines.page.inner_text("main"))
        assert "may not be dosed now" in words
        assert self.ines.page.get_by_role("button", name="Prepare the dosing", exact=True).is_disabled()
        return words

    def limiting_event(self, subject: str) -> None:
        """A severe event related to the cells, and the committee's verdict on it."""
        self.carla.open(f"/participants/{subject}/adverse_events/new/")
        self.carla.fill(
            term="Seizure",
            start=f"{self.site.now:%Y-%m-%d}",
            grade="3",
            serious="no",
            relation_to_product="related",
            relation_to_procedure="not_related",
        )
        assert "saved" in self.carla.press("Save")
        self.nora.open("/verdicts/")
        self.nora.page.locator("summary").first.click()
        self.nora.fill_named("verdict", "dlt")
        self.nora.fill_named("cause:product", "yes")
        self.nora.page.get_by_label("Omar Greco").first.check()
        self.nora.page.get_by_label("Tina Costa").first.check()
        self.nora.page.locator("details[open] input[name=password]").first.fill(self.nora.password)
        assert "is recorded" in self.nora.press("Sign and record the verdict")

    def decide(self, action: str, level: int) -> str:
        """Prepare, propose what the rule says, sign by three, take; the words of the rule."""
        self.stella.open("/decisions/")
        self.stella.press("Prepare the next decision")
        address = self.stella.page.url.removeprefix(self.site.address)
        self.nora.open(address)
        words = str(self.nora.page.inner_text("section .step"))
        assert "the same data and the same recommendation" in self.nora.page.inner_text("main")
        self.nora.fill(action=action, level=str(level))
        assert "how it is known that they had no DLT" in self.nora.press("Propose")
        self.nora.open(address)
        self.nora.fill(action=action, level=str(level), without_dlt="seen at the ward; the visits are not entered yet")
        self.nora.press("Propose")
        assert "0 members have signed" in self.nora.page.inner_text("main")
        assert self.nora.page.get_by_role("button", name="Take this decision", exact=True).is_disabled()
        for member in (self.nora, self.omar, self.tina):
            member.open(address)
            member.fill(password=member.password)
            assert "signed" in member.press("Sign")
        self.tina.page.fill("#taking-password", self.tina.password)
        assert "is taken" in self.tina.press("Take this decision")
        return words

    def open_cohort(self, decision: str) -> None:
        self.stella.open("/doses/")
        self.stella.page.select_option("select[name=decision]", decision)
        assert "cohort is open" in self.stella.press("Open the cohort")

    def close_cohort(self) -> None:
        self.stella.open("/doses/")
        self.stella.page.locator("form.inline input[name=reason]").first.fill("all places dosed")
        self.stella.press("Close this cohort")

    def export(self, file: Path, folder: Path) -> Path:
        """Everything that was entered, as the statistician takes it from the page; the folder of the records."""
        self.stella.open("/export/")
        with self.stella.page.expect_download() as download:
            self.stella.page.get_by_role("button", name="Export", exact=True).click()
        download.value.save_as(file)
        with zipfile.ZipFile(file) as packed:
            packed.extractall(folder)
        return folder / "records"


def treat_cohort(hospital: Hospital, cohort: str, people: tuple[str, str, str], cells: float) -> None:
    """Enrol three and dose them a fortnight apart, as the protocol asks; too early is refused."""
    for subject in people:
        hospital.enrol(subject, cohort)
    for number, subject in enumerate(people):
        if number:
            assert "14 days" in hospital.refused_today(subject)
            hospital.site.later(days=14)
        hospital.dose(subject, cells, "B1")


def test_from_the_first_consent_to_the_third_cohorts_decision(site: RunningSite, tmp_path: Path) -> None:
    with browser_running() as browser:
        hospital = Hospital(browser, site)
        hospital.release_batch("B1")
        hospital.open_cohort("")
        treat_cohort(hospital, "C1", ("P-01", "P-02", "P-03"), 5)
        site.later(days=40)
        assert "0 of 3 participants at level 1 had a DLT: escalate" in hospital.decide("dose", 2)
        hospital.close_cohort()
        hospital.open_cohort("1")
        treat_cohort(hospital, "C2", ("P-04", "P-05", "P-06"), 10)
        site.later(days=3)
        hospital.limiting_event("P-06")
        site.later(days=40)
        assert "1 of 3 participants at level 2 had a DLT: treat 3 more" in hospital.decide("dose", 2)
        hospital.close_cohort()
        hospital.open_cohort("2")
        treat_cohort(hospital, "C3", ("P-07", "P-08", "P-09"), 10)
        site.later(days=40)
        assert "1 of 6 participants at level 2 had a DLT: escalate" in hospital.decide("dose", 3)
        data = hospital.export(tmp_path / "export.zip", tmp_path / "data")
        assert [each.troubles for each in hospital.everyone] == [[] for _ in hospital.everyone]
    report_of(data, tmp_path)


def report_of(data: Path, folder: Path) -> None:
    """Analyse what was run, and report it: the counts are those of the nine people above."""
    for command in ("analyse", "report"):
        done = subprocess.run(
            [FIRSTDOSE, command, str(PROTOCOL), str(data), "--out", str(folder / command)],
            capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    results = pl.read_parquet(folder / "analyse" / "results.parquet")
    flow = results.filter((pl.col("table") == "flow") & (pl.col("what") == "dosed"))
    assert dict(flow.select("group", "value").iter_rows()) == {"1": 3, "2": 6, "all": 9}
    page = (folder / "report" / "trial-report.html").read_text("utf-8")
    assert "P-06" in page
    assert "Seizure" in page
    assert "1 of 6 participants at level 2 had a DLT" in page
