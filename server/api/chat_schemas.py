"""The OpenAI wire format of chat completions, as far as it has a meaning here. Other fields of a request are passed over."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from server.api.schemas import FiltersIn, Text, turn_of
from server.questions import BadQuestion
from server.search.followup import Turn

MODEL = "zhengwen"
# Turns that are looked at; a client sends the whole conversation each time.
_MAX_TURNS = 20


class _Open(BaseModel):
    model_config = ConfigDict(extra="ignore")


class ContentPart(_Open):
    """A part of a message; only text has a meaning here."""

    type: str
    text: Text | None = None


class ChatMessage(_Open):
    """A message. Those of the roles system, developer and tool are passed over: nothing instructs these answers."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | list[ContentPart] | None = None

    def text(self) -> str:
        """What the message says. Raises BadQuestion when it holds something else than text."""
        if isinstance(self.content, list):
            if any(part.type != "text" for part in self.content):
                raise BadQuestion("messages：只能是文字 / only text is understood")
            return "".join(part.text or "" for part in self.content)
        return self.content or ""


class StreamOptions(_Open):
    include_usage: bool = False


class ChatRequest(_Open):
    """A request. ``filters`` and ``top_k`` are those of /api/ask."""

    model: Text = MODEL
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=1_000)]
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=1)] | None = None
    filters: FiltersIn | None = None
    top_k: Annotated[int, Field(ge=1, le=100)] = 8

    def question(self) -> str:
        """The last message, which has to be the user's. Raises BadQuestion."""
        if self.messages[-1].role != "user":
            raise BadQuestion("messages：最后一条应为用户的问题 / the last message must be the user's question")
        return self.messages[-1].text()

    def history(self) -> list[Turn]:
        """The turns before it, oldest first."""
        return [
            turn_of("user" if message.role == "user" else "assistant", message.text())
            for message in self.messages[:-1][-_MAX_TURNS:]
            if message.role in ("user", "assistant")
        ]


def model_object() -> dict[str, Any]:
    """The one model that is listed."""
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": "zhengwen"}
