"""Citation markers in a model's text, as it streams: [1], 【1】, ［1］, [1, 2], also cut over several pieces."""

import re
import unicodedata
from dataclasses import dataclass

# [1] [1][2] [1,2] [1、2] 【1】 ［１］ 【资料1】 [^1] [来源1]; also 【1†source】, as some models write it.
_MARKER = re.compile(
    r"[\[【［]\s*(?:资料|来源|证据|source|evidence)?\s*\^?(?P<ids>[0-9０-９]{1,3}(?:\s*[,，、;；]\s*[0-9０-９]{1,3})*)(?:†[^\]】］]{0,20})?\s*[\]】］]",
    re.IGNORECASE,
)
# What a marker may begin with: held back at the end of a piece until it is whole, or is none.
_MAY_BEGIN = re.compile(r"[\[【［][^\]】］\n]{0,40}$")
# A sentence ends here; a marker that follows belongs to it. A half-width mark ends one where white space or a marker
# follows: there are points in figures and question marks in addresses.
_END = re.compile(r"[。！？；]+[”’」』）)》\"']*|\n+|[!?;.]+[”’)\"']*(?=\s|$|[\[【［]\s*[0-9０-９])")
_TRAILING = re.compile(rf"(?:[ \t]*{_MARKER.pattern}[。.]?)*", re.IGNORECASE)
_LIST_MARK = re.compile(r"^\s*(?:[-*•·]\s+|#+\s*|\d{1,2}[.、)）]\s*(?!\d))")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of a model's text without its markers, the ids that these name in order, and the line end before it."""

    text: str
    ids: tuple[int, ...]
    new_line: bool = False


def _ids(text: str) -> tuple[int, ...]:
    found = (
        int(n) for m in _MARKER.finditer(text) for n in re.findall(r"\d+", unicodedata.normalize("NFKC", m["ids"]))
    )
    return tuple(dict.fromkeys(found))


class ClaimParser:
    """Cuts streamed text into claims. ``feed`` returns those that are complete, ``close`` what is left."""

    def __init__(self) -> None:
        self._rest = ""
        self._new_line = False

    def feed(self, piece: str) -> list[Claim]:
        """Take the next piece, of any length, and return the claims that it completes."""
        self._rest += piece
        claims: list[Claim] = []
        while (stop := self._end_of_sentence()) is not None:
            claims.extend(self._take(stop))
        return claims

    def close(self) -> list[Claim]:
        """The last claim, where the text ends without a mark."""
        return self._take(len(self._rest))

    def _end_of_sentence(self) -> int | None:
        for match in _END.finditer(self._rest):
            if any(m.start() < match.end() <= m.end() - 1 for m in _MARKER.finditer(self._rest)):
                continue  # A mark inside 【1；2】 ends nothing.
            trailing = _TRAILING.match(self._rest, match.end())
            stop = trailing.end() if trailing else match.end()
            rest = self._rest[stop:]
            # Another marker may be on its way: the sentence is complete when something else follows it.
            if not rest.strip(" \t") or _MAY_BEGIN.match(rest.lstrip(" \t")):
                return None
            return stop
        return None

    def _take(self, stop: int) -> list[Claim]:
        raw, self._rest = self._rest[:stop], self._rest[stop:]
        lead = raw[: len(raw) - len(raw.lstrip())]
        plain = _LIST_MARK.sub("", _MARKER.sub("", raw).strip())
        text = re.sub(r"\s+([。！？；，,.!?;])", r"\1", re.sub(r"[ \t]{2,}", " ", plain)).strip()
        text = re.sub("。{2,}", "。", text)  # 甲。[1]。
        claim = Claim(text, _ids(raw), self._new_line or "\n" in lead)
        self._new_line = raw.endswith("\n") or (not text and claim.new_line)
        return [claim] if re.search(r"\w", text) else []
