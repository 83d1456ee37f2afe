"""A small network that orders sentences, trained list by list: the probability of the sentences that answer is raised."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.network import Network

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SentenceList:
    """The sentences that one question chooses from: features float32 [sentences, features], and which ones answer."""

    features: Floats
    answers: NDArray[np.bool_]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is trained. ``decay`` is the weight decay of Adam (Loshchilov and Hutter, 2019)."""

    hidden: int = 24
    epochs: int = 60
    rate: float = 3e-3
    decay: float = 3e-2
    dropped: float = 0.1
    batch: int = 256
    seed: int = 0


def _batches(lists: Sequence[SentenceList], size: int, draw: np.random.Generator) -> list[list[SentenceList]]:
    order = draw.permutation(len(lists))
    return [[lists[i] for i in order[at : at + size]] for at in range(0, len(order), size)]


def train(lists: Sequence[SentenceList], recipe: Recipe) -> Network:
    """Train on the lists that have both a sentence that answers and one that does not.

    The loss of a list is minus the logarithm of the softmax probability of its answering sentences together
    (ListMLE's top-one form; Cao et al., 2007). Deterministic for a seed.
    """
    draw = np.random.default_rng(recipe.seed)
    lists = [one for one in lists if one.answers.any() and not one.answers.all()]
    every = np.concatenate([one.features for one in lists])
    mean, scale = every.mean(axis=0), every.std(axis=0)
    scale = np.where(scale > 1e-4, scale, 1.0).astype(np.float32)
    size = every.shape[1]
    parameters: list[Floats] = [
        (draw.standard_normal((size, recipe.hidden)) / np.sqrt(size)).astype(np.float32),
        np.zeros(recipe.hidden, np.float32),
        (draw.standard_normal(recipe.hidden) * 0.1).astype(np.float32),
        np.zeros(size, np.float32),
    ]
    first = [np.zeros_like(part) for part in parameters]
    second = [np.zeros_like(part) for part in parameters]
    step, steps = 0, recipe.epochs * -(-len(lists) // recipe.batch)
    for _ in range(recipe.epochs):
        for batch in _batches(lists, recipe.batch, draw):
            x = np.clip((np.concatenate([one.features for one in batch]) - mean) / scale, -5, 5)
            x = x * (draw.random(x.shape) >= recipe.dropped) / (1 - recipe.dropped)
            x = x.astype(np.float32)
            gradients = _gradients(x, batch, parameters)
            step += 1
            rate = recipe.rate * (1 - step / (steps + 1))
            for at, gradient in enumerate(gradients):
                first[at] = 0.9 * first[at] + 0.1 * gradient
                second[at] = 0.99 * second[at] + 0.01 * gradient**2
                moved = first[at] / (1 - 0.9**step) / (np.sqrt(second[at] / (1 - 0.99**step)) + 1e-8)
                parameters[at] = (parameters[at] - rate * (moved + recipe.decay * parameters[at])).astype(np.float32)
    return Network(mean.astype(np.float32), scale, *parameters)


def _gradients(x: Floats, batch: Sequence[SentenceList], parameters: Sequence[Floats]) -> list[Floats]:
    inner, bias, outer, direct = parameters
    counts = np.array([len(one.answers) for one in batch])
    starts = np.concatenate(([0], np.cumsum(counts[:-1])))
    answers = np.concatenate([one.answers for one in batch])
    hidden = np.tanh(x @ inner + bias)
    scores = hidden @ outer + x @ direct
    grown = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), counts))
    softmax = grown / np.repeat(np.add.reduceat(grown, starts), counts)
    right = np.where(answers, grown, 0.0)
    among_right = right / np.repeat(np.add.reduceat(right, starts), counts)
    weights = np.array([one.weight for one in batch], np.float32)
    slope = ((softmax - among_right) * np.repeat(weights, counts) / weights.sum()).astype(np.float32)
    through = slope[:, None] * outer * (1 - hidden**2)
    return [x.T @ through, through.sum(axis=0), hidden.T @ slope, x.T @ slope]
