"""Matrix products that one thread does."""

from __future__ import annotations

import numpy as np

from firstdose.methods._counts import FloatArray

SERIAL = 250_000  # a product of so few multiplications is not spread over threads


def serial_product(left: FloatArray, right: FloatArray) -> FloatArray:
    """The product of two matrices, a few rows of `left` at a time.

    BLAS spreads a large product over threads, and threads that wait for each other cost ten times the work itself on
    a busy machine.
    """
    height = max(1, SERIAL // max(1, right.size))
    product = np.empty((len(left), right.shape[1]))
    for first in range(0, len(left), height):
        rows = slice(first, first + height)
        np.matmul(left[rows], right, out=product[rows])
    return product
