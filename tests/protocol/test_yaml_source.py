import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.protocol import Examination, Problem, ProblemsFound, examine_bytes, examine_text
from firstdose.protocol.yaml_source import read_yaml

SECTIONS = ["trial", "product", "dose_levels", "escalation", "schedule", "assumed", "population", "endpoints"]
KEYS = ["id", "title", "unit", "values", "design", "cohort_size", "max_participants", "settings", "guards", "visits"]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from([".nan", "-.INF", "1e6", "yes", "0x1F", "\ud800"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)
YAML_CHARACTERS = st.sampled_from(
    [*list("abe01.-+:,#[]{}&*!|>'\"%@`?~<= \n\t\\"), "\r", "\x85", "\ufeff", "\u202e", "é"]
)


def check_never_fails(examination: Examination) -> None:
    assert examination.protocol is not None or examination.problems
    for line in str(ProblemsFound(examination.problems)).splitlines():
        assert line.isprintable()


@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_fail(content: bytes) -> None:
    check_never_fails(examine_bytes(content))


@given(st.text(YAML_CHARACTERS, max_size=120))
def test_arbitrary_text_of_yaml_characters_never_fails(text: str) -> None:
    check_never_fails(examine_text(text))


@given(st.text(YAML_CHARACTERS, max_size=40))
def test_arbitrary_values_inside_a_protocol_never_fail(text: str) -> None:
    check_never_fails(examine_text(f"trial: {{id: A, title: B}}\nescalation: {text}\ndose_levels: {{unit: mg}}\n"))


@given(st.dictionaries(st.sampled_from(SECTIONS), VALUES))
def test_arbitrary_values_under_the_protocols_own_keys_never_fail(values: dict[str, object]) -> None:
    check_never_fails(examine_text(in_yaml(values)))


def in_yaml(value: object) -> str:
    """A value in YAML's flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {in_yaml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(in_yaml(item) for item in value) + "]"
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


@given(st.lists(st.integers(0, 2**53)), st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_as_written(integers: list[int], number: float) -> None:
    source = read_yaml(f"integers: {integers}\nnumber: {number!r}\n", "p")
    assert source.problems == ()
    assert source.values == {"integers": integers, "number": number}


def values_of(text: str) -> object:
    source = read_yaml(text, "p")
    assert source.problems == ()
    return source.values


def problems_of(text: str) -> tuple[Problem, ...]:
    return read_yaml(text, "p").problems


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e6", 1e6),
        ("1E6", 1e6),
        ("-.5", -0.5),
        ("0o17", 15),
        ("0xFF", 255),
        ("017", 17),
        ("true", True),
        ("True", True),
        ("yes", "yes"),
        ("on", "on"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2026-01-31", "2026-01-31"),
        ("~", None),
        ("", None),
        ("'1'", "1"),
        ('".nan"', ".nan"),
        ("nano", "nano"),
        ("information", "information"),
    ],
)
def test_words_stand_for_what_yaml_1_2_says(written: str, value: object) -> None:
    assert values_of(f"key: {written}") == {"key": value}


NOT_FINITE = [
    ".nan",
    ".NaN",
    ".NAN",
    "nan",
    "NaN",
    ".inf",
    "-.inf",
    "+.Inf",
    ".INF",
    "inf",
    "-Infinity",
    "1e999",
    "-1e999",
]


@pytest.mark.parametrize("written", NOT_FINITE)
def test_numbers_that_are_not_finite_are_refused_in_every_spelling(written: str) -> None:
    (problem,) = problems_of(f"a: 1\nkey: [0, {written}]\n")
    assert (problem.place.line, problem.place.key) == (2, "key[2]")
    assert problem.rule.startswith("every number must be finite")


@pytest.mark.parametrize("written", ["9007199254740993", "-9007199254740993", "0x20000000000001", "1" * 5000])
def test_whole_numbers_beyond_exactness_are_refused(written: str) -> None:
    (problem,) = problems_of(f"key: {written}")
    assert problem.rule == "a whole number must not exceed 2^53"


def test_all_repeated_keys_are_reported_at_any_depth() -> None:
    problems = problems_of("a: 1\nb: {c: 1, c: 2, c: 3}\na: 2\nb:\n  - {d: 1, d: 1}\n")
    assert [(p.place.line, p.place.key) for p in problems] == [
        (2, "b.c"),
        (2, "b.c"),
        (3, "a"),
        (4, "b"),
        (5, "b[1].d"),
    ]


def test_a_repeated_key_keeps_its_first_value() -> None:
    assert read_yaml("a: 1\na: 2\n", "p").values == {"a": 1}


def test_an_alias_bomb_is_refused() -> None:
    levels = [f"k{i}: &k{i} [{', '.join([f'*k{i - 1}'] * 10)}]" for i in range(1, 50)]
    problems = problems_of("k0: &k0 x\n" + "\n".join(levels))
    assert {problem.rule for problem in problems} == {"YAML anchors are refused", "YAML aliases are refused"}


@pytest.mark.parametrize("value", ["!!python/object/apply:os.system ['true']", "!!str 1", "!own x", "! x", "!!map {}"])
def test_tags_are_refused(value: str) -> None:
    assert [p.rule for p in problems_of(f"key: {value}")] == ["YAML tags are refused"]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "{", "[{a: "])
def test_nesting_without_end_is_refused(opening: str) -> None:
    assert problems_of(opening * 100_000)


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"key{i}: 1\n" for i in range(60_000)),
        "key: 1\n" * 60_000,
        "key: &a [" + "*a, " * 60_000,
        "key: [" + "[], " * 60_000,
    ],
)
def test_files_of_very_many_values_end_with_few_problems(text: str) -> None:
    assert 1 <= len(examine_text(text).problems) <= 201


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\u2066", "\ufeff", "\\u200b", "\\ud800", "\\0", "\\x1b"])
def test_characters_that_cannot_be_seen_are_refused(hidden: str) -> None:
    (problem,) = problems_of(f'key: "a{hidden}b"')
    assert "cannot be seen" in problem.rule


@pytest.mark.parametrize("text", ["Zürich", "تجربة", "第一相", "می\u200cشود", "🧠", "line\\nline"])
def test_text_of_every_script_is_kept(text: str) -> None:
    assert values_of(f'key: "{text}"') == {"key": text.replace("\\n", "\n")}


def test_places_are_those_of_keys_and_items() -> None:
    places = read_yaml("a:\n  b:\n    - x\n    - {c: 1}\n", "p").places
    assert [places.place(key).line for key in ("a", "a.b", "a.b[1]", "a.b[2].c", "a.z")] == [1, 2, 3, 4, 1]
