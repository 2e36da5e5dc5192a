"""The time zone that the folder of a site keeps: read alike by all, and changed until a dosing is recorded."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firstdose.cli import zone_of_site
from firstdose.cli.inputs import InputError
from firstdose.cli.ledger_place import place_of_site_or_given
from firstdose.cli.zone_of_site import zone_to_keep
from firstdose.conduct.ledger import Author, Draft, FieldChange, Ledger, LedgerError, make_key, read_key
from firstdose.web.configuration import Configuration, keep_zone, kept_zone

UTF_16 = "Europe/Rome\r\n".encode("utf-16")
NURSE = Author("nurse", "coordinator")


@pytest.fixture(autouse=True)
def no_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No zone and no database of this process; what the command sets is taken back."""
    for name in ("FIRSTDOSE_ZONE", "DATABASE_URL", "FIRSTDOSE_KEY_FILE"):
        monkeypatch.setenv(name, "to be taken back")
        monkeypatch.delenv(name)


def begun(folder: Path) -> Configuration:
    """A site with an empty ledger."""
    site = Configuration.of({"FIRSTDOSE_FOLDER": str(folder)})
    site.key_file.parent.mkdir(parents=True)
    Ledger.create(site.database_url, make_key(site.key_file), lambda: datetime.now(UTC)).close()
    return site


def dose(folder: Path) -> None:
    """Record a dosing in the ledger of a site."""
    site = Configuration.of({"FIRSTDOSE_FOLDER": str(folder)})
    ledger = Ledger.open(site.database_url, read_key(site.key_file), lambda: datetime.now(UTC))
    changes = (FieldChange("subject", None, "P1"), FieldChange("number", None, "1"))
    ledger.write(NURSE, [Draft("create", "dosings", "P1/1", changes)])
    ledger.close()


def of_environment(folder: Path) -> str:
    return Configuration.of({"FIRSTDOSE_FOLDER": str(folder)}).zone


@pytest.mark.parametrize("read", [kept_zone, of_environment])
def test_a_file_that_names_no_zone_is_told_to_every_reader(tmp_path: Path, read: Callable[[Path], str | None]) -> None:
    file = tmp_path / "zone.txt"
    for content, why in ((UTF_16, "is no UTF-8 text"), (b"Europe/Rom\n", "'Europe/Rom' is no time zone")):
        file.write_bytes(content)
        with pytest.raises(LedgerError, match=why) as told:
            read(tmp_path)
        assert str(file) in str(told.value)
        assert "such as Europe/Rome" in str(told.value)
    file.write_bytes(b"\xef\xbb\xbfEurope/Rome\r\n")
    assert read(tmp_path) == "Europe/Rome"


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "zone.txt").mkdir()
    with pytest.raises(LedgerError, match=r"zone\.txt: cannot be read .*let the account of the site read it"):
        kept_zone(tmp_path)


def test_a_ledger_is_found_to_be_copied_where_the_file_is_broken(tmp_path: Path) -> None:
    """Before anybody mends the file a copy is made of what there is."""
    site = begun(tmp_path)
    (tmp_path / "zone.txt").write_bytes(UTF_16)
    assert place_of_site_or_given(tmp_path, None, None, None).key == site.key_file


def test_another_zone_is_kept_until_a_dosing_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site = begun(tmp_path)
    keep_zone(tmp_path, "UTC")
    monkeypatch.setenv("FIRSTDOSE_ZONE", "Europe/Rome")
    assert zone_to_keep(False, tmp_path) == "Europe/Rome"
    zone_of_site.keep(site, "Europe/Rome")
    assert kept_zone(tmp_path) == "Europe/Rome"
    assert "zone.txt now says Europe/Rome, not UTC" in said(capsys)
    dose(tmp_path)
    assert zone_to_keep(False, tmp_path) is None
    monkeypatch.setenv("FIRSTDOSE_ZONE", "UTC")
    with pytest.raises(InputError, match="counts its days in Europe/Rome since it was begun"):
        zone_to_keep(False, tmp_path)


def test_utc_is_kept_where_no_dosing_is_recorded_and_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A site with dosings, begun before zones were kept, may be elsewhere: nothing is kept for it unasked."""
    site = begun(tmp_path)
    assert zone_to_keep(False, tmp_path) == "UTC"
    dose(tmp_path)
    zone_of_site.keep(site, "UTC")
    assert kept_zone(tmp_path) is None
    other = begun(tmp_path / "other")
    zone_of_site.keep(other, "UTC")
    assert kept_zone(other.folder) == "UTC"
    assert f"UTC is now kept in {other.folder / 'zone.txt'}" in said(capsys)


def test_a_folder_that_may_not_be_written_is_told_and_the_zone_given_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site = begun(tmp_path)
    monkeypatch.setattr("firstdose.cli.zone_of_site.keep_zone", refused)
    monkeypatch.setenv("FIRSTDOSE_ZONE", "Europe/Rome")
    zone_of_site.keep(site, "Europe/Rome")
    assert "zone.txt: the zone cannot be kept there (Read-only file system)" in said(capsys)
    assert os.environ["FIRSTDOSE_ZONE"] == "Europe/Rome"
    keep_zone(tmp_path, "UTC")
    with pytest.raises(OSError, match="Read-only"):
        zone_of_site.keep(site, "Europe/Rome")


def refused(folder: Path, name: str) -> None:
    raise OSError(30, "Read-only file system", str(folder / "zone.txt"))


def said(capsys: pytest.CaptureFixture[str]) -> str:
    told = capsys.readouterr()
    return " ".join((told.out + told.err).split())
