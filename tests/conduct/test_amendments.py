"""Versions of the protocol: loaded by one, approved by another; who is in the trial keeps theirs or is moved."""

from __future__ import annotations

import pytest

from firstdose.conduct.amendments import (
    approve,
    differences,
    followers,
    in_force,
    load,
    move,
    protocol_in_use,
    refuse_wrong_version,
)
from firstdose.conduct.ledger import Draft, FieldChange, Refused
from firstdose.dosing import protocol_followed
from firstdose.records import Subject
from tests.conduct.ledger.places import Place
from tests.conduct.workplace import DATA_MANAGER, INVESTIGATOR, NURSE, OTHER_DATA_MANAGER, Workplace
from tests.dosing.trial import PROTOCOL


def file(version: str, window: int = 28) -> bytes:
    """The protocol file of a version."""
    text = PROTOCOL.replace("title: A trial", f'title: A trial, version: "{version}"')
    return text.replace("window_days: 28", f"window_days: {window}").encode()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each test is run on both kinds of database."""
    return str(request.param)


@pytest.fixture
def place(database: Place) -> Workplace:
    """A trial in which version 1 is in force and somebody takes part."""
    made = Workplace(database, (refuse_wrong_version,))
    put_in_force(made, file("1"))
    made.enter("subjects", subject="P01", consent="2026-03-01", protocol_version="1")
    made.later(days=1)
    return made


def put_in_force(place: Workplace, content: bytes) -> None:
    with place.work(DATA_MANAGER) as work:
        version = load(work, content)
    with place.work(OTHER_DATA_MANAGER) as work:
        approve(work, version, "vote of the ethics committee of 1 March")


def window(place: Workplace, subject: str) -> int | None:
    """The DLT window that holds for somebody, as dosing reads it."""
    fields = place.record("subjects", subject).fields
    person = Subject(subject=subject, protocol_version=fields.get("protocol_version"))
    dlt = protocol_followed(protocol_in_use(place.ledger), person).escalation.dlt
    return dlt.window_days if dlt else None


def test_item_47_a_window_changed_within_a_cohort_is_not_that_of_who_is_in_it(place: Workplace) -> None:
    put_in_force(place, file("2", window=42))
    found = in_force(place.ledger)
    assert found is not None
    assert found.version == "2"
    place.enter("subjects", subject="P02", consent="2026-03-05", protocol_version="2")
    assert (window(place, "P01"), window(place, "P02")) == (28, 42)
    with place.work(INVESTIGATOR) as work:
        move(work, "P01", "2", "consented again on 6 March")
    assert window(place, "P01") == 42
    assert place.ledger.history("subjects", "P01")[-1].reason == "consented again on 6 March"
    assert followers(place.ledger) == {"2": ("P01", "P02")}


def test_item_47_the_protocol_in_use_holds_every_version(place: Workplace) -> None:
    put_in_force(place, file("2", window=42))
    with place.work(DATA_MANAGER) as work:
        load(work, file("3", window=7))
    found = protocol_in_use(place.ledger)
    assert found.trial.version == "2"
    windows = {name: each.escalation.dlt.window_days for name, each in found.versions.items() if each.escalation.dlt}
    assert windows == {"1": 28, "2": 42}, "the third is not approved"


def test_item_47_who_has_no_version_noted_keeps_the_one_before(place: Workplace) -> None:
    place.enter("subjects", subject="P03", consent="2026-03-02")
    put_in_force(place, file("2", window=42))
    assert place.record("subjects", "P03").fields["protocol_version"] == "1"
    assert window(place, "P03") == 28


def test_what_a_version_changes_is_told_before_it_is_approved(place: Workplace) -> None:
    with place.work(DATA_MANAGER) as work:
        load(work, file("2", window=42))
    found = {each.key: each.touches_dosing for each in differences(place.ledger, "2")}
    assert found == {"trial.version": False, "escalation.dlt.window_days": True}
    version = in_force(place.ledger)
    assert version is not None
    assert version.version == "1", "loaded is not in force"


def test_who_loaded_a_version_does_not_approve_it(place: Workplace) -> None:
    with place.work(DATA_MANAGER) as work:
        load(work, file("2"))
    with pytest.raises(Refused, match="another person must"), place.work(DATA_MANAGER) as work:
        approve(work, "2", "vote")
    with pytest.raises(Refused, match="load and approve"), place.work(INVESTIGATOR) as work:
        approve(work, "2", "vote")
    with pytest.raises(Refused, match="rests on"), place.work(OTHER_DATA_MANAGER) as work:
        approve(work, "2", " ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "holds text"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"trial: !!python/object/apply:os.system ['true']", "cannot be used"),
        (b"a: &a [x]\nb: [*a, *a]\n", "cannot be used"),
        (b"x" * 1_000_001, "at most"),
        (file("2").replace(b"values: [5, 10, 16, 24]", b"values: [5, .nan, 16, 24]"), "cannot be used"),
        (file("2").replace(b"cohort_size: 3", b"cohort_size: 3\n  cohort_size: 4"), "cannot be used"),
        (file("2").replace(b"variant: previous", b"variant: nonsense"), "cannot be used"),
        (file("1", window=42), "is there already"),
        (PROTOCOL.encode(), "which version it is"),
    ],
    ids=["empty", "not text", "tag", "aliases", "huge", "nan", "twice", "no such rule", "same version", "no version"],
)
def test_item_36_a_hostile_or_useless_file_is_refused(place: Workplace, content: bytes, words: str) -> None:
    head = place.ledger.head()
    with pytest.raises(Refused, match=words), place.work(DATA_MANAGER) as work:
        load(work, content)
    assert place.ledger.head() == head


def test_nobody_follows_a_version_that_is_not_approved(place: Workplace) -> None:
    with place.work(DATA_MANAGER) as work:
        load(work, file("2"))
    for version, words in (("2", "not approved"), ("9", "no version 9")):
        with pytest.raises(Refused, match=words), place.work(INVESTIGATOR) as work:
            move(work, "P01", version, "new consent")
        with pytest.raises(Refused, match=words):
            place.change("subjects", "P01", NURSE, protocol_version=version)
    with pytest.raises(Refused, match="say why"), place.work(INVESTIGATOR) as work:
        move(work, "P01", "1", "")
    with pytest.raises(Refused, match="already"), place.work(INVESTIGATOR) as work:
        move(work, "P01", "1", "no reason")


@pytest.mark.parametrize(
    "change",
    [
        FieldChange("content", file("1").decode(), file("1", window=7).decode()),
        FieldChange("state", "approved", "loaded"),
    ],
    ids=["content", "state"],
)
def test_a_version_is_never_altered(place: Workplace, change: FieldChange) -> None:
    with pytest.raises(Refused, match="version"), place.work(OTHER_DATA_MANAGER) as work:
        work.append(Draft("change", "protocol_versions", "1", (change,), reason="a slip"))
    with pytest.raises(Refused, match="never altered or removed"), place.work(OTHER_DATA_MANAGER) as work:
        work.append(Draft("remove", "protocol_versions", "1", reason="a slip"))


def test_a_version_is_approved_against_the_one_that_it_was_compared_with(place: Workplace) -> None:
    """3 was compared with 1, by which the window is 28 days too; meanwhile 2 came into force, with one of 42 days."""
    with place.work(DATA_MANAGER) as work:
        load(work, file("3"))
    put_in_force(place, file("2", window=42))
    with (
        pytest.raises(Refused, match="version 2 came into force since version 3 was compared with 1"),
        place.work(OTHER_DATA_MANAGER) as work,
    ):
        approve(work, "3", "vote", compared_with="1")
    with place.work(OTHER_DATA_MANAGER) as work:
        approve(work, "3", "vote", compared_with="2")
    newest = in_force(place.ledger)
    assert newest is not None
    assert newest.version == "3"


def test_nobody_follows_a_version_by_almost_its_name(place: Workplace) -> None:
    """By "1 " dosing would find no version, and take the one in force instead."""
    put_in_force(place, file("2", window=42))
    with pytest.raises(Refused, match="did you mean '1'"):
        place.enter("subjects", subject="P02", consent="2026-03-05", protocol_version="1 ")
    with pytest.raises(Refused, match="did you mean '2'"), place.work(INVESTIGATOR) as work:
        move(work, "P01", " 2", "consented again on 6 March")
