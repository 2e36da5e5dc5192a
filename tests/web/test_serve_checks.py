"""What `firstdose serve` looks at before it makes anything; and what it tells of the demonstration's accounts."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from firstdose.web.configuration import Configuration, keep_zone
from tests.ports import free_port
from tests.web.processes import firstdose, started
from tests.web.test_kept_zone import begun, dose

PROTOCOL = Path("src/firstdose/examples/nsc-spms/protocol.yaml").resolve()


def test_a_faulty_protocol_leaves_no_folder(tmp_path: Path) -> None:
    (tmp_path / "faulty.yaml").write_text(PROTOCOL.read_text().replace("quorum: 3", "quorum: 9"))
    ended = firstdose("serve", tmp_path / "faulty.yaml", "--folder", tmp_path / "site", "--port", str(free_port()))
    assert ended.returncode == 1
    assert "quorum" in ended.stdout + ended.stderr
    assert not (tmp_path / "site").exists()


def test_no_protocol_leaves_no_folder(tmp_path: Path) -> None:
    ended = firstdose("serve", "--folder", tmp_path / "site", "--port", str(free_port()))
    assert ended.returncode == 1
    assert "the first start needs the protocol file" in ended.stdout + ended.stderr
    assert not (tmp_path / "site").exists()


def test_the_demonstration_takes_no_protocol_of_another_trial(tmp_path: Path) -> None:
    ended = firstdose("serve", "--demo", PROTOCOL, "--folder", tmp_path / "site", "--port", str(free_port()))
    assert ended.returncode == 2
    assert "--demo shows its own trial" in ended.stdout + ended.stderr
    assert not (tmp_path / "site").exists()


def test_a_protocol_that_a_later_start_does_not_read_is_told(tmp_path: Path) -> None:
    for is_told in (False, True):
        site = started(PROTOCOL, "--folder", tmp_path / "site")
        site.stop()
        assert ("is not read: the site goes on with the versions in its ledger" in site.told) == is_told


@pytest.mark.parametrize("words", [(PROTOCOL,), ("--demo",)])
def test_a_port_in_use_is_told_before_anything_is_made(tmp_path: Path, words: tuple[str | Path, ...]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = firstdose("serve", *words, "--folder", tmp_path / "site", "--port", port)
    assert ended.returncode == 1
    assert "nobody can listen there" in ended.stdout + ended.stderr
    assert not (tmp_path / "site").exists()


def test_the_accounts_of_the_demonstration_are_told_at_each_start(tmp_path: Path) -> None:
    for _ in range(2):
        site = started("--demo", "--folder", tmp_path / "site")
        assert site.process.stdout is not None
        lines = []
        for line in site.process.stdout:
            lines.append(line)
            if line.startswith("Sign in as one"):
                break
        site.stop()
        accounts = [line.split()[0] for line in lines[:-1]]
        assert accounts[0] == "investigator"
        assert {"committee_member", "committee_member_2", "committee_member_3", "data_manager_2"} <= set(accounts)
        assert "demonstration" in lines[-1]


def test_a_zone_that_is_left_out_is_told_and_one_that_there_is_not_is_refused(tmp_path: Path) -> None:
    words = ("serve", "--folder", tmp_path / "site", "--port", str(free_port()))
    assert "keeps its days and times in UTC" in firstdose(*words).stdout
    assert "UTC" not in firstdose(*words, FIRSTDOSE_ZONE="Europe/Rome").stdout
    ended = firstdose(*words, FIRSTDOSE_ZONE="Europe/Rom")
    assert ended.returncode == 1
    assert "FIRSTDOSE_ZONE: 'Europe/Rom' is no time zone" in " ".join((ended.stdout + ended.stderr).split())
    assert not (tmp_path / "site").exists()


def zone_told(folder: Path, *words: str | Path, **environment: str) -> str:
    """The line of a start about the zone; the site is ended at once."""
    site = started(*words, "--folder", folder, **environment)
    site.stop()
    return next(each for each in site.told.splitlines() if "days and times" in each)


def test_a_site_counts_in_the_zone_that_it_was_begun_in(tmp_path: Path) -> None:
    """A restart without the variable goes on in the same zone, and one that names another after a dosing is refused."""
    folder = tmp_path / "site"
    for words, environment in (((PROTOCOL,), {"FIRSTDOSE_ZONE": "Europe/Rome"}), ((), {})):
        assert zone_told(folder, *words, **environment) == "The site keeps its days and times in Europe/Rome."
        assert (folder / "zone.txt").read_text() == "Europe/Rome\n"
    assert Configuration.of({"FIRSTDOSE_FOLDER": str(folder)}).zone == "Europe/Rome", "for other commands too"
    dose(folder)
    ended = firstdose("serve", "--folder", folder, "--port", str(free_port()), FIRSTDOSE_ZONE="Europe/London")
    said = " ".join((ended.stdout + ended.stderr).split())
    assert ended.returncode == 1
    assert "FIRSTDOSE_ZONE is Europe/London, but this site counts its days in Europe/Rome since it was begun" in said
    assert "zone.txt" in said
    (folder / "zone.txt").write_text("Europe/Rom\n")
    ended = firstdose("serve", "--folder", folder, "--port", str(free_port()))
    assert ended.returncode == 1
    assert "zone.txt: 'Europe/Rom' is no time zone" in " ".join((ended.stdout + ended.stderr).split())
    (folder / "zone.txt").write_text("Europe/London\n")
    assert "in Europe/London." in zone_told(folder, FIRSTDOSE_ZONE="Europe/London")


def test_a_site_that_was_begun_without_a_zone_counts_in_utc_until_people_change_it(tmp_path: Path) -> None:
    """One whose first dosing was recorded before the zone was kept takes what the environment says, and keeps it."""
    folder = tmp_path / "site"
    assert "in UTC" in zone_told(folder, PROTOCOL)
    assert (folder / "zone.txt").read_text() == "UTC\n"
    assert "in Europe/London." in zone_told(folder, FIRSTDOSE_ZONE="Europe/London")
    assert (folder / "zone.txt").read_text() == "Europe/London\n"
    dose(folder)
    (folder / "zone.txt").unlink()
    assert "in UTC" in zone_told(folder)
    assert not (folder / "zone.txt").exists()
    assert "in Europe/Rome." in zone_told(folder, FIRSTDOSE_ZONE="Europe/Rome")
    assert (folder / "zone.txt").read_text() == "Europe/Rome\n"


def test_a_start_that_makes_no_ledger_keeps_no_zone(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    (folder / "keys" / "ledger.key").mkdir(parents=True)
    ended = firstdose("serve", PROTOCOL, "--folder", folder, "--port", str(free_port()))
    assert ended.returncode != 0
    assert not (folder / "zone.txt").exists()


def test_a_folder_that_keeps_no_zone_and_takes_none_hinders_no_start(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "zone.txt").symlink_to(tmp_path / "nowhere" / "zone.txt")
    site = started(PROTOCOL, "--folder", folder, FIRSTDOSE_ZONE="Europe/Rome")
    site.stop()
    assert "keeps its days and times in Europe/Rome." in site.told
    assert f"Warning: {folder / 'zone.txt'}: the zone cannot be kept there" in " ".join(site.told.split())


def test_a_zone_in_another_encoding_is_told_at_a_start(tmp_path: Path) -> None:
    (tmp_path / "zone.txt").write_bytes("Europe/Rome\r\n".encode("utf-16"))
    ended = firstdose("serve", PROTOCOL, "--folder", tmp_path, "--port", str(free_port()))
    assert ended.returncode == 1
    assert "zone.txt: is no UTF-8 text; write into it" in " ".join((ended.stdout + ended.stderr).split())


def test_another_zone_than_the_kept_one_is_refused_and_the_kept_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from firstdose.cli.inputs import InputError
    from firstdose.cli.zone_of_site import zone_to_keep

    begun(tmp_path)
    dose(tmp_path)
    keep_zone(tmp_path, "Europe/Rome")
    for demo in (False, True):
        monkeypatch.setenv("FIRSTDOSE_ZONE", "Europe/London")
        with pytest.raises(InputError, match="this site counts its days in Europe/Rome since it was begun"):
            zone_to_keep(demo, tmp_path)
        monkeypatch.setenv("FIRSTDOSE_ZONE", "Europe/Rome")
        assert zone_to_keep(demo, tmp_path) is None
        monkeypatch.delenv("FIRSTDOSE_ZONE")
        assert zone_to_keep(demo, tmp_path) is None
        monkeypatch.setenv("FIRSTDOSE_ZONE", "to be taken back")
