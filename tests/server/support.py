"""What several tests of the server need: the contract's JSON spelled out, the command line, another encoder."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
from fastapi import FastAPI
from starlette.testclient import TestClient

from indexer.encoders import Encoder, Floats
from indexer.pipeline import Indexer
from server.assistant import Assistant

ROOT = Path(__file__).parents[2]
MAX_ANSWER = 400

# The sample corpus: its five files.
PRESS = "全会精神新闻发布会.html"
REPLY_457 = "关于第0457号建议的答复函.txt"
REPLY_627 = "关于第0627号提案的答复函.txt"
REPORT = "大渡口区2023年度国有资产报告.txt"
PAPER = "改革攻坚专版.md"
SOURCES = (PRESS, REPLY_457, REPLY_627, REPORT, PAPER)

# Line 75 of REPORT, in full.
DEFINITION_631 = (
    "“631”机制：指偿还债务的三步安排，即提前6个月制定好还款计划，提前3个月落实还款资金来源，提前1个月把偿债资金备足。"
)

# Two letters: what they say, with number, proposer and subject left open, and the names of their files.
LETTER = (
    "某市水利局\n\n渝水函〔2025〕{0}号\n\n关于市六届人大三次会议第01{0}号建议的答复函\n\n{1}代表：\n\n"
    "您提出的《关于{2}的建议》收悉。今年新建供水站{0}座。\n"
)
FIRST, SECOND = "答复函 第一份.txt", "第二份.txt"

# Text enough for versions of it to be known as such.
PUMPS = "".join(
    f"{n}号泵站由第{n * 7 % 90}班负责，配备水泵{n % 5 + 2}台，每月检修{n % 3 + 1}次。\n" for n in range(1, 60)
)

ANSWER_FIELDS = frozenset(
    "answer_id question standalone_question language answered refusal answer mode citations passages timings_ms".split()
)
CITATION_FIELDS = frozenset("n document_id title document_number issuer date section page quote start end".split())
PASSAGE_FIELDS = frozenset("rank chunk_id document_id title section text start end score scores".split())
PROBLEM_FIELDS = frozenset("type title status detail".split())

# What is added to the objects of the contract; nothing else may be.
ADDED_FIELDS = frozenset({"source", "status", "superseded_by"})

TextOf = Callable[[str], str]
"""The canonical text of a document by its id."""


def _fields(value: Mapping[str, Any]) -> set[str]:
    """The names in a JSON object, without those that were added to the contract's."""
    return set(value) - ADDED_FIELDS


def check_passages(passages: Sequence[Mapping[str, Any]], text_of: TextOf) -> None:
    """Passages as the contract has them: ranked from 1, best first, each the text at its span."""
    assert [passage["rank"] for passage in passages] == list(range(1, len(passages) + 1))
    assert all(before["score"] >= after["score"] for before, after in pairwise(passages))
    assert len({passage["chunk_id"] for passage in passages}) == len(passages)
    for passage in passages:
        assert _fields(passage) == PASSAGE_FIELDS
        assert set(passage["scores"]) == {"bm25", "dense"}
        assert all(isinstance(part, str) for part in passage["section"])
        assert passage["text"]
        said = text_of(passage["document_id"])[passage["start"] : passage["end"]]
        assert said == passage["text"], f"{passage['chunk_id']} says {said!r}"


def check_answer(answer: Mapping[str, Any], text_of: TextOf) -> None:
    """An answer as the contract has it; every citation says what its document says at its span."""
    assert set(answer) == ANSWER_FIELDS
    assert answer["answer_id"]
    assert answer["standalone_question"] is None
    assert answer["language"] in ("zh", "en")
    assert answer["mode"] == "extractive"
    assert answer["timings_ms"]["total"] > 0
    check_passages(answer["passages"], text_of)
    citations = answer["citations"]
    if answer["answered"]:
        assert answer["refusal"] is None
        assert 0 < len(answer["answer"]) <= MAX_ANSWER
        assert citations
    else:
        assert set(answer["refusal"]) == {"reason", "message"}
        assert answer["refusal"]["reason"]
        assert answer["refusal"]["message"].strip()
        assert citations == []
    assert [citation["n"] for citation in citations] == list(range(1, len(citations) + 1))
    for citation in citations:
        assert _fields(citation) == CITATION_FIELDS
        assert citation["quote"].strip()
        said = text_of(citation["document_id"])[citation["start"] : citation["end"]]
        assert said == citation["quote"], f"[{citation['n']}] says {said!r}"
        assert f"[{citation['n']}]" in answer["answer"], answer["answer"]
        assert citation["title"]
        assert citation["page"] is None or citation["page"] >= 1
        if citation["date"] is not None:
            date.fromisoformat(citation["date"])


def check_problem(response: httpx2.Response, status: int) -> dict[str, Any]:
    """A problem of RFC 9457 with this status; returned for a look at its detail."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"].split(";")[0] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert set(body) - {"request_id"} == PROBLEM_FIELDS
    assert body["status"] == status
    assert body["type"]
    assert body["title"]
    assert body["detail"].strip()
    return body


def check_problem_body(body: Mapping[str, Any], status: int) -> int:
    """The fields of a problem of RFC 9457; its status is returned."""
    assert set(body) - {"request_id"} == PROBLEM_FIELDS
    assert body["status"] == status
    assert body["detail"].strip()
    return status


def built(tmp_path: Path, encoder: Encoder, files: Mapping[str, str]) -> Assistant:
    """An assistant over files given as name: text, all of which have to be readable."""
    folder = tmp_path / "文件"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    with Indexer(tmp_path / "data", encoder) as indexer:
        assert indexer.index([folder]).skipped == ()
    return Assistant.open(tmp_path / "data", encoder)


@dataclass(frozen=True)
class Ran:
    """A command that has run."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """Stdout, which has to be one JSON object and nothing else."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value

    def one_line(self) -> str:
        """Stderr, which has to be one line for the user; nothing on stdout."""
        assert self.out == ""
        assert "Traceback" not in self.err
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("zhengwen:")
        return lines[0]


# Imports what the commands need, once, then runs each command it is sent in a process forked from itself. A command that is
# started afresh spends half a second of a processor on imports alone, and there are two hundred of them here.
_FORKING = """
import json, os, runpy, signal, sys, traceback
import faiss, rjieba, uvicorn
import indexer.pipeline, indexer.use_model, server.api.schemas, server.app, server.cli, server.listening
rjieba.cut("政问")
for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if not child:
        code = 1
        try:
            signal.alarm(120)
            os.chdir(order["folder"])
            os.environ.clear()
            os.environ.update(order["environment"])
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(os.open(order["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
            os.dup2(os.open(order["err"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
            sys.argv = ["zhengwen", *order["arguments"]]
            runpy.run_module("server", run_name="__main__", alter_sys=True)
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Forker:
    """A process that runs commands as forks of itself."""

    def __init__(self) -> None:
        # Threads do not survive a fork.
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "PYTHONUTF8": "1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", _FORKING],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], scratch: Path) -> Ran:
        """Run one command; ``scratch`` is a folder for what it prints."""
        out, err = scratch / "stdout", scratch / "stderr"
        order = {
            "arguments": list(arguments), "folder": str(folder), "environment": dict(environment), "out": str(out), "err": str(err),
        }  # fmt: skip
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("no pipes")
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        return Ran(code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))

    def close(self) -> None:
        """End the process."""
        if self._process.stdin and self._process.stdout:
            self._process.stdin.close()
            self._process.stdout.close()
        self._process.wait(timeout=30)


@dataclass(frozen=True)
class Cli:
    """The command line in a folder of its own, each command a process of its own."""

    folder: Path
    scratch: Path
    forker: Forker | None

    def environ(self, **more: str) -> dict[str, str]:
        """The environment of the commands: nothing that is set for zhengwen outside reaches them."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ZHENGWEN_")}
        return kept | {"PYTHONPATH": str(ROOT)} | more

    def __call__(self, *arguments: str | Path, **environment: str) -> Ran:
        """Run a command, forked from a process that has its imports already where that is possible."""
        if self.forker is None:
            return self.afresh(*arguments, **environment)
        return self.forker.run([str(a) for a in arguments], self.folder, self.environ(**environment), self.scratch)

    def afresh(self, *arguments: str | bytes | Path, **environment: str) -> Ran:
        """Run ``python -m server``, all of it; ``PYTHONIOENCODING`` says what it prints in."""
        done = subprocess.run(
            [sys.executable, "-m", "server", *arguments],
            cwd=self.folder, env=self.environ(**environment), capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        encoding = environment.get("PYTHONIOENCODING", "utf-8")
        return Ran(done.returncode, done.stdout.decode(encoding, "replace"), done.stderr.decode(encoding, "replace"))


class OtherEncoder:
    """An encoder that is not the bundled one: counts of characters by code point, eight dimensions, no weights."""

    name = "counting"
    dimension = 8
    fingerprint = "counting-8"
    parts = ()

    def encode(self, texts: Sequence[str]) -> Floats:
        vectors = np.full((len(texts), self.dimension), 0.1, np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for character in text:
                row[ord(character) % self.dimension] += 1
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    def encode_passages(self, passages: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
        return self.encode(["\n".join(passage) for passage in passages]), self.encode(list(chain(*passages)))


def ids(cli: Cli, data_dir: Path) -> dict[str, str]:
    """Ids of the documents by file name, as the command line lists them."""
    listed = cli("documents", "list", "--data-dir", data_dir, "--json").json()["documents"]
    return {document["source"]: document["document_id"] for document in listed}


def answers(cli: Cli, data_dir: Path) -> bool:
    """Whether an index of the letters can be used; by words alone, which loads no encoder."""
    done = cli("search", "供水站", "--system", "bm25", "--data-dir", data_dir)
    return done.code == 0 and "新建供水站25座" in done.out


def free_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def local(app: FastAPI, **more: Any) -> TestClient:
    """HTTP to an app from this machine, where whoever asks is the administrator as long as there are no keys."""
    return TestClient(app, base_url="http://localhost", client=("127.0.0.1", 50_000), **more)


def ask(client: TestClient, question: str, **more: Any) -> dict[str, Any]:
    """The answer to a question, over HTTP."""
    response = client.post("/api/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    answer: dict[str, Any] = response.json()
    return answer
