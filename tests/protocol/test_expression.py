from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.protocol.expression import Answer, ExpressionError, Value
from firstdose.protocol.expression_parser import read_expression

PERSON: dict[str, Value | None] = {
    "edss": 6.5,
    "age_years": 48.0,
    "course": "secondary progressive",
    "pregnant": False,
    "consent": True,
    "trough": None,
}


def answer(text: str) -> Answer:
    return read_expression(text).answer(PERSON)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("edss >= 6.5", True),
        ("6.5 <= edss <= 8", True),
        ("6.5 < edss <= 8", False),
        ("-1 < edss", True),
        ("edss != 6.5", False),
        ("consent", True),
        ("not pregnant", True),
        ("pregnant == false", True),
        ("not (edss > 6 and pregnant)", True),
        ('course == "secondary progressive"', True),
        ("course in ['relapsing', 'secondary progressive']", True),
        ("course not in ['relapsing']", True),
        ("edss in [6, 6.5]", True),
        ("pregnant or edss > 6 and consent", True),
        ("(pregnant or edss > 6) and pregnant", False),
    ],
)
def test_a_condition_is_answered(text: str, expected: bool) -> None:
    assert answer(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("trough > 5", None),
        ("not trough > 5", None),
        ("trough > 5 and pregnant", False),
        ("trough > 5 or consent", True),
        ("trough > 5 and consent", None),
        ("trough in [5, 6]", None),
        ("never_recorded", None),
        ("5 < trough < edss < 3", False),
    ],
)
def test_what_is_not_recorded_is_unknown_unless_the_rest_decides(text: str, expected: Answer) -> None:
    assert answer(text) is expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "expected a name, a number or text in quotes at character 1, found the end"),
        ("edss >=", "at character 8, found the end"),
        ("edss = 6", "equality is written =="),
        ("edss >= 6 8", "expected `and`, `or` or the end at character 11, found `8`"),
        ("6.5", "is compared with no recorded value"),
        ("1 < 2", "is compared with no recorded value"),
        ("(edss > 6", "expected `)`"),
        ("edss in 6", "expected `[`"),
        ("edss in []", "found `]`"),
        ("edss not 6", "expected `in`"),
        ("and", "found `and`"),
        ("edss > 6.5.1", "is not part of the language"),
        ("edss > 6mg", "is not part of the language"),
        ("f(x)", "found `(`"),
        ("a.b", "`.` at character 2"),
        ("edss + 1 > 6", "`+` at character 6"),
        ("ed\u0455s > 6", "at character 3 is not part of the language"),
        ("'open", "`'` at character 1"),
        ("(" * 17 + "edss > 6" + ")" * 17, "nest at most 16 deep"),
        ("not " * 17 + "consent", "nest at most 16 deep"),
        ("edss > 6 or " * 100 + "consent", "at most 1000 characters"),
    ],
)
def test_what_is_not_in_the_language_is_refused_with_its_position(text: str, reason: str) -> None:
    with pytest.raises(ExpressionError, match=r"^.*$") as refused:
        read_expression(text)
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("edss", "is a number (6.5), not yes or no"),
        ("course > 3", "text (secondary progressive) cannot be compared with a number (3.0)"),
        ("consent > false", "has no order"),
        ("course < 'z'", "has no order"),
        ("consent == 1", "yes or no (True) cannot be compared with a number (1.0)"),
    ],
)
def test_values_of_different_kinds_are_not_compared(text: str, reason: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        answer(text)
    assert reason in str(refused.value)


def test_an_expression_knows_the_names_it_needs() -> None:
    expression = read_expression("(edss >= 6.5 or not walks) and 18 <= age <= limit and course in ['a']")
    assert expression.names == {"edss", "walks", "age", "limit", "course"}


@given(st.text(max_size=60))
def test_arbitrary_text_is_read_or_refused(text: str) -> None:
    check_read_or_refused(text)


WORDS = [
    "edss",
    "consent",
    "and",
    "or",
    "not",
    "in",
    "(",
    ")",
    "[",
    "]",
    ",",
    "<",
    "<=",
    "==",
    "6.5",
    "'a'",
    "true",
    "-1",
]


@given(st.lists(st.sampled_from(WORDS), max_size=20))
def test_arbitrary_words_of_the_language_are_read_or_refused(words: list[str]) -> None:
    check_read_or_refused(" ".join(words))


def check_read_or_refused(text: str) -> None:
    try:
        expression = read_expression(text)
    except ExpressionError:
        return
    with suppress(ExpressionError):
        assert expression.answer(dict.fromkeys(expression.names)) in (True, False, None)


def conditions() -> st.SearchStrategy[str]:
    """Conditions whose names are a, b and c."""
    names = st.sampled_from(["a", "b", "c"])
    return st.recursive(
        names,
        lambda inner: st.one_of(
            inner.map(lambda text: f"not ({text})"),
            st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda p: f"({p[0]}) {p[1]} ({p[2]})"),
        ),
        max_leaves=6,
    )


@given(conditions(), st.fixed_dictionaries({name: st.booleans() for name in "abc"}))
def test_answers_agree_with_the_logic_of_the_language_we_write_in(text: str, values: dict[str, bool]) -> None:
    assert read_expression(text).answer(values) == eval(text, {}, values)
