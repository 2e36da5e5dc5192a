"""Quotient factors: dilution is found, changes of a few metabolites do not matter, missing values are left out."""

import numpy as np
import pytest

from firstdose.methods.normalisation import densest_levels, quotient_factors

NAN = float("nan")


def test_dilution_is_found_whatever_a_minority_does() -> None:
    profile = np.exp(np.random.default_rng(1).normal(size=21))
    dilution = np.array([0.5, 1, 1, 1, 2.0])
    samples = dilution[:, None] * profile
    samples[0, :9] *= 50
    np.testing.assert_allclose(quotient_factors(samples), dilution)
    np.testing.assert_allclose(quotient_factors(samples, 2 * profile), dilution / 2)


def test_missing_values_and_empty_metabolites_are_left_out() -> None:
    samples = np.array([[1, 2, NAN, NAN, 0], [2, 4, 6, NAN, 0], [NAN, 2, 3, NAN, 0]])
    # reference: medians 1.5, 2, 4.5; quotients of the first sample 1/1.5 and 1
    np.testing.assert_allclose(quotient_factors(samples), [5 / 6, 4 / 3, 5 / 6])


@pytest.mark.parametrize(
    ("abundance", "message"),
    [
        ([[1.0, -1]], "not negative"),
        ([[1.0, np.inf]], "not negative"),
        ([1.0, 2], "shape"),
        ([[1.0, 2], [NAN, NAN]], "sample 1"),
        ([[1.0, 2, 3], [0, 0, 3]], "sample 1"),
    ],
)
def test_bad_samples_are_named(abundance: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        quotient_factors(abundance)  # type: ignore[arg-type]


def test_reference_needs_every_metabolite() -> None:
    with pytest.raises(ValueError, match="reference"):
        quotient_factors([[1.0, 2]], [1.0])


def test_the_densest_level_follows_a_minority_less() -> None:
    """A fifth of the metabolites rises in half of the samples: the median of all is drawn along more."""
    random = np.random.default_rng(2)
    levels = random.normal(0, 0.5, 400)
    noise = random.normal(0, 0.4, (400, 200))
    rise = np.where(np.arange(400) % 2 == 0, 1.5, 0.0)
    log2 = 17 + levels[:, None] + noise + rise[:, None] * (np.arange(200) < 40)
    log2[random.random(log2.shape) < 0.1] = NAN
    densest = densest_levels(log2) - levels
    plain = np.log2(quotient_factors(np.exp2(log2))) - levels
    drawn = [float(each[rise > 0].mean() - each[rise == 0].mean()) for each in (densest, plain)]
    assert abs(drawn[0]) < 0.7 * drawn[1]
    assert drawn[1] > 0.1


def test_densest_levels_of_little() -> None:
    # differences to the medians 2, 3, 9: -1, 0, -4 and so on; the narrowest half holds two of three
    found = densest_levels(np.array([[1.0, 3, 5], [2, 3, 9], [5, NAN, 12], [NAN, NAN, NAN]]))
    np.testing.assert_allclose(found, [-0.5, 0, 3, NAN])
    with pytest.raises(ValueError, match="shape"):
        densest_levels(np.array([1.0, 2.0]))
