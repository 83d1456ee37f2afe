"""Hybrid search beside BM25 libraries over the same chunks and the same words."""

import statistics
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from eval.bench.measurement import Measurement, Times, at_most, faster, in_turns, percentile
from eval.bench.publishing import PublishedChunks
from indexer.analyzer import analyze
from indexer.caching import Progress
from indexer.encoders import BundledEncoder
from indexer.generations import Generation
from indexer.lexical import K1, inverse_document_frequency, term_hashes
from server.assistant import Assistant
from server.search.query import Query, understand_query
from server.search.retrieve import Retriever
from server.search.strongest import Scores

QUESTIONS = 200
_TURN = 25
_TOP = 8
# Beyond this rank_bm25, which keeps a dictionary for each chunk, takes more memory and patience than there is.
_LARGEST_RANK_BM25 = 100_000
# Times as fast as rank_bm25 that is asked for, from how many chunks on.
_WANTED = ((100_000, 50.0), (10_000, 10.0), (0, 3.0))
# From how many chunks on bm25s is a fair match: below, a search takes longer to understand the question.
_LARGE = 1_000_000


class CountingRetriever(Retriever):
    """Counts the questions for which the expensive encoder was asked."""

    encoded = 0

    def encode(self, query: Query) -> Scores:
        self.encoded += 1
        return super().encode(query)


def questions_of(chunks: PublishedChunks, given: Sequence[str], count: int, seed: int) -> list[str]:
    """As many questions: clauses of the chunks and, taking turns with them, some that were given."""
    draw = np.random.default_rng(seed)
    chosen = [given[at] for at in draw.permutation(len(given))[: count // 2].tolist()]
    clauses = chunks.clauses(count - len(chosen), seed)
    mixed = [question for pair in zip(clauses, chosen, strict=False) for question in pair]
    return mixed + clauses[len(chosen) :]


def rank_bm25_search(words: Sequence[Sequence[str]]) -> Callable[[str], object]:
    """The best chunks by rank_bm25, the question cut by our analyzer."""
    from rank_bm25 import BM25Okapi

    index = BM25Okapi(words)
    return lambda question: np.argsort(-index.get_scores(analyze(question).words), kind="stable")[:_TOP]


def bm25s_search(generation: Generation, tokens: Sequence[str]) -> Callable[[str], object]:
    """The best chunks by bm25s, the question cut by our analyzer.

    It is handed the matrix that its ``index`` would make of the same words, with its own weights, in memory: making it
    from lists would take minutes for a million chunks.
    """
    import bm25s

    words = generation.words
    count, frequency = words.size, np.diff(words.starts)
    lucene = np.log(1 + (count - frequency + 0.5) / (frequency + 0.5))
    factors = lucene / (inverse_document_frequency(frequency, count) * (K1 + 1))
    index = bm25s.BM25(backend="numpy")
    data = np.asarray(words.weights * np.repeat(factors.astype(np.float32), frequency))
    index.scores = {
        "data": data,
        "indices": np.array(words.chunks),
        "indptr": np.array(words.starts),
        "num_docs": count,
    }
    hashes = term_hashes(tokens)
    at = np.minimum(np.searchsorted(words.terms, hashes), len(words.terms) - 1)
    known = words.terms[at] == hashes
    index.vocab_dict = {t: c for t, c, stands in zip(tokens, at.tolist(), known.tolist(), strict=True) if stands}
    index.unique_token_ids_set = set(index.vocab_dict.values())
    index.nonoccurrence_array = None

    def search(question: str) -> object:
        return index.retrieve([list(analyze(question).words)], k=min(_TOP, count), show_progress=False, n_threads=1)

    return search


def stages_of(
    retriever: CountingRetriever, questions: Sequence[str], given: frozenset[str] = frozenset()
) -> dict[str, float]:
    """Median milliseconds of each stage of the hybrid search, and the share of the questions that the expensive encoder
    was not needed for, of those cut from chunks and of those ``given`` also apart."""
    took: dict[str, list[float]] = {}
    quick: dict[str, list[bool]] = {"clauses": [], "given": []}
    for question in questions:
        timings: dict[str, float] = {}
        before = retriever.encoded
        retriever.search(understand_query(question), _TOP, timings=timings)
        quick["given" if question in given else "clauses"].append(retriever.encoded == before)
        for stage, ms in timings.items():
            took.setdefault(stage, []).append(ms)
    shares = {f"quick share of {kind}": statistics.mean(each) for kind, each in quick.items() if each}
    medians = {stage: statistics.median(values) for stage, values in took.items()}
    return medians | {"quick share": 1 - retriever.encoded / len(questions)} | shares


def measure_search(
    chunks: PublishedChunks, given: Sequence[str], count: int, seed: int, progress: Progress
) -> list[Measurement]:
    """p50 and p95 of ``count`` questions, the query encoded each time, on every side."""
    size = len(chunks.texts)
    questions = questions_of(chunks, given, count, seed + 1)
    encoder = BundledEncoder()
    assistant = Assistant.open(chunks.data_dir, encoder)
    sides: dict[str, Callable[[str], object]] = {"hybrid": lambda question: assistant.search(question, _TOP)}
    if size <= _LARGEST_RANK_BM25:
        sides["rank-bm25"] = rank_bm25_search(chunks.words())
    sides["bm25s"] = bm25s_search(assistant.generation, chunks.vocabulary.tokens)
    # The first answers fill the caches of a process that has just started; what follows is the service at work.
    for question in questions[:_TURN]:
        assistant.search(question, _TOP)
    took = in_turns(sides, questions, _TURN, lambda done, total: progress(f"search {size:,}", done, total))
    # What these questions read lies in memory now, as bm25s has its matrix.
    again = in_turns(sides, questions, _TURN, lambda done, total: progress(f"again {size:,}", done, total))
    details = stages_of(CountingRetriever(assistant.generation, encoder), questions, frozenset(given))
    return _measurements(size, took, again, questions, frozenset(given), details)


def _measurements(
    size: int, took: Mapping[str, Times], again: Mapping[str, Times], questions: Sequence[str], given: frozenset[str],
    details: Mapping[str, float],
) -> list[Measurement]:  # fmt: skip
    p50 = {name: statistics.median(times.wall) for name, times in took.items()}
    p95 = {name: percentile(times.wall, 95) for name, times in took.items()}
    hybrid = p50["hybrid"]
    found, name = [], f"混合检索 hybrid search, {size:,} chunks, p50"
    if "rank-bm25" in took:
        bound, pair = next(times for least, times in _WANTED if size >= least), (hybrid, p50["rank-bm25"])
        found.append(faster("search", name, "rank-bm25，同样的词 same words", pair, "ms", bound, chunks=size))
    bound_of_bm25s, bound_of_p95 = (2.0, 4.0) if size >= _LARGE else (None, None)
    pair = hybrid, p50["bm25s"]
    found.append(at_most("search", name, "bm25s，同样的词 same words", pair, "ms", bound_of_bm25s, chunks=size))
    second = [statistics.median(again[side].wall) for side in ("hybrid", "bm25s")]
    told = f"同样的问题再问一遍 the same questions once more, {size:,} chunks, p50 again"
    found.append(
        at_most(
            "search", told, "也再问的 asked again: bm25s", (second[0], second[1]), "ms", bound_of_bm25s, chunks=size
        )
    )
    cut = [question not in given for question in questions]
    mine = took["hybrid"]
    shown = {
        **details,
        **_by_kind("p50", mine.wall, cut), **_by_kind("p50 processor", mine.processor, cut),
        **{f"{side} p95": value for side, value in p95.items() if side != "hybrid"},
        **{f"{side} p50 processor": statistics.median(times.processor) for side, times in took.items()},
    }  # fmt: skip
    name = f"混合检索 hybrid search, {size:,} chunks, p95"
    pair = p95["hybrid"], hybrid
    return [*found, at_most("search", name, "p50", pair, "ms", bound_of_p95, chunks=size, details=shown)]


def _by_kind(name: str, values: Sequence[float], cut: Sequence[bool]) -> dict[str, float]:
    """Medians of the questions cut from chunks and of those that were given."""
    kinds = {
        kind: [ms for ms, each in zip(values, cut, strict=True) if each == wanted]
        for kind, wanted in (("clauses", True), ("given", False))
    }
    return {f"{kind} {name}": statistics.median(each) for kind, each in kinds.items() if each}
