"""Settings, from the environment (prefix ZHENGWEN_) or an .env file."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from indexer.encoders import BUNDLED


class Settings(BaseSettings):
    """Every setting with its meaning."""

    model_config = SettingsConfigDict(env_prefix="ZHENGWEN_", env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Field(Path(".zhengwen"), description="Where the index lives.")
    encoder: str = Field(BUNDLED, description="The bundled encoder, or a sentence-transformers name or folder.")
    max_file_mb: int = Field(32, gt=0, description="Files larger than this many megabytes are not indexed.")
    max_question: int = Field(2_000, gt=0, description="Questions longer than this many characters are refused.")
