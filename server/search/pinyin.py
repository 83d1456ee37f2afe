"""Pinyin without tones: how a Chinese name may be spelled in Latin letters, and what letters may be read as."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import islice, product

# Spellings of one name that are kept; a name of four characters with several readings each has more.
_MOST = 64
# Ways to read a word that are kept: xian is one syllable or two.
_WAYS = 8
_LONGEST = 6
# No name of so many letters is looked at.
_LETTERS = 24
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_SYLLABLE = re.compile(r"[a-z]*[aeiouv][a-z]*")
# 吕 is Lü in dictionaries, Lv on keyboards, Lyu in passports, Lu where nobody minds.
_UMLAUT = ("v", "u", "yu")


def _plain(syllable: str) -> str:
    """A syllable without its tone mark, ü as v."""
    return unicodedata.normalize("NFD", syllable).replace("u\u0308", "v").encode("ascii", "ignore").decode()


def _spellings(syllable: str) -> tuple[str, ...]:
    if syllable[:2] in ("lv", "nv"):
        return tuple(syllable[0] + vowel + syllable[2:] for vowel in _UMLAUT)
    return (syllable,)


@cache
def _readings() -> dict[str, tuple[str, ...]]:
    """How each character may be spelled, its usual reading first."""
    from pypinyin.pinyin_dict import pinyin_dict  # Some MB, which only questions with Latin names need.

    return {
        chr(code): tuple(dict.fromkeys(form for one in said.split(",") for form in _spellings(_plain(one))))
        for code, said in pinyin_dict.items()
        if 0x4E00 <= code <= 0x9FFF
    }


@cache
def _characters() -> dict[str, tuple[str, ...]]:
    """The characters of each syllable; only those of GB 2312, which has nearly all that stand in names."""
    found: dict[str, list[str]] = {}
    for character, readings in _readings().items():
        if character.encode("gb2312", "ignore"):
            for said in readings:
                found.setdefault(said, []).append(character)
    return {said: tuple(characters) for said, characters in found.items() if _SYLLABLE.fullmatch(said)}


def characters_of(syllable: str) -> tuple[str, ...]:
    """Characters that may be read as a syllable; none where it is no syllable."""
    return _characters().get(syllable, ())


@lru_cache(maxsize=65_536)
def spellings_of(name: str) -> frozenset[str]:
    """How a name may be spelled, syllables joined: zengli and cengli for 曾莉. Empty where it is not all Chinese."""
    if not _HAN.fullmatch(name):
        return frozenset()
    return frozenset(islice(map("".join, product(*(_readings().get(character, ()) for character in name))), _MOST))


@lru_cache(maxsize=1024)
def syllables_of(word: str) -> Sequence[tuple[str, ...]]:
    """The ways to read small letters as syllables, those of the fewest first; none where they are no pinyin, or very many."""
    if not word:
        return ((),)
    if len(word) > _LETTERS:
        return ()
    ways = [
        (word[:end], *rest)
        for end in range(min(_LONGEST, len(word)), 0, -1)
        if word[:end] in _characters()
        for rest in syllables_of(word[end:])
    ]
    return tuple(sorted(ways, key=len)[:_WAYS])
