"""The language model: any server that speaks the OpenAI protocol, through the official client."""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, TypedDict

from indexer.errors import ZhengwenError
from server.settings import Settings

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletionMessageParam

_LOG = logging.getLogger(__name__)
_MAX_TOKENS = 800


class ModelUnavailable(ZhengwenError):
    """A model is configured and cannot be used: the client is not installed, or a setting is missing."""


class ModelFailure(Exception):
    """The model gave no usable answer. The message says why in a few words, Chinese and English."""


class Message(TypedDict):
    """One message of the prompt."""

    role: str
    content: str


class Model(Protocol):
    """What writes answers. ``stream`` yields text as it comes and raises ModelFailure when that ends badly."""

    def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]: ...


class OpenAIModel:
    """A model behind an OpenAI-compatible server. One try: a reader waits, and the extractive answer is at hand."""

    def __init__(self, base_url: str, api_key: str, name: str, timeout: float, deadline: float) -> None:
        """``timeout``: seconds to wait for the next piece; ``deadline``: seconds for all of an answer."""
        if find_spec("openai") is None:  # Importing it takes half a second, which only a question to it need pay.
            raise ModelUnavailable(
                "已设置 ZHENGWEN_LLM_BASE_URL，但没有安装 openai：pip install 'zhengwen[llm]' / the client is not installed"
            )
        self._base_url, self._api_key, self._name = base_url, api_key, name
        self._timeout, self._deadline = timeout, deadline

    def _client(self) -> "AsyncOpenAI":
        from openai import AsyncOpenAI

        # Servers on the own machine ask for no key; the client insists on one.
        return AsyncOpenAI(
            base_url=self._base_url, api_key=self._api_key or "none", timeout=self._timeout, max_retries=0
        )

    async def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        """Text as it comes. Closing the iterator closes the connection, so that the model stops too."""
        import httpx2
        import openai

        pieces = self._pieces(messages)
        ends = asyncio.get_running_loop().time() + self._deadline
        try:
            while True:
                # Around each step, not around the yield: a limit must not strike while the reader takes a piece.
                async with asyncio.timeout_at(ends):
                    piece = await anext(pieces, None)
                if piece is None:
                    return
                yield piece
        except openai.RateLimitError:
            raise ModelFailure("模型繁忙 / the model is busy") from None
        except (TimeoutError, openai.APITimeoutError, httpx2.TimeoutException):
            raise ModelFailure("模型超时 / the model took too long") from None
        except openai.APIStatusError as error:
            raise ModelFailure(f"模型服务出错（{error.status_code}）/ the model's server failed") from None
        except (openai.OpenAIError, httpx2.HTTPError, OSError) as error:
            _LOG.info("model: %s", type(error).__name__)
            raise ModelFailure("模型连接中断 / the connection to the model broke off") from None
        except (
            ValueError,
            AttributeError,
            TypeError,
            LookupError,
        ) as error:  # Chunks of another shape than the protocol's.
            _LOG.info("model: %s", type(error).__name__)
            raise ModelFailure("模型的回复无法读取 / the model's reply cannot be read") from None
        finally:
            await pieces.aclose()

    async def _pieces(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        prompt: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": m["content"]}
            if m["role"] == "system"
            else {"role": "user", "content": m["content"]}
            for m in messages
        ]
        finish: str | None = None
        async with self._client() as client:
            received = await client.chat.completions.create(
                model=self._name, messages=prompt, stream=True, temperature=0, max_tokens=_MAX_TOKENS
            )
            async with received:
                async for chunk in received:
                    for choice in chunk.choices[:1]:
                        finish = choice.finish_reason or finish
                        if choice.delta.content:
                            yield str(choice.delta.content)
        if finish is None:
            raise ModelFailure("模型的回复中断 / the model's reply broke off")
        if finish not in ("stop", "length"):
            raise ModelFailure("模型没有作答 / the model did not answer")


def configured_model(settings: Settings) -> Model | None:
    """The model that the settings name, None without one. Raises ModelUnavailable."""
    if settings.llm_base_url is None:
        return None
    if not re.match(r"https?://[^\s/]", settings.llm_base_url):
        raise ModelUnavailable(
            f"ZHENGWEN_LLM_BASE_URL：{settings.llm_base_url[:80]} 不是网址，应如 http://127.0.0.1:11434/v1 / not an address"
        )
    if settings.llm_model is None:
        raise ModelUnavailable(
            "已设置 ZHENGWEN_LLM_BASE_URL，还需要 ZHENGWEN_LLM_MODEL（模型名称）/ the name of the model is missing"
        )
    return OpenAIModel(
        settings.llm_base_url, settings.llm_api_key.get_secret_value(), settings.llm_model, settings.llm_timeout,
        settings.llm_deadline,
    )  # fmt: skip
