"""Each broken protocol file says on its first lines what must be found: `# line | key | rule`."""

from pathlib import Path

import pytest

from firstdose.protocol import ProblemsFound, read_protocol

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.yaml"))


def expected(file: Path) -> list[tuple[str, str, str]]:
    """What the head of a broken file says of it."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("# ") or line.count(" | ") < 2:
            break
        place, key, rule = line.removeprefix("# ").split(" | ", 2)
        found.append((place, key, rule))
    return found


def problems_of(file: Path) -> ProblemsFound:
    with pytest.raises(ProblemsFound) as found:
        read_protocol(file)
    return found.value


def test_there_are_more_than_thirty_broken_files() -> None:
    assert len(BROKEN) > 30


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_every_problem_is_found_with_line_key_and_rule(file: Path) -> None:
    found = problems_of(file).problems
    assert [(str(p.place.line or "-"), p.place.key, p.rule) for p in found] == expected(file)
    assert all(problem.fix for problem in found)


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_every_problem_is_one_line_that_begins_with_its_place(file: Path) -> None:
    found = problems_of(file)
    lines = str(found).splitlines()
    assert len(lines) == len(found.problems)
    for line, problem in zip(lines, found.problems, strict=True):
        assert line.startswith(str(problem.place))
        assert line.isprintable()
        assert line.endswith(f"; {problem.fix}")


def test_no_two_files_give_the_same_message() -> None:
    messages = [str(problems_of(file)).replace(str(file), "") for file in BROKEN]
    assert len(set(messages)) == len(messages)
