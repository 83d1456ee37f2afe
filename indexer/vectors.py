"""Dense vectors of chunks, one byte a dimension, searched by FAISS.

An encoder may join the vectors of several others. Each of these parts has an index of its own, and a query that leaves
a part zero does not search it: a part that is cheap to encode can be searched alone.
"""

from collections.abc import Sequence
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.mapping import mapped

Floats = NDArray[np.float32]
Ordinals = NDArray[np.int64]

_LARGEST = 127
# From here on a search looks into some cells of an inverted file instead of at every chunk: see docs/decisions.
_EXACT = 50_000
# Chunks a cell, cells looked into, and the most chunks that a cell and all cells are learned from.
_CELL, _PROBED, _OF_CELL, _SAMPLE = 256, 96, 64, 100_000
# Searches whose outcome is kept.
_REMEMBERED = 64


def _scale(vectors: Floats) -> float:
    """The factor that makes the largest component of some vectors 127."""
    largest = float(max(vectors.max(initial=0), -vectors.min(initial=0)))
    return _LARGEST / largest if largest else 1.0


def _build(vectors: Floats) -> Any:
    """An inner-product index over whole numbers of one byte, float32 [n, d]."""
    import faiss  # 0.2 s to load, and searching by words alone does not need it.

    kind, size = faiss.ScalarQuantizer.QT_8bit_direct_signed, vectors.shape[1]
    if len(vectors) < _EXACT:
        index: Any = faiss.IndexScalarQuantizer(size, kind, faiss.METRIC_INNER_PRODUCT)
    else:
        cells = len(vectors) // _CELL
        index = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlatIP(size), size, cells, kind, faiss.METRIC_INNER_PRODUCT, False
        )
        sample = min(_SAMPLE, _OF_CELL * cells)
        index.cp.niter, index.cp.max_points_per_centroid = 6, _OF_CELL
        index.cp.min_points_per_centroid = 1
        index.nprobe = _PROBED
        draw = np.random.default_rng(0)
        index.train(vectors[np.sort(draw.permutation(len(vectors))[:sample])])
    if len(vectors):
        index.add(vectors)
    if len(vectors) >= _EXACT:
        index.make_direct_map(True)  # Finds a vector by its ordinal.
    return index


def _whole(vectors: Floats | NDArray[np.float16]) -> tuple[Any, float]:
    """An index over the vectors of one part in whole numbers, and their scale."""
    # A copy: what is given is a view of the caller's array.
    whole = np.array(vectors, np.float32, order="C")
    scale = _scale(whole)
    whole *= np.float32(scale)
    np.round(whole, out=whole)
    return _build(whole), scale


def _found_by(indexes: Sequence[Any], part: int, query: bytes, k: int) -> Ordinals:
    """``_searched`` among all chunks, the query given as the bytes of its numbers."""
    found = _searched(indexes[part], np.frombuffer(query, np.float32), k)
    found.flags.writeable = False
    return found


def _searched(index: Any, query: Floats, k: int, allowed: NDArray[np.bool_] | None = None) -> Ordinals:
    """The ``k`` chunks nearest to a query in whole numbers, float32 [d], best first: int64 [<= k]."""
    import faiss

    # A query is too short a piece of work to share: with a thread per core it waits for whoever else uses the cores.
    # OpenMP keeps this setting for each calling thread, so it is made here.
    faiss.omp_set_num_threads(1)
    parameters: Any = None
    if allowed is not None:
        # The stubs describe the C++ constructors; faiss wraps them to take arrays and keywords.
        selector: Any = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))  # type: ignore[call-arg, arg-type]
        if isinstance(index, faiss.IndexIVF):
            # The fewer are allowed, the more cells are looked into: those near a query may hold none of them.
            probed = min(index.nlist, _PROBED * len(allowed) // max(1, int(np.count_nonzero(allowed))))
            of_cells: Any = faiss.SearchParametersIVF
            parameters = of_cells(sel=selector, nprobe=probed)
        else:
            of_all: Any = faiss.SearchParameters
            parameters = of_all(sel=selector)
    ordinals: Ordinals = index.search(query.reshape(1, -1), k, params=parameters)[1][0]
    return ordinals[ordinals >= 0]


class ChunkVectors:
    """Vectors of chunks, float32 [size, dimension] to within half a step of each part's scale."""

    def __init__(self, indexes: Sequence[Any], scales: Sequence[float]) -> None:
        self._indexes = tuple(indexes)
        self._scales = tuple(scales)
        bounds = np.cumsum([0, *(index.d for index in indexes)]).tolist()
        self._columns = [slice(first, last) for first, last in pairwise(bounds)]
        self.size: int = self._indexes[0].ntotal
        self.dimension: int = bounds[-1]
        # A question's first part is searched alone, and again with the others where that leaves the order unsure.
        self._remembered = lru_cache(maxsize=_REMEMBERED)(partial(_found_by, self._indexes))

    @classmethod
    def build(cls, vectors: Floats | NDArray[np.float16], parts: Sequence[int] = ()) -> "ChunkVectors":
        """Index unit vectors, float32 or float16 [n, d]; ``parts`` are the dimensions of the encoders that were joined."""
        bounds = np.cumsum([0, *(parts or (vectors.shape[1],))]).tolist()
        built = [_whole(vectors[:, first:last]) for first, last in pairwise(bounds)]
        return cls([index for index, _ in built], [scale for _, scale in built])

    def save(self, folder: Path) -> None:
        """Write ``chunks.N.faiss`` and ``chunk_scales.npy``. The path may hold any characters: FAISS is handed bytes."""
        import faiss

        for part, index in enumerate(self._indexes):
            (folder / f"chunks.{part}.faiss").write_bytes(faiss.serialize_index(index).tobytes())
        np.save(folder / "chunk_scales.npy", np.array(self._scales, np.float32), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> "ChunkVectors":
        """Memory-map what ``save`` wrote. Raises RuntimeError, OSError or ValueError where it cannot."""
        import faiss

        scales = mapped(folder / "chunk_scales.npy").tolist()
        paths = [str(folder / f"chunks.{part}.faiss") for part in range(len(scales))]
        return cls([faiss.read_index(path, faiss.IO_FLAG_MMAP_IFC) for path in paths], scales)

    def _asked(self, query: Floats) -> list[int]:
        """The parts that a query does not leave zero."""
        return [part for part, columns in enumerate(self._columns) if query[columns].any()]

    def search(self, query: Floats, k: int, allowed: NDArray[np.bool_] | None = None) -> tuple[Ordinals, Floats]:
        """The ``k`` chunks of highest cosine with a unit vector, float32 [dimension], among the best ``k`` of each part:
        their ordinals, int64 [<= k], and cosines, float32 [<= k], best first.

        ``allowed`` (bool [size]) restricts the search before the ``k`` best are chosen.
        """
        each = [self._nearest(part, query, k, allowed) for part in self._asked(query)]
        found = np.unique(np.concatenate(each)) if each else np.zeros(0, np.int64)
        cosines = self.cosines(found, query)
        order = np.lexsort((found, -cosines))[:k]
        return found[order], cosines[order]

    def _nearest(self, part: int, query: Floats, k: int, allowed: NDArray[np.bool_] | None) -> Ordinals:
        # Where the processor multiplies bytes, FAISS makes bytes of the query too: whole numbers up to 127, or nothing is left.
        piece = query[self._columns[part]]
        whole = np.round(piece * np.float32(_scale(piece)))
        k = max(1, min(k, self.size))
        if allowed is None:
            return self._remembered(part, whole.tobytes(), k)
        return _searched(self._indexes[part], whole, k, allowed)

    def rows(self, ordinals: Ordinals) -> Floats:
        """Vectors of chunks as the index stores them, float32 [len(ordinals), dimension]."""
        rows = np.zeros((len(ordinals), self.dimension), np.float32)
        for part, columns in enumerate(self._columns):
            rows[:, columns] = self._part(part, ordinals) / np.float32(self._scales[part])
        return rows

    def cosines(self, ordinals: Ordinals, query: Floats) -> Floats:
        """Cosines of chunks with a unit vector, float32 [len(ordinals)]."""
        total = np.zeros(len(ordinals), np.float32)
        for part in self._asked(query) if len(ordinals) else ():
            total += self._part(part, ordinals) @ (query[self._columns[part]] / np.float32(self._scales[part]))
        return total

    def _part(self, part: int, ordinals: Ordinals) -> Floats:
        """Vectors in whole numbers, float32 [len(ordinals), dimension of the part]."""
        found: Floats = self._indexes[part].reconstruct_batch(np.ascontiguousarray(ordinals, np.int64))
        return found
