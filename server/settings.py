"""Settings, from the environment (prefix ZHENGWEN_) or an .env file."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from indexer.encoders import BUNDLED


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
    max_file_mb: int = Field(default=32, gt=0, description="Files larger than this many megabytes are not indexed.")
    max_question: int = Field(
        default=2_000, gt=0, description="Questions longer than this many characters are refused."
    )
    keep_alive: float = Field(default=15, gt=0, description="Seconds between the comments that keep a stream open.")
    llm_base_url: str | None = Field(
        default=None, description="Address of an OpenAI-compatible server, ending in /v1; without it no model is used."
    )
    llm_api_key: SecretStr = Field(default=SecretStr(""), description="Key for that server, if it asks for one.")
    llm_model: str | None = Field(default=None, description="Name of the model on that server.")
    llm_timeout: float = Field(default=20, gt=0, description="Seconds to wait for the next words of the model.")
    llm_deadline: float = Field(default=60, gt=0, description="Seconds for all of the model's answer.")
