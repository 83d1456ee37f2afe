"""The MCP server: search, read, ask and replies as tools, over stdio, for assistants that speak the Model Context Protocol."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from indexer.errors import ZhengwenError
from server.answer.answer import Answer, Delta
from server.api.reply_schemas import ReplyList
from server.api.schemas import AnswerOut, DocumentOut, SearchOut
from server.assistant import Assistant
from server.questions import BadQuestion, checked
from server.replies import checked_reply_filters
from server.search.disclosure import Role
from server.search.filters import checked_filters

if TYPE_CHECKING:
    from mcp.server import MCPServer

# Characters that ``read`` returns at once.
_MAX_READ = 20_000

_INSTRUCTIONS = (
    "政问：政策文件与建议提案答复函的检索与问答。ask 给出带逐字引文的回答；没有依据时 answered 为 false，不要自行补充。"
    "引文的 start、end 按 Unicode 码点计，可用 read 核对。"
    "Cited answers from Chinese policy documents. Quote citations as they are; when answered is false there is no answer."
)
Text = Annotated[str, Field(description="问题或检索词 / a question or what to look for")]
TopK = Annotated[int, Field(ge=1, le=100, description="最多几个段落 / at most so many passages")]
Id = Annotated[str, Field(description="文件编号 document_id")]
Start = Annotated[int, Field(ge=0, description="从第几个字开始 / first character")]
End = Annotated[int | None, Field(ge=0, description="到第几个字为止，不含 / where to stop")]


def mcp_server(assistant: Assistant, max_question: int, role: Role) -> "MCPServer":
    """The server over one assistant, for a reader with this role. Errors a caller can act on are tool errors of one line."""
    from mcp.server import MCPServer
    from mcp.server.mcpserver import Context
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.types import ToolAnnotations

    server = MCPServer("zhengwen", title="政问 Zhengwen", instructions=_INSTRUCTIONS, log_level="WARNING")
    read_only = ToolAnnotations(read_only_hint=True, open_world_hint=False)

    @server.tool(annotations=read_only)
    def search(
        query: Text, top_k: TopK = 8, kind: str | None = None, year: str | None = None, issuer: str | None = None,
        number: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """检索段落 / Find passages: verbatim text with document, section and [start, end) span, best first."""
        try:
            assistant.refresh()
            filters = checked_filters(kind, year, issuer, number)
            found = assistant.search(checked(query, max_question), top_k, "hybrid", filters, role)
        except (ZhengwenError, BadQuestion) as error:
            raise ToolError(str(error)) from None
        return SearchOut.of(found).model_dump()

    @server.tool(annotations=read_only)
    def read(document_id: Id, start: Start = 0, end: End = None) -> dict[str, Any]:
        """读原文 / Read a document: its fields, outline and text[start:end], at most 20,000 characters at once."""
        try:
            assistant.refresh()
            document = assistant.document(document_id, role)
            facts = DocumentOut.of(document, assistant.versions(document_id, role)).model_dump()
        except ZhengwenError as error:
            raise ToolError(str(error)) from None
        stop = min(len(document.text) if end is None else end, len(document.text), start + _MAX_READ)
        return {"document": facts, "start": start, "end": max(start, stop), "text": document.text[start:stop]}

    async def ask(
        question: Text, context: Context, top_k: TopK = 8, kind: str | None = None, year: str | None = None,
        issuer: str | None = None, number: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """回答问题 / Answer a question with verbatim citations, or refuse. The text arrives as progress messages too."""
        try:
            assistant.refresh()
            filters = checked_filters(kind, year, issuer, number)
            pieces = 0
            async for event in assistant.events(checked(question, max_question), top_k, filters, role):
                if isinstance(event, Delta):
                    pieces += 1
                    await context.report_progress(pieces, message=event.text)
                elif isinstance(event, Answer):
                    return AnswerOut.of(event).model_dump()
        except (ZhengwenError, BadQuestion) as error:
            raise ToolError(str(error)) from None
        raise RuntimeError("no answer among the events")

    ask.__annotations__["context"] = Context  # Looked up by the SDK, which is imported in here alone.
    server.tool(annotations=read_only)(ask)

    @server.tool(annotations=read_only)
    def replies(
        number: str | None = None, kind: str | None = None, session: str | None = None, proposer: str | None = None,
        year: str | None = None, query: str | None = None, organ: str | None = None, category: str | None = None,
        adoption: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """查建议提案的答复 / Replies to proposals: fields, what is done and what is promised, each with its span."""
        try:
            assistant.refresh()
            text = checked(query, max_question) if query is not None else None
            filters = checked_reply_filters(number, kind, session, proposer, year, text, organ, category, adoption)
            found = assistant.replies(filters, role)
        except (ZhengwenError, BadQuestion) as error:
            raise ToolError(str(error)) from None
        return ReplyList.of(found).model_dump()

    return server
