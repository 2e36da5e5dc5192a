"""The commands on the ledger, on a file and on a server; what they print, and what they refuse."""

import re
import shlex
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from firstdose.conduct.ledger import Ledger, make_key, read_key
from firstdose.web.configuration import Configuration
from tests.cli.running import DONE, WRONG_INPUT, WRONG_USAGE, Ran, run
from tests.conduct.ledger.places import COORDINATOR, KINDS, changed, entered
from tests.conduct.ledger.servers import APPLICATION, OWNER, quick_folder, running_server

KEEP_A_LEDGER = Path("docs/how-to/keep-a-ledger.md").resolve()
HEAD = re.compile(r"head (\d+:[0-9a-f]{64})")


@pytest.fixture(params=[pytest.param(kind, marks=[pytest.mark.postgresql] * (kind == "postgresql")) for kind in KINDS])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder, and nothing set in the environment."""
    found = quick_folder("commands")
    monkeypatch.chdir(found)
    for name in ("DATABASE_URL", "FIRSTDOSE_KEY_FILE", "FIRSTDOSE_HEADS_FILE", "FIRSTDOSE_FOLDER"):
        monkeypatch.delenv(name, raising=False)
    yield found
    shutil.rmtree(found)


@pytest.fixture
def database(kind: str, folder: Path) -> str:
    """The address of an empty database."""
    if kind == "sqlite":
        return f"sqlite:///{folder}/trial.sqlite3"
    server = running_server()
    return server.url(OWNER, schema=server.new_schema())


def ledger(what: str, database: str, *more: str | Path) -> Ran:
    return run("ledger", what, "--database", database, *more)


def printed_head(ran: Ran) -> str:
    assert ran.status == DONE, ran.err
    found = HEAD.search(ran.out)
    assert found, ran.out
    return found.group(1)


def write(database: str, folder: Path, *records: str) -> None:
    opened = Ledger.open(database, read_key(folder / "firstdose.key"), lambda: datetime.now(UTC))
    for record in records:
        opened.write(COORDINATOR, [entered(record, pulse="60")])
        opened.write(COORDINATOR, [changed(record, "pulse", "60", "61")])
    opened.close()


def tamper(database: str, folder: Path) -> None:
    """An entry altered with the guards switched off, by whoever owns the database."""
    statement = "UPDATE ledger_entries SET reason = 'x\x1b[2J' WHERE sequence = 4"
    if database.startswith("sqlite"):
        with sqlite3.connect(folder / "trial.sqlite3") as file:
            sql = file.execute("SELECT sql FROM sqlite_master WHERE name = 'ledger_entries_no_update'").fetchone()[0]
            file.execute("DROP TRIGGER ledger_entries_no_update")
            file.execute(statement)
            file.execute(sql)
        file.close()
    else:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("ALTER TABLE ledger_entries DISABLE TRIGGER USER")
            connection.execute(statement.encode())
            connection.execute("ALTER TABLE ledger_entries ENABLE TRIGGER USER")


def test_made_written_verified_copied_and_restored(database: str, folder: Path) -> None:
    made = ledger("create", database)
    assert made.status == DONE, made.err
    assert "Keep a copy of the key in another place" in made.out
    assert (folder / "firstdose.key").stat().st_mode & 0o077 == 0
    write(database, folder, "S01-1", "S01-2", "S01-3")
    first = ledger("verify", database)
    assert "6 entries and 3 records; no fault was found" in first.out
    assert "cannot be told" in first.out
    copied = ledger("backup", database, "copies/monday.gz")
    assert printed_head(copied) == printed_head(first)
    assert (folder / "firstdose.heads").read_text().split()[0] == printed_head(first)
    assert (folder / "firstdose.heads").read_text().endswith(" backup monday.gz\n")
    assert "all of the 1 heads" in ledger("verify", database).out
    restored = ledger(
        "restore", f"sqlite:///{folder}/again/trial.sqlite3", "copies/monday.gz", "--key", "firstdose.key"
    )
    assert printed_head(restored) == printed_head(first)
    assert "6 entries" in restored.out
    again = ledger("verify", f"sqlite:///{folder}/again/trial.sqlite3", "--key", "firstdose.key")
    assert printed_head(again) == printed_head(first)
    assert ledger("rebuild", database).out == "made 3 records afresh from the entries\n"


def test_an_altered_entry_is_named_and_the_status_is_1(database: str, folder: Path) -> None:
    ledger("create", database)
    write(database, folder, "S01-1", "S01-2", "S01-3")
    tamper(database, folder)
    ran = ledger("verify", database)
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert "6 entries; 1 fault," in ran.err
    assert "  entry 4: was altered, or was not written by this program with this key\n" in ran.err
    assert "\x1b" not in ran.err


def test_the_last_entry_altered_can_be_verified_too(folder: Path) -> None:
    database = f"sqlite:///{folder}/trial.sqlite3"
    ledger("create", database)
    write(database, folder, "S01-1", "S01-2")
    tamper(database, folder)
    assert "entry 4: was altered" in ledger("verify", database).err
    for what in (["heads"], ["backup", "copy.gz"], ["rebuild"]):
        ran = ledger(what[0], database, *what[1:])
        assert ran.status == WRONG_INPUT
        assert "run firstdose ledger verify" in ran.err
    assert not (folder / "copy.gz").exists()


def test_a_head_from_a_document_finds_out_an_older_copy(database: str, folder: Path) -> None:
    ledger("create", database)
    write(database, folder, "S01-1")
    ledger("backup", database, "old.gz")
    write(database, folder, "S01-2")
    noted = ledger("heads", database, "--note", "report of the committee")
    now = noted.out.split()[1]
    assert "noted in" in noted.out
    last = ledger("heads", database).out.split("\n")[-2]
    assert re.fullmatch(rf"seen {now} \S+T\S+\+00:00 report of the committee", last)
    (folder / "elsewhere").mkdir()
    target = f"sqlite:///{folder}/elsewhere/trial.sqlite3"
    refused = ledger("restore", target, "old.gz", "--key", "firstdose.key", "--heads", "firstdose.heads")
    assert refused.status == WRONG_INPUT
    assert re.search(r"entry 4 was seen before.*older; nothing was restored", refused.err)
    accepted = ledger("restore", target, "old.gz", "--key", "firstdose.key", "--heads", "firstdose.heads", "--older")
    assert accepted.status == DONE, accepted.err
    ran = ledger("verify", target, "--key", "firstdose.key", "--heads", "none", "--head", now)
    assert ran.status == WRONG_INPUT
    assert "entry 3: entry 4 was seen before and is missing: the ledger ends at 2" in ran.err
    assert ledger("verify", target, "--key", "firstdose.key", "--heads", "none").status == DONE


def test_what_is_usual_is_in_the_current_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("ledger", "create").status == DONE
    assert {path.name for path in folder.iterdir()} == {"firstdose.sqlite3", "firstdose.key"}
    assert run("ledger", "verify").status == DONE
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{folder}/other/trial.sqlite3")
    monkeypatch.setenv("FIRSTDOSE_KEY_FILE", str(folder / "vault" / "key"))
    assert run("ledger", "create").status == DONE
    assert (folder / "vault" / "key").exists()
    assert (folder / "other" / "trial.sqlite3").exists()
    assert run("ledger", "backup", "copy.gz").status == DONE
    assert (folder / "vault" / "key.heads").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["verify"], "the key of the ledger cannot be read"),
        (["verify", "--key", "key"], "there is no ledger; make one first"),
        (["verify", "--key", "bad"], "must hold a key"),
        (["verify", "--key", "key", "--database", "trial.sqlite3"], "must be sqlite:///PATH or postgresql://"),
        (["create", "--key", "key", "--application-role", "site"], "SQLite knows no roles"),
        (["restore", "absent.gz", "--key", "key"], "absent.gz: there is no such file"),
        (["verify", "--database", "postgresql:///none?host=/nowhere", "--key", "key"], "the server cannot be reached"),
    ],
)
def test_wrong_input_is_told_in_one_message(folder: Path, arguments: list[str], words: str) -> None:
    (folder / "key").write_text("ab" * 32)
    (folder / "bad").write_text("ab")
    ran = run("ledger", *arguments)
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert words in ran.err
    assert sorted(path.name for path in folder.iterdir()) == ["bad", "key"]


def test_a_second_ledger_and_wrong_heads_are_refused(database: str, folder: Path) -> None:
    ledger("create", database)
    key = (folder / "firstdose.key").read_bytes()
    assert "there is a ledger already" in ledger("create", database).err
    assert (folder / "firstdose.key").read_bytes() == key
    assert "is not a head" in ledger("verify", database, "--head", "8").err
    (folder / "firstdose.heads").write_text("8\n")
    assert "firstdose.heads: '8' is not a head" in ledger("verify", database).err


def test_another_key_is_told(folder: Path) -> None:
    database = f"sqlite:///{folder}/trial.sqlite3"
    ledger("create", database)
    write(database, folder, "S01-1", "S01-2")
    (folder / "other").write_text("ab" * 32)
    assert "was not sealed with this key" in ledger("backup", database, "copy.gz", "--key", "other").err
    assert "Every entry fails: first make sure that the key" in ledger("verify", database, "--key", "other").err


@pytest.mark.postgresql
def test_the_role_of_the_site_may_write_and_nothing_else(folder: Path) -> None:
    server = running_server()
    schema = server.new_schema()
    owner, site = server.url(OWNER, schema=schema), server.url(APPLICATION, schema=schema)
    assert "there is no role nobody_knows" in ledger("create", owner, "--application-role", "nobody_knows").err
    assert not (folder / "firstdose.key").exists()
    assert ledger("create", owner, "--application-role", APPLICATION).status == DONE
    write(site, folder, "S01-1")
    assert ledger("verify", site).status == DONE
    assert ledger("backup", site, "copy.gz").status == DONE
    refused = ledger("rebuild", site)
    assert refused.status == WRONG_INPUT
    assert "refused by the database" in refused.err
    assert ledger("rebuild", owner).status == DONE


def test_help_of_each_command_teaches() -> None:
    for what, words in {
        "create": ["--database", "--key", "--application-role", "DATABASE_URL", "FIRSTDOSE_KEY_FILE"],
        "verify": ["--heads", "--head", "SEQ:SEAL", "Exit status 1"],
        "backup": ["FILE", "--heads", "The key is not in it"],
        "restore": ["FILE", "--older", "--application-role"],
        "rebuild": ["owner"],
        "heads": ["--note"],
    }.items():
        ran = run("ledger", what, "--help")
        assert ran.status == DONE
        for word in words:
            assert word in " ".join(ran.out.split()), (what, word)
    assert run("ledger", "forget").status == WRONG_USAGE


def test_an_address_of_no_known_kind_is_told_before_its_key_and_without_its_password(folder: Path) -> None:
    ran = ledger("verify", "mysql://site:sec-ret@localhost/trial")
    assert ran.status == WRONG_INPUT
    assert "must be sqlite:///PATH or postgresql://" in ran.err
    assert "sec-ret" not in ran.out + ran.err


def test_a_missing_key_says_where_it_belongs(folder: Path) -> None:
    ran = ledger("verify", f"sqlite:///{folder}/trial.sqlite3")
    assert ran.status == WRONG_INPUT
    assert "made with the ledger" in ran.err


def made_site(folder: Path) -> Configuration:
    """The database, key and entries of a site in a folder, where the site itself looks for them."""
    site = Configuration.of({"FIRSTDOSE_FOLDER": str(folder)})
    site.key_file.parent.mkdir(parents=True)
    ledger = Ledger.create(site.database_url, make_key(site.key_file), lambda: datetime.now(UTC))
    ledger.write(COORDINATOR, [entered("S01-1", pulse="60")])
    ledger.close()
    return site


def test_the_commands_of_the_page_work_on_a_site_by_its_folder(folder: Path) -> None:
    site = made_site(folder / "firstdose-site")
    commands = re.findall(r"^firstdose (ledger .*--folder.*)$", KEEP_A_LEDGER.read_text("utf-8"), re.MULTILINE)
    assert [shlex.split(each)[1] for each in commands] == ["verify", "backup", "heads", "restore", "verify"]
    for each in commands:
        ran = run(*shlex.split(each))
        assert ran.status == DONE, (each, ran.err)
    assert len(site.heads_file.read_text("ascii").splitlines()) == 2
    for each in ("rebuild", "odm trial.xml"):
        assert run("ledger", *each.split(), "--folder", "firstdose-site").status == DONE


def test_the_folder_is_taken_from_the_environment_and_other_options_go_before_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = made_site(folder / "place")
    monkeypatch.setenv("FIRSTDOSE_FOLDER", "place")
    assert "1 entries and 1 records" in run("ledger", "verify").out
    (folder / "other").write_text("ab" * 32)
    assert "was not written by this program with this key" in run("ledger", "verify", "--key", "other").err
    ran = run("ledger", "verify", "--database", "sqlite:///none.sqlite3")
    assert "there is no ledger" in ran.err, "the key is that of the site, the database the one that is named"
    assert run("ledger", "verify", "--heads", "none").status == DONE
    assert not site.heads_file.exists()


def test_where_a_site_is_at_hand_the_message_says_what_to_type(folder: Path) -> None:
    made_site(folder / "firstdose-site")
    for each in ("verify", "heads", "backup copy.gz", "restore copy.gz", "rebuild", "odm trial.xml"):
        ran = run("ledger", *each.split())
        assert (ran.status, ran.out) == (WRONG_INPUT, "")
        assert "there is no firstdose.sqlite3 here" in ran.err
        assert "add --folder firstdose-site" in ran.err
    on_server = run("ledger", "verify", "--database", "postgresql:///trial")
    assert "there is no firstdose.key here; for the ledger of the site add --folder firstdose-site" in on_server.err
    assert "there is no such folder" in run("ledger", "verify", "--folder", "none").err
    assert run("ledger", "create").status == DONE
    assert "0 entries" in run("ledger", "verify").out, "the ledger of this folder is not passed over"


@pytest.fixture
def with_entries(folder: Path) -> str:
    """The address of a ledger in a file, with four entries and its key beside it."""
    address = f"sqlite:///{folder}/trial.sqlite3"
    assert ledger("create", address).status == DONE
    write(address, folder, "S01-1", "S01-2")
    return address


@pytest.mark.parametrize("other", ["firstdose.key", "trial.sqlite3", "letter.txt", "note.txt"])
@pytest.mark.parametrize("what", [("backup", "copy.gz"), ("odm", "trial.xml"), ("heads", "--note", "x"), ("verify",)])
def test_a_file_that_holds_no_heads_is_neither_taken_for_them_nor_written_to(
    with_entries: str, folder: Path, what: tuple[str, ...], other: str
) -> None:
    """A head that is noted ends the last line of the file, so that a wrong name would spoil a key or a database."""
    (folder / "letter.txt").write_bytes("Sehr geehrte D\xe4men\n".encode("latin-1"))
    (folder / "note.txt").write_text("a line without an end", encoding="utf-8")
    before = (folder / other).read_bytes()
    ran = ledger(what[0], with_entries, *what[1:], "--heads", other)
    assert ran.status == WRONG_INPUT
    assert ran.err.startswith(other)
    assert ran.err.endswith("; name the file that holds the heads of the ledger, or leave --heads out\n")
    assert "codec" not in ran.err
    assert (folder / other).read_bytes() == before
    assert not (folder / "copy.gz").exists()
    assert not (folder / "trial.xml").exists()


def test_a_folder_is_no_file_of_heads(with_entries: str, folder: Path) -> None:
    (folder / "heads").mkdir()
    assert "heads: this is a folder; name the file" in ledger("verify", with_entries, "--heads", "heads").err


@pytest.mark.parametrize("cut", ["4", "4:ab", f"4:{'ab' * 32} 2026-11-"])
def test_a_head_that_a_crash_cut_short_is_no_hindrance(with_entries: str, folder: Path, cut: str) -> None:
    (folder / "firstdose.heads").write_text(cut, encoding="utf-8")
    assert ledger("backup", with_entries, "copy.gz").status == DONE
    assert "holds all of the 1 heads" in ledger("verify", with_entries).out


def test_a_copy_that_is_not_there_is_not_called_damaged(with_entries: str, folder: Path) -> None:
    (folder / "folder").mkdir()
    for name, words in {"none.gz": "there is no such file", "folder": "this is no file"}.items():
        ran = run("ledger", "restore", name, "--database", "sqlite:///new.sqlite3", "--key", "firstdose.key")
        assert (ran.status, ran.err) == (
            WRONG_INPUT,
            f"{name}: {words}; name the copy that `firstdose ledger backup` made\n",
        )


def test_where_no_head_was_seen_it_says_where_it_looked(with_entries: str, folder: Path) -> None:
    assert "none is in mistyped.heads" in ledger("verify", with_entries, "--heads", "mistyped.heads").out
