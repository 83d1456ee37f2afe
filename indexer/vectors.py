"""Dense vectors: one per chunk in FAISS for search, one per sentence in a memory-mapped array for evidence."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def build(vectors: Floats) -> Any:
    """An exact inner-product index over unit vectors, float32 [n, d], stored as half floats."""
    import faiss  # 0.2 s to load, and searching by words alone does not need it.

    index = faiss.IndexScalarQuantizer(vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    if len(vectors):
        index.add(np.ascontiguousarray(vectors, np.float32))
    return index


def save(index: Any, path: Path) -> None:
    """Write a FAISS index. The path may hold any characters: FAISS is handed bytes, not a file name."""
    import faiss

    path.write_bytes(faiss.serialize_index(index).tobytes())


def load(path: Path) -> Any:
    """Memory-map a FAISS index written by ``save``."""
    import faiss

    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)


def search(
    index: Any, query: Floats, k: int, allowed: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.int64], Floats]:
    """The ``k`` chunks of highest cosine: their ordinals, int64 [<= k], and cosines, float32 [<= k], best first.

    ``allowed`` (bool [n]) restricts the search before the ``k`` best are chosen.
    """
    import faiss

    # A query is too short a piece of work to share: with a thread per core it waits for whoever else uses the cores.
    # OpenMP keeps this setting for each calling thread, so it is made here.
    faiss.omp_set_num_threads(1)
    parameters = None
    if allowed is not None:
        bits = np.packbits(allowed, bitorder="little")
        # The stubs describe the C++ constructors; faiss wraps them to take arrays and keywords.
        selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]
        parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
    scores, ordinals = index.search(query.reshape(1, -1), max(1, min(k, index.ntotal)), params=parameters)
    found = ordinals[0] >= 0
    return ordinals[0][found][:k], scores[0][found][:k]


def reconstruct(index: Any, ordinals: NDArray[np.int64]) -> Floats:
    """Vectors of chunks as the index stores them, float32 [len(ordinals), d]."""
    found: Floats = index.reconstruct_batch(np.ascontiguousarray(ordinals, np.int64))
    return found
