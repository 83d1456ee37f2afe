"""Requests made up from the OpenAPI document, and hostile ones by hand: whatever is sent, the service does not fail."""

import os
from collections import Counter
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.core.result import Ok
from schemathesis.schemas import BaseSchema

from server.app import create_app
from server.settings import Settings
from tests.server.support import OtherEncoder, built

TEXT = (
    "清河区水利局\n\n清水函〔2024〕101号\n\n关于区三届人大二次会议第101号建议的答复函\n\n张三代表：\n\n"
    "您提出的《关于加快管网<script>alert(1)</script>的建议》收悉。今年改造管网101公里。\n\n清河区水利局\n\n2024年5月6日\n"
)
FILES = {
    '<img src=x onerror=alert(1)>.txt': TEXT, '<img src=x onerror=alert(1)>.meta.toml': 'disclosure = "公开"',
    "办法.txt": "清河区供水办法\n\n第一条 每周检测水质两次。\n\n2015年2月1日\n",
}  # fmt: skip
# Requests made up for each operation.
EXAMPLES = int(os.environ.get("ZHENGWEN_FUZZ_EXAMPLES", "12"))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """A service over files of its own: what is made up may change them."""
    assistant = built(tmp_path_factory.mktemp("office"), OtherEncoder(), FILES)
    return create_app(assistant, Settings(rate_limit_address="off", rate_limit_key="off"))


@pytest.fixture(scope="module")
def key(app: FastAPI) -> str:
    presented: str = app.state.access.keys.create("admin", "somebody")[1]
    return presented


@pytest.fixture(scope="module")
def described(app: FastAPI, key: str) -> BaseSchema:
    """What the service says of itself."""
    return schemathesis.openapi.from_asgi("/openapi.json", app, headers={"Authorization": f"Bearer {key}"})


# Would begin to index; is an endless stream.
LEFT_OUT = {("POST", "/api/desk/index"), ("GET", "/api/desk/index/events")}


def sent_to(operations: list[Any], key: str, examples: int) -> Counter[str]:
    """Send what is made up for each operation, with a key and without; how many requests each got."""
    sent: Counter[str] = Counter()
    for operation in operations:

        @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy())
        def send(case: Case[Any]) -> None:
            for headers in ({"Authorization": f"Bearer {key}"}, {}):
                response = case.call(headers=headers, timeout=300)  # Reading an uploaded picture may take its time.
                sent[f"{case.method} {case.path}"] += 1
                assert response.status_code < 500, (case.method, case.path, response.text)
                if response.status_code >= 400:
                    assert response.headers["content-type"] == ["application/problem+json"], (case.method, case.path)

        send()
    return sent


def test_no_request_makes_the_service_fail(described: BaseSchema, key: str) -> None:
    operations = [found.ok() for found in described.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > 20
    kept = [operation for operation in operations if (operation.method.upper(), operation.path) not in LEFT_OUT]
    assert len(kept) == len(operations) - len(LEFT_OUT)
    sent = sent_to(kept, key, EXAMPLES)
    assert len(sent) == len(kept)
    assert min(sent.values()) >= 2
