"""Settings, from the environment (prefix ZHENGWEN_) or an .env file."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from indexer.encoders import BUNDLED


def _limits(value: str) -> str:
    from server.security.limits import parsed  # Takes a tenth of a second, which few commands need.

    try:
        parsed(value)
    except ValueError:
        raise ValueError("应如 300/minute 或 10/second; 5000/day，或 off / must be like 300/minute, or off") from None
    return value


RateLimit = Annotated[str, AfterValidator(_limits)]


class Settings(BaseSettings):
    """Every setting with its meaning. An empty variable counts as not set."""

    model_config = SettingsConfigDict(
        env_prefix="ZHENGWEN_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    data_dir: Path = Field(default=Path(".zhengwen"), description="Where the index lives.")
    encoder: str = Field(default=BUNDLED, description="The bundled encoder, or a sentence-transformers name or folder.")
    reranker: str | None = Field(
        default=None, description="A sentence-transformers cross-encoder, name or folder, for the first 20 passages."
    )
    backend: Literal["embedded", "qdrant"] = Field(
        default="embedded", description="Where searches run: in this process, or in a Qdrant cluster (extra [qdrant])."
    )
    qdrant_url: str = Field(
        default="http://127.0.0.1:6334", description="Addresses of the nodes' gRPC ports, with commas between them."
    )
    qdrant_api_key: SecretStr = Field(
        default=SecretStr(""), description="Key of the Qdrant cluster, if it asks for one."
    )
    qdrant_collection: str = Field(
        default="zhengwen", pattern="^[A-Za-z0-9_]+$",
        description="Alias of the current collection, and the beginning of the names of all.",
    )  # fmt: skip
    qdrant_shards: int = Field(default=1, gt=0, description="Shards of a new collection.")
    qdrant_replicas: int = Field(
        default=1, gt=0, description="Copies of each shard; all but one of them may be lost with their nodes."
    )
    shared_store: SecretStr = Field(
        default=SecretStr(""),
        description="Database through which hosts share the work of indexing, such as postgresql+psycopg://user:password@host/base.",
    )
    max_file_mb: int = Field(default=32, gt=0, description="Files larger than this many megabytes are not indexed.")
    max_question: int = Field(
        default=2_000, gt=0, description="Questions longer than this many characters are refused."
    )
    record_unanswered: bool = Field(
        default=True, description="Whether questions without an answer are kept for the desk, personal numbers masked."
    )
    unanswered_days: int = Field(default=30, gt=0, description="Days for which unanswered questions are kept.")
    evaluation_dir: Path | None = Field(
        default=None, description="Where the desk looks for evaluation reports; eval in the data directory by default."
    )
    keep_alive: float = Field(default=15, gt=0, description="Seconds between the comments that keep a stream open.")
    open_to_public: bool = Field(
        default=False, description="Whether readers without a key see public documents once there are keys."
    )
    session_hours: float = Field(default=12, gt=0, le=24 * 366, description="Hours after which people sign in again.")
    token_minutes: float = Field(
        default=10, gt=0, le=24 * 60, description="Minutes that a token of a widget is good for."
    )
    rate_limit_address: RateLimit = Field(
        default="300/minute", description="Requests per address, such as 10/second; 5000/day; off: not counted."
    )
    rate_limit_key: RateLimit = Field(default="1200/minute", description="Requests per access key, written likewise.")
    max_body_kb: int = Field(default=1_024, gt=0, description="Requests larger than this, uploads aside, are refused.")
    trusted_proxies: str | None = Field(
        default=None, description="Addresses or networks, with commas, of proxies whose X-Forwarded-For is believed."
    )
    audit_days: int = Field(default=180, ge=0, description="Days that the audit log is kept; 0: for ever.")
    audit_texts: bool = Field(default=True, description="Whether the audit log holds what was asked.")
    log_format: Literal["text", "json"] = Field(default="text", description="How log lines are written.")
    log_level: Literal["debug", "info", "warning", "error"] | None = Field(
        default=None, description="The least that is logged; without it info as JSON, warning as text."
    )
    otel_endpoint: str | None = Field(
        default=None, description="OpenTelemetry collector that takes traces over HTTP; without it there are none."
    )
    mcp_role: Literal["public", "deputy", "staff", "admin"] = Field(
        default="staff", description="The role of whoever uses the MCP tools."
    )
    llm_base_url: str | None = Field(
        default=None, description="Address of an OpenAI-compatible server, ending in /v1; without it no model is used."
    )
    llm_api_key: SecretStr = Field(default=SecretStr(""), description="Key for that server, if it asks for one.")
    llm_model: str | None = Field(default=None, description="Name of the model on that server.")
    llm_timeout: float = Field(default=20, gt=0, description="Seconds to wait for the next words of the model.")
    llm_deadline: float = Field(default=60, gt=0, description="Seconds for all of the model's answer.")
