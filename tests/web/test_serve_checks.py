"""What `firstdose serve` looks at before it makes anything; and what it tells of the demonstration's accounts."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.web.processes import firstdose, started

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
