"""The lock: two people to lock, two to unlock, and every path to what is locked refused, follow-up open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.conduct.automatic_queries import check_all, check_record
from firstdose.conduct.catalogue import DataLock
from firstdose.conduct.entering import draft_of
from firstdose.conduct.ledger import Author, Draft, FieldChange, Refused, back_up
from firstdose.conduct.locking import (
    ask_for_lock,
    ask_for_unlock,
    cut_off_in_force,
    hash_of_locked,
    refuse_locked,
    refuse_wrong_step,
    withdraw,
)
from firstdose.conduct.own_records import all_of
from firstdose.conduct.queries import Asked, answer, ask, close
from firstdose.conduct.retelling import retell
from firstdose.conduct.signatures import sign
from firstdose.conduct.snapshot import snapshot
from firstdose.conduct.source_checks import check_source
from firstdose.records import Subject, TrialData, read_partial_date_time
from tests.conduct.ledger.places import Place, new_place
from tests.conduct.workplace import (
    DATA_MANAGER,
    INVESTIGATOR,
    MEMBER,
    MONITOR,
    NURSE,
    OTHER_DATA_MANAGER,
    STATISTICIAN,
    Workplace,
)

CUT_OFF = date(2026, 3, 31)
LATER = datetime(2026, 4, 15, 9, tzinfo=UTC)
RULES = (refuse_locked, refuse_wrong_step)


def trial(database: Place) -> Workplace:
    """Somebody with an event before the cut-off day that goes on, one after it, and a query."""
    place = Workplace(database, RULES)
    place.enter("subjects", subject="P01", consent="2026-01-05T10:00", sex="female")
    place.enter("adverse_events", subject="P01", number="1", term="headache", grade="2", start="2026-03-20")
    place.enter("adverse_events", subject="P01", number="2", term="nausea", grade="1", start="2026-04-02")
    place.enter("lab_results", subject="P01", number="1", test="MG", result="0.8", unit="mmol/L", drawn="2026-03-10")
    with place.work(MONITOR) as work:
        ask(work, Asked("adverse_events", "P01/1", "Which kind?", "term"))
    place.now = LATER
    return place


def lock(place: Workplace) -> str:
    """Lock, despite the query; the hash of what is locked."""
    with place.work(DATA_MANAGER) as work:
        ask_for_lock(work, CUT_OFF, "the query does not matter")
    place.confirm_lock(STATISTICIAN, 1)
    (found,) = all_of(place.ledger, DataLock)
    assert found.content_hash is not None
    return found.content_hash


def hash_now(place: Workplace) -> str:
    return hash_of_locked(snapshot(place.ledger, place.now).trial_data, CUT_OFF)


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Copies of the trial, open and locked; made once."""
    folder = tmp_path_factory.mktemp("copies")
    place = trial(new_place("sqlite", folder))
    back_up(place.ledger, folder / "open.gz", place.now)
    lock(place)
    back_up(place.ledger, folder / "locked.gz", place.now)
    place.ledger.close()
    return {name: folder / f"{name}.gz" for name in ("open", "locked")}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each test is run on both kinds of database."""
    return str(request.param)


@pytest.fixture
def open_trial(copies: dict[str, Path], database: Place) -> Workplace:
    return Workplace(database, RULES, copy=copies["open"], now=LATER)


@pytest.fixture
def locked_trial(copies: dict[str, Path], database: Place) -> Workplace:
    return Workplace(database, RULES, copy=copies["locked"], now=LATER)


def enter(place: Workplace) -> None:
    place.enter("adverse_events", subject="P01", number="3", term="fever", start="2026-03-31T23:59")


def enter_undated(place: Workplace) -> None:
    place.enter("adverse_events", subject="P01", number="3", term="fever")


def enter_partly_dated(place: Workplace) -> None:
    place.enter("adverse_events", subject="P01", number="3", term="fever", start="2026")


def enter_unreadable(place: Workplace) -> None:
    place.enter("adverse_events", subject="P01", number="3", term="fever", start="in April")


def late_laboratory(place: Workplace) -> None:
    place.enter("lab_results", subject="P01", number="2", test="MG", result="0.9", drawn="2026-03-30")


def undated_history(place: Workplace) -> None:
    place.enter("disease_histories", subject="P01", diagnosis="multiple sclerosis")


def edit(place: Workplace) -> None:
    place.change("adverse_events", "P01/1", grade="3")


def edit_by_investigator(place: Workplace) -> None:
    place.change("adverse_events", "P01/1", INVESTIGATOR, grade="3")


def fill_an_empty_field(place: Workplace) -> None:
    place.change("adverse_events", "P01/1", serious="no")


def end_within(place: Workplace) -> None:
    place.change("adverse_events", "P01/1", end="2026-03-31")


def move_out(place: Workplace) -> None:
    place.change("adverse_events", "P01/1", start="2026-05-01")


def move_in(place: Workplace) -> None:
    place.change("adverse_events", "P01/2", start="2026-03-30")


def blur(place: Workplace) -> None:
    place.change("adverse_events", "P01/2", start="2026")


def code(place: Workplace) -> None:
    place.change("adverse_events", "P01/1", preferred_term="Headache")


def consent(place: Workplace) -> None:
    place.change("subjects", "P01", consent="2026-04-10")


def take_out(place: Workplace) -> None:
    with place.work(NURSE) as work:
        work.append(Draft("remove", "adverse_events", "P01/1", reason="gone"))


def answer_query(place: Workplace) -> None:
    with place.work(NURSE) as work:
        answer(work, 1, "a migraine")


def close_query(place: Workplace) -> None:
    with place.work(MONITOR) as work:
        close(work, 1, words="fine")


def ask_query(place: Workplace) -> None:
    with place.work(MONITOR) as work:
        ask(work, Asked("lab_results", "P01/1", "Fasting?"))


def verify_source(place: Workplace) -> None:
    head = place.record("adverse_events", "P01/1").head
    with place.work(MONITOR) as work:
        check_source(work, "adverse_events", "P01/1", head, agrees=True)


def adjudicate(place: Workplace) -> None:
    fields = {"subject": "P01", "event": "1", "adjudication": "1", "verdict": "dlt", "adjudicated": "2026-03-25"}
    place.enter("dlt_adjudications", MEMBER, **fields)


PATHS = [
    enter,
    enter_undated,
    enter_partly_dated,
    enter_unreadable,
    late_laboratory,
    undated_history,
    edit,
    edit_by_investigator,
    fill_an_empty_field,
    end_within,
    move_out,
    move_in,
    blur,
    code,
    consent,
    take_out,
    answer_query,
    close_query,
    ask_query,
    verify_source,
    adjudicate,
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
def test_item_51_every_path_to_locked_data_is_refused(
    locked_trial: Workplace, path: Callable[[Workplace], None]
) -> None:
    head = locked_trial.ledger.head()
    with pytest.raises(Refused, match="the data up to 31 March 2026 are locked"):
        path(locked_trial)
    assert locked_trial.ledger.head() == head


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
def test_the_same_paths_are_open_without_a_lock(open_trial: Workplace, path: Callable[[Workplace], None]) -> None:
    path(open_trial)


def test_item_51_follow_up_goes_on_and_the_hash_stays(open_trial: Workplace) -> None:
    place = open_trial
    before = lock(place)
    place.enter("adverse_events", subject="P01", number="3", term="fever", start="2026-04-01")
    place.change("adverse_events", "P01/1", end="2026-04-10", outcome="recovered")
    place.change("adverse_events", "P01/2", grade="2")
    place.change("subjects", "P01", participation_end="2026-04-12")
    place.enter("subjects", subject="P02", consent="2026-04-03")
    place.enter("disease_histories", subject="P02", diagnosis="multiple sclerosis")
    head = place.record("adverse_events", "P01/3").head
    with place.work(MONITOR) as work:
        ask(work, Asked("adverse_events", "P01/3", "Measured how?"))
        check_source(work, "adverse_events", "P01/3", head, agrees=True)
    purpose = place.purpose("adverse_events", "P01/1")
    with place.work(INVESTIGATOR) as work:
        sign(work, purpose, place.proof(INVESTIGATOR, purpose))
    assert hash_now(place) == before


def test_item_51_a_trial_is_not_brought_in_past_the_desk(locked_trial: Workplace) -> None:
    late = TrialData.of([Subject(subject="P07", consent=read_partial_date_time("2026-03-01"))])
    head = locked_trial.ledger.head()
    to_hold = "data are locked.*An event, a death .* save it in its form on the site: what is typed there is held"
    with pytest.raises(Refused, match=to_hold):
        retell(locked_trial.ledger, NURSE, late)
    assert locked_trial.ledger.head() == head


def test_rules_wait_with_their_queries_until_the_data_are_open(locked_trial: Workplace) -> None:
    place = locked_trial
    place.enter("adverse_events", subject="P01", number="3", term="fever", start="2026-04-05", end="2026-04-01")
    with place.work(NURSE) as work:
        check_record(work, "adverse_events", "P01/3")
    assert len(work.entries) == 1, "about what is not locked, rules ask on"
    with place.work(DATA_MANAGER) as work:
        check_all(work)


def test_two_people_lock_and_two_unlock(open_trial: Workplace) -> None:
    place = open_trial
    with place.work(DATA_MANAGER) as work:
        ask_for_lock(work, CUT_OFF, "the query does not matter")
    edit(place)
    assert cut_off_in_force(place.ledger) is None
    with pytest.raises(Refused, match="another person must"):
        place.confirm_lock(DATA_MANAGER, 1)
    place.confirm_lock(OTHER_DATA_MANAGER, 1)
    assert cut_off_in_force(place.ledger) == CUT_OFF
    with place.work(OTHER_DATA_MANAGER) as work:
        ask_for_unlock(work, 1, "an event was forgotten")
    with pytest.raises(Refused, match="are locked"):
        enter(place)
    with pytest.raises(Refused, match="another person must"):
        place.confirm_unlock(OTHER_DATA_MANAGER, 1)
    place.confirm_unlock(STATISTICIAN, 1)
    enter(place)
    (found,) = all_of(place.ledger, DataLock)
    assert (found.state, found.asked_by, found.confirmed_by) == ("unlocked", "emma", "sara")


def test_what_was_asked_for_can_be_taken_back(open_trial: Workplace) -> None:
    lock(open_trial)
    with open_trial.work(DATA_MANAGER) as work:
        ask_for_unlock(work, 1, "an event was forgotten")
    with open_trial.work(STATISTICIAN) as work:
        withdraw(work, 1, "it was not")
    assert cut_off_in_force(open_trial.ledger) == CUT_OFF
    with pytest.raises(Refused, match="lock 1 is locked"):
        open_trial.confirm_unlock(STATISTICIAN, 1)


@pytest.mark.parametrize("author", [NURSE, INVESTIGATOR, MONITOR, MEMBER], ids=lambda author: author.role)
def test_others_do_not_lock(open_trial: Workplace, author: Author) -> None:
    with pytest.raises(Refused, match="ask for a lock"), open_trial.work(author) as work:
        ask_for_lock(work, CUT_OFF, "to be quick")


@pytest.mark.parametrize(
    "changes",
    [
        (FieldChange("state", "locked", "unlocked"),),
        (FieldChange("state", "locked", "unlock_asked"),),
        (FieldChange("cut_off", "2026-03-31", "2026-01-31"),),
        (FieldChange("state", "locked", None),),
    ],
)
def test_item_51_a_lock_is_not_opened_by_writing_its_record(
    locked_trial: Workplace, changes: tuple[FieldChange, ...]
) -> None:
    with pytest.raises(Refused, match="lock"), locked_trial.work(OTHER_DATA_MANAGER) as work:
        work.append(Draft("change", "data_locks", "1", changes, reason="quicker"))
    with pytest.raises(Refused, match="never removed"), locked_trial.work(OTHER_DATA_MANAGER) as work:
        work.append(Draft("remove", "data_locks", "1", reason="quicker"))


def test_one_person_cannot_do_both_steps_in_anothers_name(open_trial: Workplace) -> None:
    fields = {"lock": "1", "cut_off": "2026-03-31", "state": "asked", "asked_by": "sara"}
    changes = tuple(FieldChange(name, None, text) for name, text in fields.items())
    with pytest.raises(Refused, match="names who takes it"), open_trial.work(DATA_MANAGER) as work:
        work.append(Draft("create", "data_locks", "1", changes))


def test_what_stands_against_a_lock_is_said(open_trial: Workplace) -> None:
    with pytest.raises(Refused, match="not closed about these data: 1 query"), open_trial.work(DATA_MANAGER) as work:
        ask_for_lock(work, CUT_OFF)
    with pytest.raises(Refused, match="only once that day is over"), open_trial.work(DATA_MANAGER) as work:
        ask_for_lock(work, date(2026, 4, 15), "now")


DATES = st.sampled_from(["", "2026", "2026-03", "2026-04", "2026-03-31", "2026-04-01T00:00", "2026-04-09", "?"])


class Undone(Exception):
    """What was tried is taken back."""


def leaves_the_lock_whole(place: Workplace, draft: Draft, before: str) -> None:
    """A draft is refused, or leaves the locked data as they are; it is tried and taken back."""
    try:
        with place.work(NURSE) as work:
            work.append(draft)
            assert hash_of_locked(work.snapshot.trial_data, CUT_OFF) == before
            raise Undone
    except (Refused, Undone):
        pass


@given(
    start=DATES,
    end=DATES,
    outcome=st.sampled_from(["", "recovered", "recovering"]),
    grade=st.sampled_from(["", "1", "4", "x"]),
    record=st.sampled_from(["P01/1", "P01/2", "P02/1", "new"]),
    subject=st.sampled_from(["P01", "P02", "P09"]),
)
@settings(max_examples=40)
def test_item_51_whatever_is_not_refused_leaves_the_locked_data_as_they_were(
    base: tuple[Workplace, str], start: str, end: str, outcome: str, grade: str, record: str, subject: str
) -> None:
    """The rule looks at one record's texts; the hash is of all data as analyses cut them: two ways to one answer."""
    place, before = base
    fields = {"start": start, "end": end, "outcome": outcome, "grade": grade}
    if record == "new":
        draft = draft_of("adverse_events", {"subject": subject, "number": "7", "term": "fever", **fields}, {})
    else:
        stored = place.record("adverse_events", record)
        draft = draft_of("adverse_events", fields, stored.fields, stored=stored, reason="misread")
    if draft is None:
        return
    leaves_the_lock_whole(place, draft, before)


@given(begin=DATES, given=DATES)
@settings(max_examples=25)
def test_item_51_a_dosing_of_who_came_later_by_the_date_of_consent_is_refused_where_it_would_be_locked(
    base: tuple[Workplace, str], begin: str, given: str
) -> None:
    """Whoever was dosed by the day was in the trial, and would come in with everything, whatever the consent says."""
    place, before = base
    fields = {"subject": "P02", "number": "1", "procedure_start": begin, "product_start": given}
    draft = draft_of("dosings", fields, {})
    assert draft is not None
    leaves_the_lock_whole(place, draft, before)


def test_item_51_a_dosing_within_the_locked_data_is_refused_whatever_its_consent_says(
    base: tuple[Workplace, str],
) -> None:
    draft = draft_of("dosings", {"subject": "P02", "number": "1", "product_start": "2026-03-31"}, {})
    assert draft is not None
    with pytest.raises(Refused, match="by that day"), base[0].work(NURSE) as work:
        work.append(draft)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workplace, str]:
    """A locked trial with somebody who came later."""
    place = trial(new_place("sqlite", tmp_path_factory.mktemp("base")))
    place.enter("subjects", subject="P02", consent="2026-04-05")
    place.enter("adverse_events", subject="P02", number="1", term="fever", start="2026-04-06")
    return place, lock(place)
