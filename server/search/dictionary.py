"""From English words to the Chinese terms that may stand for them.

The lexicon beside this file is made of CC-CEDICT (CC BY-SA 4.0) by ``python -m eval.training.lexicon``.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.lexical import term_hashes

LEXICON = Path(__file__).parent / "lexicon.npz"
MAX_WORDS = 4
WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)?")
# Senses of one word that are tried; further ones are rare or wrong more often than right.
_MAX_TERMS = 16
# Words that say nothing at the beginning of a gloss, and have no translation by themselves.
PARTICLES = frozenset({"to", "a", "an", "the", "be", "of", "in", "for", "and"})
# Endings of inflected forms and what stood there before.
_ENDINGS = (
    ("ies", ("y",)), ("es", ("", "e")), ("s", ("",)), ("ied", ("y",)), ("ed", ("", "e")), ("ing", ("", "e")), ("ly", ("",)),
)  # fmt: skip

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Translation:
    """What one word or phrase of a question may be called: Chinese terms with weights from 0 to 1, best first."""

    words: Words
    terms: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """``phrases`` uint64 [p], hashes of English phrases, ascending; the terms of phrase i are those ``numbers``
    (int32, places in ``terms``) and ``weights`` (uint8, 255 is 1) from ``starts[i]`` to ``starts[i + 1]``."""

    phrases: NDArray[np.uint64]
    starts: NDArray[np.int32]
    numbers: NDArray[np.int32]
    weights: NDArray[np.uint8]
    terms: tuple[str, ...]

    @classmethod
    def load(cls, path: Path = LEXICON) -> "Lexicon":
        """Read what ``eval.training.lexicon`` wrote: some 30 ms."""
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in ("phrases", "starts", "numbers", "weights")}
            return cls(**arrays, terms=tuple(archive["terms"].tobytes().decode().split("\n")))

    def find(self, words: Words) -> dict[str, float]:
        """Terms of a phrase with their weights, best first; none when it has no entry."""
        wanted = term_hashes([" ".join(words)])[0]
        at = int(np.searchsorted(self.phrases, wanted))
        if at == len(self.phrases) or self.phrases[at] != wanted:
            return {}
        span = slice(self.starts[at], self.starts[at + 1])
        pairs = zip(self.numbers[span].tolist(), self.weights[span].tolist(), strict=True)
        return {self.terms[number]: weight / 255 for number, weight in pairs}


@cache
def lexicon() -> Lexicon:
    """The lexicon that comes with the program, read at the first English question."""
    return Lexicon.load()


def base_forms(word: str) -> tuple[str, ...]:
    """The word itself, then the forms it may be an inflection of: ``enterprises`` -> ``enterpris``, ``enterprise``."""
    forms = [word]
    for ending, stems in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            stem = word.removesuffix(ending)
            forms.extend(stem + tail for tail in stems)
            if len(stem) > 3 and stem[-1] == stem[-2]:  # planned -> plan
                forms.append(stem[:-1])
    return tuple(dict.fromkeys(forms))


def _terms(words: Words) -> dict[str, float]:
    """Entries of a phrase, its last word as it stands or uninflected."""
    found: dict[str, float] = {}
    for form in base_forms(words[-1]):
        for term, weight in lexicon().find((*words[:-1], form)).items():
            found[term] = max(weight, found.get(term, 0.0))
    return found


def translate(text: str, ignored: frozenset[str] = frozenset()) -> tuple[Translation, ...]:
    """Translations of an English text, in order, phrases of up to four words before single ones.

    A phrase that is an entry of its own leaves nothing of its words to be translated again. Words without an entry,
    and phrases that hold nothing but ``ignored`` words, are left out.
    """
    words = tuple(WORD.findall(text.lower()))
    found: list[Translation] = []
    at = 0
    while at < len(words):
        for length in range(min(MAX_WORDS, len(words) - at), 0, -1):
            key = words[at : at + length]
            terms = {} if length == 1 and key[0] in PARTICLES else _terms(key)
            if terms:
                if not ignored.issuperset(key):
                    best = sorted(terms.items(), key=lambda pair: (-pair[1], pair[0]))[:_MAX_TERMS]
                    found.append(Translation(key, tuple(best)))
                break
        at += length
    return tuple(found)
