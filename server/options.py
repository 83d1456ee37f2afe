"""What the commands share: their options, and how settings, encoder and assistant are had."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from indexer.encoders import Encoder, load_encoder
from server.settings import Settings
from server.terminal import fail

if TYPE_CHECKING:
    from server.assistant import Assistant

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="索引所在的文件夹，默认 ZHENGWEN_DATA_DIR 或 .zhengwen / where the index lives."),
]
AsJson = Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象 / print one JSON object.")]
TopK = Annotated[int, typer.Option("--top-k", min=1, max=100, help="最多几个段落 / at most so many passages.")]

Kind = Annotated[
    str | None,
    typer.Option("--kind", help="文种，如 reply、report，或 建议、提案 / kind of document or proposal."),
]
Year = Annotated[str | None, typer.Option("--year", help="成文年份，如 2025 / year, four digits.")]
Issuer = Annotated[str | None, typer.Option("--issuer", help="发文机关名称或其一部分 / issuer, or part of its name.")]
Number = Annotated[
    str | None, typer.Option("--number", help="建议提案编号或文号 / proposal number or document number.")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="只要该日已有且有效的，如 2025-04-30 / there and in force on that day.")
]
Status = Annotated[
    str | None,
    typer.Option("--status", help="效力：现行有效、已修改、废止、失效 / in force, amended, repealed, expired."),
]


def read_settings() -> Settings:
    """The settings. A wrong one ends the command in one line."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        raise fail(
            f"设置 ZHENGWEN_{'_'.join(map(str, first['loc'])).upper()} 无效：{first['msg']} / invalid setting"
        ) from None


def make_encoder(settings: Settings) -> Encoder:
    """The encoder that the settings name."""
    return load_encoder(settings.encoder)


def open_assistant(data_dir: Path | None) -> "Assistant":
    """The assistant over a data directory, with the model and the re-ranker that the settings name, if any."""
    from server.answer.llm_client import configured_model
    from server.assistant import Assistant
    from server.search.qdrant.configured import source_of
    from server.search.reranker import load_reranker

    given = read_settings()
    reranker, where = load_reranker(given.reranker), data_dir or given.data_dir
    source = source_of(given, where)
    return Assistant.open(where, make_encoder(given), configured_model(given), reranker, source)
