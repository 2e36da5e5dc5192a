"""The kinds of parameter of a scenario: each holds its value and where that comes from."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from firstdose.protocol.meaning import Meaning, Text, part

Source = Annotated[
    Text,
    Meaning('Publication that the value comes from, or the word "assumed" with what it rests on.', example="assumed"),
]


@part
class Number:
    """A number of any size."""

    value: Annotated[float, Meaning("The value.")]
    source: Source


@part
class Positive:
    """A number above 0."""

    value: Annotated[float, Meaning("The value.", above=0)]
    source: Source


@part
class Amount:
    """A number that is not negative, such as a rate, a standard deviation or a time."""

    value: Annotated[float, Meaning("The value.", lowest=0)]
    source: Source


@part
class Share:
    """A share of a whole, or a probability."""

    value: Annotated[float, Meaning("The value, from 0 to 1.", lowest=0, highest=1, example=0.1)]
    source: Source


@part
class Count:
    """A whole number."""

    value: Annotated[int, Meaning("The value.", lowest=0, highest=100_000)]
    source: Source


@part
class Day:
    """A calendar day."""

    value: Annotated[date, Meaning("The day.", example="2018-03-01")]
    source: Source


@part
class Spread:
    """A normal distribution: its mean and standard deviation."""

    mean: Annotated[float, Meaning("Mean.")]
    sd: Annotated[float, Meaning("Standard deviation.", lowest=0)]
    source: Source


@part
class BoundedSpread:
    """A normal distribution whose values are moved to the nearer bound where they lie outside."""

    mean: Annotated[float, Meaning("Mean of the normal distribution.")]
    sd: Annotated[float, Meaning("Standard deviation of the normal distribution.", lowest=0)]
    lowest: Annotated[float, Meaning("Lowest value.")]
    highest: Annotated[float, Meaning("Highest value.")]
    source: Source


@part
class Days:
    """A number of days, each from the lowest to the highest with equal probability."""

    lowest: Annotated[int, Meaning("Fewest days.", lowest=0, highest=3650)]
    highest: Annotated[int, Meaning("Most days.", lowest=0, highest=3650)]
    source: Source


@part
class Between:
    """A number between two others, each with equal probability."""

    lowest: Annotated[float, Meaning("Lowest value.")]
    highest: Annotated[float, Meaning("Highest value.")]
    source: Source


@part
class Distribution:
    """Values and their probabilities."""

    values: Annotated[tuple[float, ...], Meaning("The values, in rising order.", fewest_items=1)]
    shares: Annotated[
        tuple[Annotated[float, Meaning("A share.", lowest=0, highest=1)], ...],
        Meaning("Share of each value; together 1.", fewest_items=1),
    ]
    source: Source


@part
class SharesByStep:
    """A probability that depends on the EDSS step: interpolated between the steps named, constant beyond them."""

    steps: Annotated[tuple[float, ...], Meaning("EDSS steps, in rising order.", fewest_items=1)]
    shares: Annotated[
        tuple[Annotated[float, Meaning("A share.", lowest=0, highest=1)], ...],
        Meaning("Probability at each step.", fewest_items=1),
    ]
    source: Source


@part
class AmountsByStep:
    """A mean that depends on the EDSS step: interpolated between the steps named, constant beyond them."""

    steps: Annotated[tuple[float, ...], Meaning("EDSS steps, in rising order.", fewest_items=1)]
    amounts: Annotated[
        tuple[Annotated[float, Meaning("A mean.", above=0)], ...], Meaning("Mean at each step.", fewest_items=1)
    ]
    source: Source
