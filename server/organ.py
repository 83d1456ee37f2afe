"""Whether a name that a person types is that of an organ: in full, in part, or as its usual short form."""

import re
import unicodedata

# What the names of organs end in, and the one character that their short forms keep of it.
_ENDINGS = (("委员会", "委"), ("办公室", "办"), ("办公厅", "办"), ("人民政府", "府"), ("政府", "府"))
_CLASSES = "委局厅部院办署府会"


def _plain(name: str) -> str:
    name = re.sub(r"[\s（()）]", "", unicodedata.normalize("NFKC", name))
    for ending, short in _ENDINGS:
        if name.endswith(ending):
            return name.removesuffix(ending) + short
    return name


def _short_for(short: str, full: str) -> bool:
    """市国资委 of 重庆市国有资产监督管理委: the same class, and its characters in their order from some character on."""
    if len(short) < 3 or len(short) >= len(full) or short[-1] != full[-1] or short[-1] not in _CLASSES:
        return False
    rest = iter(full)
    return all(character in rest for character in short)


def is_named(organs: str, asked: str) -> bool:
    """Whether one of the organs, parted by 、, is the one that is asked for: 国资委, 市国资委 or the full name."""
    if asked.strip() and asked in organs:
        return True
    wanted = _plain(asked)
    for name in organs.split("、"):
        organ = _plain(name)
        if wanted and (wanted in organ or _short_for(wanted, organ) or _short_for(organ, wanted)):
            return True
    return False
