"""Who may take part."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from firstdose.protocol.expression import Expression, ExpressionError
from firstdose.protocol.expression_parser import read_expression
from firstdose.protocol.meaning import Identifier, Kind, Meaning, Text, part


def read_criterion_expression(text: Any) -> Expression | None:
    """The expression of a criterion, if it has one."""
    if text is None or isinstance(text, Expression):
        return text
    fix = "write it as in `edss >= 6.5 and edss <= 8`"
    if not isinstance(text, str):
        raise PydanticCustomError("protocol_rule", "an expression is text", {"fix": fix})
    try:
        return read_expression(text)
    except ExpressionError as error:
        rule = "an expression must be readable: {reason}"
        raise PydanticCustomError("protocol_rule", rule, {"reason": str(error), "fix": fix}) from error


CriterionExpression = Annotated[
    Expression | None,
    PlainValidator(read_criterion_expression, json_schema_input_type=str | None),
    Kind("an expression"),
]


@part
class Criterion:
    """One criterion of eligibility."""

    id: Annotated[Identifier, Meaning("Short identifier of the criterion.", example="I1")]
    kind: Annotated[Literal["inclusion", "exclusion"], Meaning("Whether it lets people in or keeps them out.")]
    text: Annotated[Text, Meaning("The criterion in words.")]
    expression: Annotated[
        CriterionExpression,
        Meaning(
            "The same as a condition on recorded values, true when the criterion is met.",
            example="edss >= 6.5",
        ),
    ] = None


@part
class Population:
    """The trial's population."""

    description: Annotated[Text | None, Meaning("Who the participants are.")] = None
    criteria: Annotated[tuple[Criterion, ...], Meaning("Criteria of eligibility.")] = ()

    @property
    def names(self) -> frozenset[str]:
        """The recorded values that the criteria's expressions need."""
        return frozenset[str]().union(*(c.expression.names for c in self.criteria if c.expression))
