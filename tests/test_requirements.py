"""The table of requirements names tests that there are, and leaves nothing without a test or a reason."""

from __future__ import annotations

import pytest
from docs.pages import requirements


def test_every_requirement_is_shown_by_tests_that_there_are_or_says_why_not() -> None:
    assert requirements.missing() == []


def test_the_whole_list_of_attacks_is_there() -> None:
    _, attacks, _ = requirements.written()
    assert [each.item for each in attacks] == list(range(1, 56))
    assert {each.room for each in attacks} == set(requirements.ROOMS)


def test_a_test_that_is_gone_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    rules, attacks, programs = requirements.written()
    wrong = requirements.Rule("x", "y", tests=("tests/test_docs.py::test_of_nothing",))
    empty = requirements.Attack(56, "A", "nobody thought of it")
    monkeypatch.setattr(requirements, "written", lambda: ((*rules, wrong), (*attacks, empty), programs))
    assert requirements.missing() == [
        "tests/test_docs.py::test_of_nothing: there is no such test",
        "attack 56: neither a test nor a reason",
    ]


def test_tests_are_found_by_the_number_in_their_names() -> None:
    found = requirements.tests_by_attack()
    assert "tests/conduct/test_last_slot.py::test_item_14_the_same_in_processes" in found[14]
    assert len(requirements.all_tests()) > 1_000


def test_tests_on_both_kinds_of_database_are_known() -> None:
    both, server = requirements.tests_on_both(), requirements.tests_on_server()
    assert "tests/conduct/test_last_slot.py::test_item_14_the_same_in_processes" in both  # its file asks for both
    assert "tests/conduct/ledger/test_tampering.py::test_item_5_a_gap_is_named" in both  # its fixtures do
    assert "tests/web/test_adversarial_addresses.py::test_item_29_statements_are_text" in both  # it does
    assert "tests/web/test_adversarial_addresses.py::test_item_32_nobody_is_led_away" not in both
    assert "tests/conduct/ledger/test_tampering.py::test_item_8_an_older_dump_put_back_is_found_out" in server
    assert not both & server


def test_the_page_tells_tests_in_words() -> None:
    page = "\n".join(requirements.requirements_page())
    assert "`tests/conduct/test_last_slot.py`: **of two coordinators at the last slot exactly one gets it**" in page
    assert "an older dump put back is found out (PostgreSQL)" in page
    assert "*Not tested:* The program reads no XML" in page
