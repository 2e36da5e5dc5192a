"""`firstdose check` refuses criteria that compare what no record has."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from firstdose.conduct.criterion_names import recorded_names
from tests.cli.running import DONE, WRONG_INPUT, protocol_text, run


def with_criterion(folder: Path, expression: str) -> Path:
    """A protocol with one criterion."""
    criterion = {"id": "I1", "kind": "inclusion", "text": "as written", "expression": expression}
    file = folder / "protocol.yaml"
    file.write_text(json.dumps(json.loads(protocol_text()) | {"population": {"criteria": [criterion]}}))
    return file


@pytest.mark.parametrize(
    ("expression", "unknown", "meant"),
    [
        ("age >= 18", "age", "age_years"),
        ("not (18 <= ages_years <= 60) or edss >= 6", "ages_years", "age_years"),
        ("edss >= 6.5 and sledai >= 6", "sledai", None),
        ('cours in ["secondary progressive"]', "cours", "course"),
        ('onset == "2020"', "onset", None),
    ],
)
def test_a_name_that_no_record_has_is_refused(tmp_path: Path, expression: str, unknown: str, meant: str | None) -> None:
    ran = run("check", with_criterion(tmp_path, expression))
    assert ran.status == WRONG_INPUT
    problem, last = ran.err.splitlines()
    assert last.startswith("1 problem")
    assert "population.criteria[1].expression" in problem
    assert f"compares `{unknown}`, which no record has" in problem
    assert ("did you mean" in problem) is (meant is not None)
    assert meant is None or f"did you mean `{meant}`?" in problem
    assert f"names that can be compared: {', '.join(recorded_names())};" in problem


@pytest.mark.parametrize(
    "expression", ["18 <= age_years <= 60", "not pregnant", 'cns_infection or edss > 8 or course == "relapsing"']
)
def test_recorded_names_and_what_people_answer_are_accepted(tmp_path: Path, expression: str) -> None:
    assert run("check", with_criterion(tmp_path, expression)).status == DONE


def test_reading_a_protocol_imports_no_ledger(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from firstdose.cli.inputs import every_problem; "
        "print(every_problem(Path(sys.argv[1]))[1], 'firstdose.conduct.ledger' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(with_criterion(tmp_path, "age_years >= 18"))]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    assert answer.split() == ["[]", "False"]
