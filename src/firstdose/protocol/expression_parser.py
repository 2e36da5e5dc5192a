"""Reads the text of a checkable expression, with limits on its length and depth."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from firstdose.protocol.expression import (
    COMPARISONS,
    Comparison,
    Condition,
    Constant,
    Every,
    Expression,
    ExpressionError,
    Flag,
    Membership,
    Name,
    Negation,
    Operand,
    Some,
    Value,
)

LONGEST_EXPRESSION = 1000
DEEPEST_NESTING = 16
KEYWORDS = frozenset({"and", "or", "not", "in", "true", "false"})

TOKEN = re.compile(
    r"\s*(?:"
    r"(?P<number>-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?(?![A-Za-z0-9_.]))"
    r"|(?P<text>\"[^\"\n]*\"|'[^'\n]*')"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign><=|>=|==|!=|<|>|\(|\)|\[|\]|,)"
    r"|(?P<end>$)"
    r")"
)


@dataclass(frozen=True)
class Token:
    """One word, number, text or sign, with the position it begins at (from 1)."""

    kind: str
    text: str
    position: int


def read_expression(text: str) -> Expression:
    """Read an expression; ExpressionError says what is wrong and at which character."""
    if len(text) > LONGEST_EXPRESSION:
        raise ExpressionError(f"an expression has at most {LONGEST_EXPRESSION} characters, this one has {len(text)}")
    return Expression(text, Parser(_tokens(text)).read_whole())


def _tokens(text: str) -> list[Token]:
    """Cut the text into tokens, the last of which marks the end."""
    tokens: list[Token] = []
    position = 0
    text = text.rstrip()
    while not tokens or tokens[-1].kind != "end":
        match = TOKEN.match(text, position)
        if match is None:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            raise ExpressionError(_unreadable(text, start))
        kind = match.lastgroup or "end"
        tokens.append(Token(kind, match[kind], match.start(kind) + 1))
        position = match.end()
    return tokens


def _unreadable(text: str, start: int) -> str:
    """What to say of a character that begins no token."""
    if text[start] == "=":
        return f"a single = at character {start + 1}; equality is written =="
    return f"`{text[start]}` at character {start + 1} is not part of the language of expressions"


class Parser:
    """Reads tokens from the weakest binding (or) to the strongest (a comparison)."""

    def __init__(self, tokens: list[Token]) -> None:
        """Begin at the first token."""
        self.tokens = tokens
        self.index = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        """The token that is to be read next."""
        return self.tokens[self.index]

    def read_whole(self) -> Condition:
        """The whole text is one condition."""
        condition = self.read_some()
        if self.token.kind != "end":
            self.fail("`and`, `or` or the end")
        return condition

    def read_some(self) -> Condition:
        """Conditions joined by `or`."""
        conditions = [self.read_every()]
        while self.takes("or"):
            conditions.append(self.read_every())
        return conditions[0] if len(conditions) == 1 else Some(tuple(conditions))

    def read_every(self) -> Condition:
        """Conditions joined by `and`."""
        conditions = [self.read_one()]
        while self.takes("and"):
            conditions.append(self.read_one())
        return conditions[0] if len(conditions) == 1 else Every(tuple(conditions))

    def read_one(self) -> Condition:
        """A negation, a condition in parentheses, or a comparison."""
        self.depth += 1
        if self.depth > DEEPEST_NESTING:
            raise ExpressionError(f"parentheses and `not` nest at most {DEEPEST_NESTING} deep")
        condition = self.read_nested()
        self.depth -= 1
        return condition

    def read_nested(self) -> Condition:
        """One condition, one level deeper."""
        if self.takes("not"):
            return Negation(self.read_one())
        if self.takes("("):
            condition = self.read_some()
            self.expect(")")
            return condition
        return self.read_comparison()

    def read_comparison(self) -> Condition:
        """A comparison, a membership, or a name alone."""
        start = self.token
        operands, signs = [self.read_operand()], []
        while self.token.kind == "sign" and self.token.text in COMPARISONS:
            signs.append(self.advance().text)
            operands.append(self.read_operand())
        if not any(isinstance(operand, Name) for operand in operands):
            raise ExpressionError(f"`{start.text}` at character {start.position} is compared with no recorded value")
        if signs:
            return Comparison(tuple(operands), tuple(signs))
        return self.read_membership(operands[0])

    def read_membership(self, operand: Operand) -> Condition:
        """What may follow a single operand: `in` or `not in` a list, or nothing."""
        if self.takes("not"):
            self.expect("in")
            return Negation(Membership(operand, self.read_choices()))
        if self.takes("in"):
            return Membership(operand, self.read_choices())
        assert isinstance(operand, Name)
        return Flag(operand)

    def read_operand(self) -> Operand:
        """A name or a constant."""
        if self.token.kind == "word" and self.token.text not in KEYWORDS:
            return Name(self.advance().text)
        return Constant(self.read_constant())

    def read_constant(self) -> Value:
        """A number, text, true or false."""
        token = self.token
        if token.kind == "number":
            return float(self.advance().text)
        if token.kind == "text":
            return self.advance().text[1:-1]
        if token.kind == "word" and token.text in ("true", "false"):
            return self.advance().text == "true"
        return self.fail("a name, a number or text in quotes")

    def read_choices(self) -> tuple[Value, ...]:
        """A list of constants in square brackets."""
        self.expect("[")
        choices = [self.read_constant()]
        while self.takes(","):
            choices.append(self.read_constant())
        self.expect("]")
        return tuple(choices)

    def advance(self) -> Token:
        """Read one token."""
        self.index += 1
        return self.tokens[self.index - 1]

    def takes(self, text: str) -> bool:
        """Read this word or sign if it comes next."""
        if self.token.text != text or self.token.kind not in ("word", "sign"):
            return False
        self.advance()
        return True

    def expect(self, text: str) -> None:
        """Read this word or sign, which must come next."""
        if not self.takes(text):
            self.fail(f"`{text}`")

    def fail(self, wanted: str) -> NoReturn:
        """Say what was expected, what stands there instead, and where."""
        found = f"`{self.token.text}`" if self.token.text else "the end"
        raise ExpressionError(f"expected {wanted} at character {self.token.position}, found {found}")
