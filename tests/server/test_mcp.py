"""``zhengwen mcp`` as a process, spoken to over stdio by the client of the official SDK."""

import json
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters

from server.assistant import Assistant
from tests.server.support import DEFINITION_631, REPLY_457, Cli, TextOf, check_answer, check_passages

Talk = Callable[[Callable[[Client], Coroutine[Any, Any, Any]]], Any]


@pytest.fixture
def talk(data_dir: Path, cli: Cli) -> Talk:
    """Hold a conversation with the server."""
    command = ["-m", "server", "mcp", "--data-dir", str(data_dir)]
    server = StdioServerParameters(command=sys.executable, args=command, env=cli.environ(), cwd=cli.folder)

    def hold(conversation: Callable[[Client], Coroutine[Any, Any, Any]]) -> Any:
        async def opened() -> Any:
            async with Client(server) as client:
                return await conversation(client)

        return anyio.run(opened)

    return hold


def result(called: Any) -> dict[str, Any]:
    """The structured content of a result, which its text says too."""
    assert not called.is_error, called.content
    found: dict[str, Any] = called.structured_content
    assert json.loads(called.content[0].text) == found
    return found


def test_the_tools(talk: Talk) -> None:
    async def conversation(client: Client) -> list[Any]:
        return list((await client.list_tools()).tools)

    tools = talk(conversation)
    assert sorted(tool.name for tool in tools) == ["ask", "read", "replies", "search"]
    for tool in tools:
        assert tool.description
        assert tool.annotations.read_only_hint
        assert "context" not in tool.input_schema["properties"]


def test_ask_search_read_and_replies(talk: Talk, text_of: TextOf) -> None:
    messages: list[str] = []

    async def heard(progress: float, total: float | None, message: str | None) -> None:
        messages.append(message or "")

    async def conversation(client: Client) -> tuple[dict[str, Any], ...]:
        answer = result(await client.call_tool("ask", {"question": "什么是631机制"}, progress_callback=heard))
        found = result(await client.call_tool("search", {"query": "631机制", "top_k": 3}))
        (citation,) = answer["citations"]
        span = {name: citation[name] for name in ("document_id", "start", "end")}
        read = result(await client.call_tool("read", span))
        replies = result(await client.call_tool("replies", {"number": "457"}))
        return answer, found, read, replies

    answer, found, read, replies = talk(conversation)
    check_answer(answer, text_of)
    assert answer["answer"] == DEFINITION_631 + " [1]" == "".join(messages)
    check_passages(found["passages"], text_of)
    assert len(found["passages"]) == 3
    assert read["text"] == DEFINITION_631
    assert read["document"]["document_id"] == answer["citations"][0]["document_id"]
    assert [reply["source"] for reply in replies["replies"]] == [REPLY_457]


def test_what_is_wrong_is_an_error_of_one_line(talk: Talk) -> None:
    async def conversation(client: Client) -> list[Any]:
        return [
            await client.call_tool("ask", {"question": "？"}),
            await client.call_tool("read", {"document_id": "nothing"}),
            await client.call_tool("search", {"query": "631", "year": "25"}),
            await client.call_tool("replies", {"number": "甲"}),
        ]

    for called, says in zip(talk(conversation), ("问题是空的", "nothing", "year", "number"), strict=True):
        assert called.is_error
        (content,) = called.content
        assert says in content.text
        assert "\n" not in content.text
        assert "Traceback" not in content.text


def test_the_setting_says_what_is_seen(data_dir: Path, cli: Cli, assistant: Assistant) -> None:
    command = ["-m", "server", "mcp", "--data-dir", str(data_dir)]
    hidden = {d.document_id for d in assistant.documents("admin")} - {
        d.document_id for d in assistant.documents("public")
    }
    assert hidden

    async def read(role: str) -> list[bool]:
        env = cli.environ(ZHENGWEN_MCP_ROLE=role)
        async with Client(
            StdioServerParameters(command=sys.executable, args=command, env=env, cwd=cli.folder)
        ) as client:
            return [not (await client.call_tool("read", {"document_id": one})).is_error for one in sorted(hidden)]

    assert not any(anyio.run(read, "public"))
    assert all(anyio.run(read, "staff"))


def test_without_an_index_it_says_so(cli: Cli, tmp_path: Path) -> None:
    done = cli.afresh("mcp", "--data-dir", tmp_path / "nothing")
    assert done.code == 2
    assert "zhengwen index" in done.one_line()
