"""For random corpora with random disclosures no public call shows a character, a title or the existence of what is internal.

The words of public and of internal documents are made of different characters, so that any character of an internal
one, wherever it turns up, is a leak, unless it was in the question itself.
"""

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import pytest
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp import Client
from starlette.testclient import TestClient

from indexer.pipeline import Indexer
from server.app import create_app
from server.assistant import Assistant
from server.mcp_tools import mcp_server
from server.search.disclosure import Role
from server.settings import Settings
from tests.server.support import PUMPS, OtherEncoder

# Characters of either side alone; none of them is in the words of the service.
OPEN = "渠闸堰坝桥堤泵井塘湖"
CLOSED = "钚铀氚锂铍钛钴镍锌镉"
PUBLIC = ("公开", "主动公开", "同意公开")
# What it takes to be internal: to say so, or nothing at all.
INTERNAL = ("不予公开", "依申请公开", "", "内部资料")
# Corpora for each test; each takes seconds.
EXAMPLES = int(os.environ.get("ZHENGWEN_DISCLOSURE_CORPORA", "3"))
NOBODY = "0" * 16
SHARED = "各单位应当每年检查一次并报告结果"


@dataclass(frozen=True)
class File:
    """A document: what it says, and what it says of who may see it."""

    name: str
    kind: str
    number: int
    disclosure: str
    text: str

    @property
    def public(self) -> bool:
        return self.disclosure in PUBLIC

    def seen_by(self, role: Role) -> bool:
        return self.public or (role == "deputy" and self.kind == "reply")

    def sidecar(self) -> str:
        lines = [f'disclosure = "{self.disclosure}"'] if self.disclosure else []
        return "\n".join([*lines, f'kind = "{self.kind}"'])


def words(alphabet: str) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=2, max_size=4)


@st.composite
def documents(draw: st.DrawFn) -> list[File]:
    """Two to six documents, at least one internal and one public, and sometimes an internal new version of a public text."""
    made: list[File] = []
    kinds = draw(st.lists(st.sampled_from(["reply", "notice", "measures"]), min_size=2, max_size=6))
    for n, kind in enumerate(kinds):
        public = n == 0 or (n > 1 and draw(st.booleans()))
        alphabet = OPEN if public else CLOSED
        own = [draw(words(alphabet)) for _ in range(4)]
        number = 101 + n
        year = draw(st.integers(2019, 2025))
        subject, second = own[0] + own[1], own[2]
        lines = [f"{second}局", f"{second}发〔{year}〕{number}号", f"关于{subject}的办法"]
        if kind == "reply":
            lines = [f"{second}局", f"{second}函〔{year}〕{number}号", f"关于第{number:04d}号建议的答复函", f"{own[3]}代表：",
                     f"您提出的《关于{subject}的建议》收悉。"]  # fmt: skip
        lines += [f"第一条 {subject}工程{SHARED}，共建成{number + 7}处。", f"第二条 “{own[3]}”机制：指由{second}局负责{subject}。",
                  f"下一步，将加快推进{subject}建设。", f"{year}年3月{n + 1}日"]  # fmt: skip
        disclosure = draw(st.sampled_from(PUBLIC if public else INTERNAL))
        made.append(File(f"{subject}{n}.txt", kind, number, disclosure, "\n\n".join(lines)))
    if draw(st.booleans()):
        old = f"渠闸值守方案\n\n{PUMPS}\n值守电话保持畅通。\n\n2021年1月5日\n"
        new = old.replace("保持畅通", f"由{CLOSED[:3]}班保持畅通").replace("2021年", "2022年")
        made += [
            File("渠闸值守.txt", "notice", 90, "主动公开", old),
            File("钚铀值守.txt", "notice", 91, draw(st.sampled_from(INTERNAL)), new),
        ]
    return made


def questions_about(files: list[File]) -> list[str]:
    """What somebody asks who guesses: titles, numbers, coinages, sentences of what is internal; and what all have in common."""
    found = {SHARED, "值守电话由谁保持畅通"}
    for file in files:
        lines = file.text.split("\n\n")
        found.add(lines[2])
        if not file.public:
            found |= {lines[1], f"{file.number}号建议", lines[-3], *re.findall("“(.+?)”", file.text)}
    return sorted(question[-100:] for question in found)


def asked(client: TestClient, question: str) -> Iterator[tuple[str, Any]]:
    """Every way to put a question, and what comes back."""
    body = {"question": question, "top_k": 100}
    yield "ask", client.post("/api/ask", json=body)
    yield (
        "follow-up",
        client.post(
            "/api/ask", json={**body, "question": "还有呢？", "history": [{"role": "user", "content": question}]}
        ),
    )
    yield "events", client.post("/api/ask", json={**body, "stream": True})
    message = {"messages": [{"role": "user", "content": question}], "top_k": 100}
    yield "chat", client.post("/v1/chat/completions", json=message)
    yield "chat stream", client.post("/v1/chat/completions", json={**message, "stream": True})
    for system in ("hybrid", "bm25", "dense"):
        yield f"search {system}", client.get("/api/search", params={"q": question, "top_k": 100, "system": system})
    for name in ("number", "issuer", "kind"):
        yield f"search by {name}", client.get("/api/search", params={"q": SHARED, name: question})
    for path in ("/api/replies", "/api/replies.csv", "/replies.atom"):
        yield path, client.get(path, params={"q": question})
        yield f"{path} by proposer", client.get(path, params={"proposer": question})


def listed(client: TestClient) -> Iterator[tuple[str, Any]]:
    """What is shown without being asked anything."""
    for path in (
        "/api/documents", "/api/replies", "/api/replies.csv", "/replies.atom", "/readyz", "/v1/models", "/api/session",
        "/openapi.json", "/", "/replies", "/metrics",
    ):  # fmt: skip
        yield path, client.get(path)


def read(client: TestClient, document_id: str) -> Iterator[tuple[str, Any]]:
    """Every way to read one document."""
    for path in (
        "/api/documents/{}", "/api/documents/{}/text", "/api/documents/{}/original", "/api/replies/{}", "/api/replies/{}/related",
    ):  # fmt: skip
        yield path, client.get(path.format(document_id))


@dataclass(frozen=True)
class Hidden:
    """What a role may not see: documents by id, and the characters that are in these alone."""

    files: Mapping[str, File]
    characters: frozenset[str]

    def check(self, label: str, text: str, question: str = "") -> None:
        """Nothing of the hidden documents is in a text; what was asked may come back."""
        shown = set(text) & self.characters - set(question)
        assert not shown, (label, question, shown, text)
        for document_id, file in self.files.items():
            assert document_id not in text, (label, question)
            if not set(file.name) & set(question):
                assert file.name not in text, (label, question)


class Corpus:
    """A real index of documents, and HTTP with a key of a role."""

    def __init__(self, folder: Path, files: list[File]) -> None:
        (folder / "文件").mkdir()
        for file in files:
            (folder / "文件" / file.name).write_text(file.text, encoding="utf-8")
            (folder / "文件" / f"{file.name}.meta.toml").write_text(file.sidecar(), encoding="utf-8")
        encoder = OtherEncoder()
        with Indexer(folder / "data", encoder) as indexer:
            assert indexer.index([folder / "文件"]).skipped == ()
        self.assistant = Assistant.open(folder / "data", encoder)
        self.app = create_app(
            self.assistant, Settings(rate_limit_address="off", rate_limit_key="off", audit_texts=False)
        )
        self.files = {file.name: file for file in files}

    def client(self, role: Role) -> TestClient:
        key = self.app.state.access.keys.create(role, "reader")[1]
        return TestClient(self.app, headers={"Authorization": f"Bearer {key}"})

    def by_id(self) -> dict[str, File]:
        return {d.document_id: self.files[d.source] for d in self.assistant.documents("admin")}

    def hidden_from(self, role: Role) -> Hidden:
        known = self.by_id()
        files = {document_id: file for document_id, file in known.items() if not file.seen_by(role)}
        seen = {character for file in known.values() if file.seen_by(role) for character in file.text}
        return Hidden(files, frozenset({c for file in files.values() for c in file.text} & set(CLOSED) - seen))


@pytest.mark.parametrize("role", ["public", "deputy"])
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=documents())
def test_nothing_internal_is_shown(role: Role, files: list[File]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        corpus = Corpus(Path(folder), files)
        client = corpus.client(role)
        known, hidden = corpus.by_id(), corpus.hidden_from(role)
        for label, response in listed(client):
            # Figures about the service are for its keeper.
            assert response.status_code in ((403,) if label == "/metrics" else (200, 404)), label
            hidden.check(label, response.text)
        assert client.get("/api/documents").json()["total"] == len(known) - len(hidden.files)
        assert "documents" not in client.get("/readyz").json()
        for document_id in known:
            for label, response in read(client, document_id):
                if document_id not in hidden.files:
                    hidden.check(label, response.text)
                    continue
                # What may not be seen is answered like what does not exist.
                stranger = client.get(response.request.url.path.replace(document_id, NOBODY))
                assert response.status_code == stranger.status_code == 404, label
                told, untold = ({**r.json(), "request_id": None} for r in (response, stranger))
                assert str(told).replace(document_id, "") == str(untold).replace(NOBODY, ""), label
        for question in questions_about(files):
            for label, response in asked(client, question):
                assert response.status_code == 200, (label, response.text)
                hidden.check(label, response.text, question)


def without_chance(response: Response) -> str:
    """What came back, but for what is drawn or measured anew each time."""
    text = re.sub(r'"(answer_id|request_id|id|created)": ?("[^"]*"|[0-9.]+)', r'"\1": 0', response.text)
    return re.sub(r'"total": ?[0-9]+\.[0-9]+', "", text)  # Milliseconds.


@pytest.mark.parametrize("role", ["public", "deputy"])
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=documents())
def test_answers_are_those_of_an_index_without_what_is_internal(role: Role, files: list[File]) -> None:
    """Not a score, an order or a count differs: what is internal may as well not be there."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        whole = Corpus(Path(folder), files)
        alone = Corpus(Path(other), [file for file in files if file.seen_by(role)])
        client, expected = whole.client(role), alone.client(role)
        for (label, response), (_, known) in zip(listed(client), listed(expected), strict=True):
            assert without_chance(response) == without_chance(known), label
        for document_id in alone.by_id():
            for (label, response), (_, known) in zip(
                read(client, document_id), read(expected, document_id), strict=True
            ):
                assert without_chance(response) == without_chance(known), label
        for question in questions_about(files):
            for (label, response), (_, known) in zip(asked(client, question), asked(expected, question), strict=True):
                assert without_chance(response) == without_chance(known), (label, question)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=documents())
def test_the_mcp_tools_show_nothing_internal(files: list[File]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        corpus = Corpus(Path(folder), files)
        hidden = corpus.hidden_from("public")
        questions = questions_about(files)
        texts: list[tuple[str, str]] = []

        async def conversation() -> None:
            async with Client(mcp_server(corpus.assistant, 2_000, "public")) as client:
                for question in questions:
                    for tool, argument in (("search", "query"), ("ask", "question"), ("replies", "query")):
                        called = await client.call_tool(tool, {argument: question})
                        assert not called.is_error
                        texts.append((question, json.dumps(called.structured_content, ensure_ascii=False)))
                for document_id in hidden.files:
                    called = await client.call_tool("read", {"document_id": document_id})
                    assert called.is_error
                    texts.append(("", str(called.content).replace(document_id, "")))

        anyio.run(conversation)
        for question, text in texts:
            hidden.check("mcp", text, question)
