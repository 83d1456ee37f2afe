"""The backend that the settings name."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.encoders import Encoder
from indexer.errors import ZhengwenError
from indexer.generations import Generation
from server.settings import Settings

if TYPE_CHECKING:
    from indexer.qdrant_nodes import Nodes
    from indexer.qdrant_publication import Progress
    from server.search.engine import Source


def _nodes(settings: Settings) -> "Nodes":
    if find_spec("qdrant_client") is None:
        raise ZhengwenError(
            "没有安装 qdrant-client：pip install 'zhengwen[qdrant]' / the client of Qdrant is not installed"
        )
    from indexer.qdrant_nodes import Nodes  # Half a second to load, and the embedded backend needs none of it.

    urls = [url.strip() for url in settings.qdrant_url.split(",") if url.strip()]
    try:
        return Nodes(urls, settings.qdrant_api_key.get_secret_value() or None)
    except ValueError as error:
        raise ZhengwenError(
            f"设置 ZHENGWEN_QDRANT_URL 无效：{error} / must be addresses such as http://HOST:6334, with commas between them"
        ) from None


def source_of(settings: Settings, data_dir: Path) -> "Source | None":
    """Where the assistant finds the current generation; None: in the data directory. Raises ZhengwenError."""
    if settings.backend == "embedded":
        return None
    nodes = _nodes(settings)
    from server.search.qdrant.source import QdrantSource

    return QdrantSource(data_dir, nodes, settings.qdrant_collection)


def mirror_published(
    settings: Settings, data_dir: Path, encoder: Encoder, progress: "Progress | None" = None
) -> str | None:
    """Bring the published generation to the cluster, where the settings name one; nothing to do where it is there already.

    To be called after whatever may have published. Returns the name of the collection. Raises ZhengwenError.
    """
    if settings.backend == "embedded":
        return None
    nodes = _nodes(settings)
    from indexer.qdrant_publication import Placement, mirror

    try:
        placement = Placement(settings.qdrant_collection, settings.qdrant_shards, settings.qdrant_replicas)
        parts = [part.dimension for part in encoder.parts]
        return mirror(Generation(data_dir), nodes, placement, parts, progress)
    finally:
        nodes.close()
