from pathlib import Path

import pytest

from firstdose.protocol import (
    ABSENT,
    Problem,
    ProblemsFound,
    Protocol,
    examine_bytes,
    examine_protocol,
    examine_text,
    read_protocol,
)
from firstdose.protocol.escalation import dose_in_words

MINIMAL = """\
trial: {id: EXAMPLE-1, title: A dose-escalation trial}
dose_levels:
  unit: million cells
  values: [5, 10, 16, 24]
escalation:
  design: boin
  target_dlt_rate: 0.25
  cohort_size: 3
  max_participants: 24
"""


def read(text: str) -> Protocol:
    examination = examine_text(text)
    assert examination.problems == ()
    assert examination.protocol is not None
    return examination.protocol


def problem_with(path: Path) -> Problem:
    with pytest.raises(ProblemsFound) as found:
        read_protocol(path)
    (problem,) = found.value.problems
    assert problem.place.file == str(path)
    return problem


def test_three_sections_are_enough_and_the_rest_has_defaults() -> None:
    protocol = read(MINIMAL)
    assert protocol.trial.id == "EXAMPLE-1"
    assert protocol.dose_levels.values == (5.0, 10.0, 16.0, 24.0)
    escalation = protocol.escalation
    assert (escalation.max_participants_counts, escalation.start_level) == ("evaluable", 1)
    assert (escalation.settings, escalation.guards, escalation.comparators) == ({}, (), {})
    assert (escalation.stop_within_cohort, escalation.expansion_participants) == (False, 0)
    assert protocol.population is None
    assert protocol.conventions.confidence_level == 0.95


def test_doses_are_said_with_their_unit_and_label() -> None:
    levels = read(MINIMAL.replace("24]", "24.5]\n  labels: [A, B, C, D]")).dose_levels
    assert levels.dose_with_unit(4) == "24.5 million cells"
    assert levels.label(4) == "D"
    assert read(MINIMAL).dose_levels.label(4) == "4"


def test_guards_are_pairs_of_name_and_settings() -> None:
    guards = """\
  guards:
    - no_skipping
    - at_least:
    - stop_when_too_toxic: {certainty: 0.95}
"""
    assert read(MINIMAL + guards).escalation.guards == (
        ("no_skipping", {}),
        ("at_least", {}),
        ("stop_when_too_toxic", {"certainty": 0.95}),
    )


def test_settings_are_kept_as_plain_values() -> None:
    settings = "  settings: {skeleton: [0.05, 0.1], restrict: true, model: empiric, stop_at: 9}\n"
    assert read(MINIMAL + settings).escalation.settings == {
        "skeleton": [0.05, 0.1],
        "restrict": True,
        "model": "empiric",
        "stop_at": 9,
    }


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("trial", 1),
        ("trial.title", 1),
        ("dose_levels.values[3]", 4),
        ("escalation.cohort_size", 8),
        ("escalation.settings.p_saf", 5),
        ("escalation.guards[2].no_skipping", 5),
        ("conventions", None),
        ("", None),
    ],
)
def test_a_key_has_the_line_it_stands_on_or_that_of_the_key_around_it(key: str, line: int | None) -> None:
    place = read(MINIMAL).place(key)
    assert (place.line, place.key) == (line, key)


def test_a_million_in_scientific_notation_is_a_number() -> None:
    protocol = read(MINIMAL.replace("[5, 10, 16, 24]", "[1e6, 2.5E+6, .5e7, 1.e7]"))
    assert protocol.dose_levels.values == (1e6, 2.5e6, 5e6, 1e7)


def test_a_byte_order_mark_is_passed_over() -> None:
    examination = examine_bytes(b"\xef\xbb\xbf" + MINIMAL.encode())
    assert examination.problems == ()


def test_windows_line_ends_do_not_shift_lines() -> None:
    examination = examine_bytes(MINIMAL.replace("\n", "\r\n").replace("24\r", "true\r").encode())
    assert [problem.place.line for problem in examination.problems] == [9]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_other_encodings_are_refused(encoding: str) -> None:
    examination = examine_bytes(MINIMAL.encode(encoding))
    assert examination.protocol is None
    assert len(examination.problems) == 1


def test_a_byte_that_is_not_utf_8_is_placed() -> None:
    (problem,) = examine_bytes(MINIMAL.replace("dose-escalation", "phase-\xe9").encode("latin-1")).problems
    assert (problem.place.line, problem.place.column) == (1, 39)
    assert problem.fix == "save the file as UTF-8"


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    assert problem_with(tmp_path / "protocl.yaml").rule == "there is no such file"


def test_a_folder_is_a_problem(tmp_path: Path) -> None:
    assert problem_with(tmp_path).rule == "a protocol file is wanted; this is a folder"


def test_a_device_is_a_problem() -> None:
    assert problem_with(Path("/dev/zero")).rule == "a protocol file is an ordinary file"


def test_an_unusable_name_is_a_problem() -> None:
    assert problem_with(Path("a\0b")).value is ABSENT
    assert problem_with(Path("a" * 10_000)).value is ABSENT


def test_a_file_that_may_not_be_read_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    file = tmp_path / "protocol.yaml"
    file.write_text(MINIMAL)
    monkeypatch.setattr(Path, "open", refuse)
    assert problem_with(file).rule == "the file cannot be read: Permission denied"


def test_an_empty_file_is_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "protocol.yaml"
    file.write_bytes(b"")
    assert problem_with(file).rule == "the file is empty"


def test_a_binary_file_is_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "protocol.yaml"
    file.write_bytes(b"PK\x03\x04\x00\x00")
    assert "not valid YAML" in problem_with(file).rule


def test_a_file_of_more_than_a_megabyte_is_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "protocol.yaml"
    file.write_text(MINIMAL + "#" * 1_000_000)
    assert problem_with(file).rule == "a protocol file has at most 1,000,000 bytes"


def test_a_protocol_with_a_problem_aside_is_still_there_for_further_checks(tmp_path: Path) -> None:
    file = tmp_path / "protocol.yaml"
    file.write_text(MINIMAL + "  start_levl: 2\n")
    examination = examine_protocol(file)
    assert len(examination.problems) == 1
    assert examination.protocol is not None
    assert examination.protocol.escalation.start_level == 1


def test_a_protocol_without_a_required_number_is_not_there() -> None:
    text = MINIMAL.replace("cohort_size: 3", "cohort_size: three")
    assert examine_text(text).protocol is None


def test_a_wrong_number_does_not_hide_the_problems_beside_it() -> None:
    text = MINIMAL.replace("[5, 10, 16, 24]", "[five, 10, 4, 24]").replace("cohort_size: 3", "cohort_size: true")
    keys = [problem.place.key for problem in examine_text(text + "  start_level: 7\n").problems]
    assert sorted(keys) == [
        "dose_levels.values[1]",
        "dose_levels.values[3]",
        "escalation.cohort_size",
        "escalation.start_level",
    ]


def test_references_into_a_list_with_a_problem_are_not_reported_on_top() -> None:
    text = """\
schedule:
  activities: [{id: edss}, {id: mri, name: MRI}]
  visits: [{id: M1, name: Month 1, day: 30, activities: [edss, mri]}]
"""
    (problem,) = examine_text(MINIMAL + text).problems
    assert problem.place.key == "schedule.activities[1].name"


def test_a_problem_is_shown_with_place_key_value_rule_and_fix(tmp_path: Path) -> None:
    file = tmp_path / "protocol.yaml"
    file.write_text(MINIMAL.replace("0.25", "25%"))
    assert str(problem_with(file)) == (
        f'{file}:7: escalation.target_dlt_rate: "25%": must be a number, above 0 and below 1; '
        "write it as a number without the sign, such as 0.25"
    )


TOLERANCE = "product:\n  name: cells\n  dose_tolerance: {below: %s, above: 10%s}\n"


def test_a_percentage_is_mended_in_the_unit_of_its_key() -> None:
    """20 % of the dose must not become a tolerance of 0.2 %."""
    (problem,) = examine_text(MINIMAL + TOLERANCE % ("20%", ', unit: "%"')).problems
    assert (
        problem.fix == "write it as a number without the sign: 20 where its unit is %, 0.2 where a share of 1 is meant"
    )
    (problem,) = examine_text(MINIMAL + "metabolism: {most_missing: 30%}\n").problems
    assert problem.fix == "write it as a number without the sign, such as 30"


def test_a_key_to_be_added_can_be_typed_as_it_is_advised() -> None:
    (problem,) = examine_text(MINIMAL + TOLERANCE % (10, "")).problems
    assert problem.fix == 'add `unit: "%"`'
    assert not examine_text(MINIMAL + TOLERANCE % (10, ', unit: "%"')).problems


def test_a_dose_is_written_out_so_that_a_tenfold_slip_is_seen() -> None:
    doses = (0.3, 16, 24.5, 999_999, 1e6, 1_250_000, 1e9)
    words = ["0.3", "16", "24.5", "999,999", "1,000,000", "1,250,000", "1,000,000,000"]
    assert [dose_in_words(dose) for dose in doses] == words
    levels = read(MINIMAL.replace("values: [5, 10, 16, 24]", "values: [1e6, 3e6, 1e7]")).dose_levels
    assert levels.dose_with_unit(3) == "10,000,000 million cells"


def test_an_assumption_covers_the_keys_inside_it() -> None:
    protocol = read(MINIMAL + "assumed:\n  - {path: escalation, why: illustration}\n")
    assumption = protocol.assumption("escalation.cohort_size")
    assert assumption is not None
    assert assumption.why == "illustration"
    assert protocol.assumption("trial.id") is None
