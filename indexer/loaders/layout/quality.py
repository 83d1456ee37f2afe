"""Whether the text layer of a page is what a reader sees, or garbage that fonts without a proper encoding leave."""

import re
import unicodedata

# The 200 most frequent ideographs of government reports, statutes, policy questions and news, each source weighing the
# same. They make up 59 % of such text, and at least 24 % in 999 of 1,000 passages of 100 ideographs; in text whose
# ideographs were mixed up, 5 % on average and 15 % at most.
_FREQUENT = frozenset(
    "的人业市和上行条一海理工国发法会务规中第地有在大定政民生对保进区方管作公产动不建用要实展以等化应为全关企资部员新经设十年通出情防时提机加"
    "是本主制合例体重服疫当家力者开了成施事门个高三办日物期持可社同信能代二表金文税报及电场分共控医于现强品安月到省项面费或推下位过学护增内各点"
    "入性供其平度查长所元单量议四自构改好委运基多活交与相营收监商五间责治任支小农车外正网目调处利来前后济并求技优科水我局级口标向章"
)
_LEAST_FREQUENT_SHARE = 0.12
_ENOUGH_IDEOGRAPHS = 60

_MOST_UNREADABLE = 0.15
_MOST_LATIN_1 = 0.4  # GBK read as Latin-1 is all accented letters; French has one in seven.
_MOST_FOREIGN = 0.3
_LEAST_LETTERS = 0.5
_LEAST_VOWELS = 0.15  # Of Latin letters; English has 0.38.
_ENOUGH_LETTERS = 100
_ENOUGH_CHARACTERS = 20

_UNREADABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
_CID = re.compile(r"\(cid:\d+\)")
_REPEATED = re.compile(r"(.)\1{2,}")
_EXPECTED = re.compile(
    "[\x20-\x7e\u00a0-\u00ff\u2000-\u2bff\u2e80-\u9fff\uf900-\ufaff\ufe10-\ufe6f\uff00-\uffef\U00020000-\U0003ffff]"
)


def is_garbage(text: str, unmapped: int) -> bool:
    """Whether a page's characters cannot be its text. ``unmapped`` counts those without any character code."""
    # Leaders in a table of contents and blanks in a form are no sign of anything.
    text = _REPEATED.sub(r"\1", re.sub(r"\s+", "", text))
    named = sum(len(match) for match in _CID.findall(text))
    total = len(text) + unmapped
    if total == 0:
        return False
    if unmapped + named + len(_UNREADABLE.findall(text)) > _MOST_UNREADABLE * total:
        return True
    if total < _ENOUGH_CHARACTERS:
        return False
    return _is_mixed_up(text) or _is_scrambled_chinese(text) or _is_scrambled_latin(text)


def _is_mixed_up(text: str) -> bool:
    """Text in no script, in accented letters only, or in three or more scripts at once."""
    if sum(char.isalnum() for char in text) < _LEAST_LETTERS * len(text):
        return True
    if sum("\u00a1" <= char <= "\u00ff" for char in text) > _MOST_LATIN_1 * len(text):
        return True
    foreign = _EXPECTED.sub("", text)
    scripts = {unicodedata.name(char, "?").split()[0] for char in foreign}
    return len(foreign) > _MOST_FOREIGN * len(text) and len(scripts) >= 3


def _is_scrambled_chinese(text: str) -> bool:
    """Ideographs of which far too few are common ones: a font subset without its table yields any others."""
    ideographs = [char for char in text if "\u4e00" <= char <= "\u9fff"]
    frequent = sum(char in _FREQUENT for char in ideographs)
    return len(ideographs) >= _ENOUGH_IDEOGRAPHS and frequent < _LEAST_FREQUENT_SHARE * len(ideographs)


def _is_scrambled_latin(text: str) -> bool:
    """Latin letters with hardly a vowel: codes shifted by a constant."""
    letters = [char for char in text.lower() if char.isascii() and char.isalpha()]
    vowels = sum(char in "aeiou" for char in letters)
    return max(_ENOUGH_LETTERS, len(text) / 2) <= len(letters) and vowels < _LEAST_VOWELS * len(letters)
