"""Binomial likelihoods integrated over a prior at fixed nodes: two matrix products for many trial states."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from firstdose.methods._counts import FloatArray, IntArray
from firstdose.methods.products import SERIAL

_NODES = 256  # so many nodes at a time, that their exponentials stay in the processor's cache
_LONGEST_RULE = 48  # nodes of one Gauss-Legendre rule; longer pieces are halved until they need no more
_SAFE_TOTAL = 480  # up to here no likelihood ratio that matters underflows


def integrate_likelihood(
    log_rates: FloatArray, log_others: FloatArray, weights: FloatArray, participants: IntArray, dlts: IntArray
) -> FloatArray:
    """Sum weights * likelihood over the nodes, for each state up to a factor of its own; shape (S, C).

    log_rates and log_others, the logarithms of a DLT rate and of one minus it, have shape
    (L, nodes), weights (nodes, C), the counts (S, L). The factor is the likelihood's upper bound
    (each level at its own observed rate), or the largest term where participants are many, so
    that nothing overflows. Ratios of a row's columns are therefore what has a meaning.
    """
    levels, nodes = log_rates.shape
    table = np.concatenate([log_rates, log_others, np.full((1, nodes), -1.0)])
    counts = np.concatenate([dlts, participants - dlts, _log_bound(participants, dlts)[:, None]], axis=1)
    if participants.sum(axis=1).max(initial=0) > _SAFE_TOTAL:
        parts = np.array_split(counts, len(counts) // 64 + 1)
        counts[:, 2 * levels] += np.concatenate([(rows @ table).max(axis=1) for rows in parts])
    height = max(1, SERIAL // (_NODES * max(2 * levels + 1, weights.shape[1])))
    totals = np.zeros((len(counts), weights.shape[1]))
    for first_node in range(0, nodes, _NODES):
        some = slice(first_node, first_node + _NODES)
        part, weight = np.ascontiguousarray(table[:, some]), np.ascontiguousarray(weights[some])
        for first in range(0, len(counts), height):
            rows = slice(first, first + height)
            terms = counts[rows] @ part
            np.exp(terms, out=terms)
            totals[rows] += terms @ weight
    return totals


def legendre_pieces(edges: FloatArray, step: float, extra: int) -> tuple[FloatArray, FloatArray, IntArray]:
    """Gauss-Legendre nodes, weights and the row of `edges` each belongs to, all of shape (nodes,).

    edges has shape (rows, B + 1), each row sorted: B pieces, integrated apart, so that a jump at
    an edge costs no accuracy. A piece gets `extra` nodes and one more for each `step` of its width;
    pieces of no width get none.
    """
    left, width = edges[:, :-1].ravel(), np.diff(edges, axis=1).ravel()
    row = np.repeat(np.arange(len(edges)), edges.shape[1] - 1)
    parts = np.ceil(width / (step * (_LONGEST_RULE - extra))).astype(np.int64)
    left = np.repeat(left, parts)
    row, width = np.repeat(row, parts), np.repeat(width / np.maximum(parts, 1), parts)
    first = np.cumsum(parts) - parts
    left = left + (np.arange(len(width)) - np.repeat(first, parts)) * width
    size = extra + np.ceil(width / step).astype(np.int64)
    nodes, weights, owners = [], [], []
    for count in np.unique(size):
        x, w = gauss_legendre(int(count))
        these = size == count
        half = width[these, None] / 2
        nodes.append((left[these, None] + half * (1 + x)).ravel())
        weights.append((half * w).ravel())
        owners.append(np.repeat(row[these], count))
    return np.concatenate(nodes), np.concatenate(weights), np.concatenate(owners)


@lru_cache(maxsize=128)
def gauss_legendre(count: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of the rule with `count` nodes on [-1, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return np.asarray(nodes, dtype=np.float64), np.asarray(weights, dtype=np.float64)


def size_classes(participants: IntArray) -> IntArray:
    """For each state the smallest of 15, 21, 30, 42, ... not below its participants in all; shape (S,).

    Nodes are chosen for the class, so that a state's figures do not depend on the states beside it.
    """
    classes = (15 * 2 ** (np.arange(40) / 2)).astype(np.int64)
    return np.asarray(classes[np.searchsorted(classes, participants.sum(axis=1))])


def _log_bound(participants: IntArray, dlts: IntArray) -> FloatArray:
    """Logarithm of the likelihood with every level at its observed rate; shape (S,)."""
    k = np.arange(1.0, int(participants.max(initial=0)) + 1)
    k_log_k = np.concatenate([[0.0], k * np.log(k)])
    bound: FloatArray = (k_log_k[dlts] + k_log_k[participants - dlts] - k_log_k[participants]).sum(axis=1)
    return bound
