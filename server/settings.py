"""Settings, from the environment (prefix ZHENGWEN_) or an .env file."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from indexer.encoders import BUNDLED


class Settings(BaseSettings):
    """Every setting with its meaning. An empty variable counts as not set."""

    model_config = SettingsConfigDict(
        env_prefix="ZHENGWEN_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    data_dir: Path = Field(default=Path(".zhengwen"), description="Where the index lives.")
    encoder: str = Field(default=BUNDLED, description="The bundled encoder, or a sentence-transformers name or folder.")
    max_file_mb: int = Field(default=32, gt=0, description="Files larger than this many megabytes are not indexed.")
    max_question: int = Field(
        default=2_000, gt=0, description="Questions longer than this many characters are refused."
    )
