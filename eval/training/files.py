"""Writes a model folder that sentence-transformers and ``indexer.static_model`` both read."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from indexer.static_model import quantise

# The layout of model2vec models, which sentence-transformers 6.2 reads (5.6 does not): int8 rows times one scale for each.
_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"},
    {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"},
]
_CONFIG: dict[str, object] = {
    "model_type": "SentenceTransformer",
    "prompts": {},
    "default_prompt_name": None,
    "similarity_fn_name": "cosine",
}


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")


def write_model(folder: Path, tokenizer: Tokenizer, vectors: NDArray[np.float32]) -> None:
    """Write tokenizer, int8 vectors and configuration; what else the folder holds stays."""
    from safetensors.numpy import save  # A compiled library that nothing else here needs.

    folder.mkdir(parents=True, exist_ok=True)
    rows, scales = quantise(vectors)
    (folder / "model.safetensors").write_bytes(save({"embeddings": rows, "weights": scales}))
    compact = json.loads(tokenizer.to_str())
    # Four digits of a log-probability cut text the same way as sixteen, in a third of the bytes.
    compact["model"]["vocab"] = [[token, round(score, 3)] for token, score in compact["model"]["vocab"]]
    text = json.dumps(compact, ensure_ascii=False, separators=(",", ":"))
    (folder / "tokenizer.json").write_text(text, "utf-8")
    _write(folder / "modules.json", _MODULES)
    _write(folder / "config_sentence_transformers.json", _CONFIG)
