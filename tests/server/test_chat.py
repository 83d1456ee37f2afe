"""/v1/chat/completions and /v1/models, spoken to by the official client of the OpenAI protocol."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.server.model_server import GOOD
from tests.server.running import model_server, service
from tests.server.support import DEFINITION_631, REPORT, TextOf, check_answer

QUESTION = "什么是631机制"


@pytest.fixture(scope="module")
def client(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[openai.OpenAI]:
    """The client of a service that runs."""
    with (
        service(data_dir, tmp_path_factory.mktemp("chat")) as url,
        openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as opened,
    ):
        yield opened


def extension(value: Any) -> dict[str, Any]:
    """The extension field of a completion or a chunk."""
    found: dict[str, Any] = value.model_extra["zhengwen"]
    return found


def test_models(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["zhengwen"]
    assert client.models.retrieve("zhengwen").owned_by == "zhengwen"
    with pytest.raises(openai.NotFoundError) as raised:
        client.models.retrieve("another")
    assert "another" in str(raised.value)


def test_a_completion(client: openai.OpenAI, text_of: TextOf) -> None:
    done = client.chat.completions.create(
        model="zhengwen",
        messages=[{"role": "system", "content": "你是诗人"}, {"role": "user", "content": QUESTION}],
    )
    assert done.object == "chat.completion"
    assert done.choices[0].finish_reason == "stop"
    text, notes = (done.choices[0].message.content or "").split("\n\n", 1)
    assert text == DEFINITION_631 + " [1]"
    assert notes.startswith("[1] 《大渡口区关于2023年度企业国有资产")
    assert "附件 › 注释" in notes
    assert notes.endswith(f"“{DEFINITION_631}”")
    answer = extension(done)
    check_answer(answer, text_of)
    assert answer["citations"][0]["source"] == REPORT
    assert done.id == f"chatcmpl-{answer['answer_id']}"


def test_a_stream(client: openai.OpenAI, text_of: TextOf) -> None:
    chunks = list(
        client.chat.completions.create(
            model="zhengwen", messages=[{"role": "user", "content": QUESTION}], stream=True,
            stream_options={"include_usage": True},
        )
    )  # fmt: skip
    assert chunks[0].choices[0].delta.role == "assistant"
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    whole = client.chat.completions.create(model="any", messages=[{"role": "user", "content": QUESTION}])
    assert text == whole.choices[0].message.content
    assert len({chunk.id for chunk in chunks}) == 1
    finishing = [chunk for chunk in chunks if chunk.choices and chunk.choices[0].finish_reason]
    assert [chunk.choices[0].finish_reason for chunk in finishing] == ["stop"]
    check_answer(extension(finishing[0]), text_of)
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None


def test_earlier_messages_are_the_history(client: openai.OpenAI) -> None:
    done = client.chat.completions.create(
        model="zhengwen",
        messages=[
            {"role": "user", "content": "第0457号建议是谁提出的？"},
            {"role": "assistant", "content": "罗清泉 [1]"},
            {"role": "user", "content": [{"type": "text", "text": "它的文号是什么？"}]},
        ],
    )
    assert extension(done)["standalone_question"] == "第0457号建议的文号是什么？"
    assert "渝国资函〔2025〕313号" in (done.choices[0].message.content or "")


def test_a_refusal_names_the_nearest_documents_once(client: openai.OpenAI) -> None:
    done = client.chat.completions.create(
        model="zhengwen", messages=[{"role": "user", "content": "第0999号建议的答复结果是什么"}]
    )
    answer = extension(done)
    assert not answer["answered"]
    assert done.choices[0].message.content == answer["refusal"]["message"]
    assert answer["refusal"]["message"].count("最接近的文件：《") == 1


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("messages", "says"),
    [
        ([], "messages"),
        ([{"role": "user", "content": ""}], "问题"),
        ([{"role": "user", "content": "a" * 2_001}], "2001"),
        ([{"role": "user", "content": "631"}, {"role": "assistant", "content": "?"}], "messages"),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}], "messages"),
        ([{"role": "wizard", "content": "631"}], "role"),
    ],
)
def test_wrong_requests_are_errors_of_the_protocol(
    client: openai.OpenAI, messages: list[Any], says: str, stream: bool
) -> None:
    with pytest.raises(openai.UnprocessableEntityError) as raised:
        client.chat.completions.create(model="zhengwen", messages=messages, stream=stream)
    assert raised.value.status_code == 422
    assert isinstance(raised.value.body, dict)
    assert says in raised.value.body["message"]
    assert raised.value.body["type"] == "invalid_request_error"
    assert raised.value.response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("name", "text"), [("good", GOOD + "。[1]"), ("half", DEFINITION_631 + " [1]")], ids=["good", "half"]
)
def test_with_a_model(data_dir: Path, tmp_path: Path, name: str, text: str) -> None:
    messages: Any = [{"role": "user", "content": QUESTION}]
    with (
        model_server(tmp_path) as address,
        service(data_dir, tmp_path, ZHENGWEN_LLM_BASE_URL=address, ZHENGWEN_LLM_MODEL=name) as url,
        openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client,
    ):
        done = client.chat.completions.create(model="zhengwen", messages=messages)
        chunks = list(client.chat.completions.create(model="zhengwen", messages=messages, stream=True))
    streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    for said, answer in ((done.choices[0].message.content or "", extension(done)), (streamed, extension(chunks[-1]))):
        assert answer["mode"] == ("llm" if name == "good" else "extractive")
        assert answer["answer"] == text
        # What was verified before the model broke off has been sent; the extract and the reason come below it.
        assert text in said
        assert ("中断" in said) == (name == "half")
        assert f"“{DEFINITION_631}”" in said
