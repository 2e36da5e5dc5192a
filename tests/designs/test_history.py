"""Outcomes in the field's notation: what is read, what is refused, and that nothing else happens."""

from __future__ import annotations

import re
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.designs.history import Cohort, History, OutcomesError, parse_outcomes

LEVELS = 12

cohorts = st.builds(Cohort, st.integers(1, LEVELS), st.text("NT?-", min_size=1, max_size=9))
parts = st.builds(Cohort, st.integers(1, LEVELS), st.text("NT", min_size=1, max_size=3), is_part=st.just(True))
in_parts = st.tuples(st.lists(parts, max_size=2), cohorts).map(lambda each: [*each[0], each[1]])
histories = st.lists(in_parts, max_size=8).map(lambda each: History(tuple(chain.from_iterable(each))))


def test_cohorts_are_read_in_order() -> None:
    history = parse_outcomes(" 1NNN\t2NT-\n 12N? ", LEVELS)
    assert history.cohorts == (Cohort(1, "NNN"), Cohort(2, "NT-"), Cohort(12, "N?"))
    assert (history.cohorts[1].evaluable, history.cohorts[1].dlts, history.cohorts[1].not_evaluable) == (2, 1, 1)
    assert (history.cohorts[2].pending, history.evaluable, len(history)) == (1, 6, 3)


def test_nothing_is_the_start_of_a_trial() -> None:
    assert parse_outcomes("", 3) == parse_outcomes(" \n", 3) == History()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("NNN", "cohort 1 is 'NNN', which is not a dose level"),
        ("1NNN 2", "cohort 2 is '2', which is not"),
        ("0NNN", "cohort 1 is '0NNN'"),
        ("01NNN", "cohort 1 is '01NNN'"),
        ("1nnn", "N (no DLT), T (DLT)"),
        ("1NNX", "Write, for example, 1NNN 2NNT, in capitals"),
        ("-1NNN", "is not a dose level"),
        ("1NNN,2NNN", "is not a dose level"),
        ("１NNN", "is not a dose level"),
        ("4NNN", "at level 4, but the protocol has levels 1 to 3"),
        ("9" * 5000 + "N", "at level 9999"),
        ("1NNN 1T?+ 2NN", "cohort 2 is '1T?+'; + stands after"),
        ("1NNN b1T+ 2NN", "cohort 2 is 'b1T+'; + stands after"),
        ("1NNN 1T+", "after 1T+ comes the rest of its cohort"),
        ("1NNN 1T+ b1NN", "after 1T+ comes the rest of its cohort"),
    ],
)
def test_anything_else_is_refused_with_the_cohort_and_the_way_to_write_it(text: str, words: str) -> None:
    with pytest.raises(OutcomesError) as error:
        parse_outcomes(text, 3)
    assert words in str(error.value)


def test_sizes_that_no_trial_has_are_refused() -> None:
    with pytest.raises(OutcomesError, match="cohort 2"):
        parse_outcomes("1NNN 1" + "N" * 101, 3)
    with pytest.raises(OutcomesError, match="cohorts"):
        parse_outcomes("1N " * 100_000, 3)


@given(histories)
def test_what_is_written_is_read_back(history: History) -> None:
    assert parse_outcomes(str(history), LEVELS) == history


@given(st.one_of(st.text(), st.text("123 NT?-0\t\n"), st.text("1NT ")))
def test_arbitrary_text_is_a_history_or_an_error(text: str) -> None:
    words = text.split()
    if not all(re.fullmatch("[1-3][NT?-]+", word) for word in words):
        with pytest.raises(OutcomesError, match=r"^outcomes: "):
            parse_outcomes(text, 3)
        return
    history = parse_outcomes(text, 3)
    assert str(history) == " ".join(words)
    assert parse_outcomes(str(history), 3) == history


@given(cohorts, st.data())
def test_open_windows_close_with_the_dlts_that_come(cohort: Cohort, data: st.DataObject) -> None:
    more = data.draw(st.integers(0, cohort.pending))
    closed = cohort.completed(more)
    assert (closed.pending, closed.dlts) == (0, cohort.dlts + more)
    assert closed.evaluable == cohort.evaluable + cohort.pending
    assert closed.not_evaluable == cohort.not_evaluable
