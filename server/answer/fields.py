"""Questions about a document's own fields (文号, proposer, date, title) are answered from metadata, quoting where it was read."""

import re
from dataclasses import dataclass

from indexer.document import Document, Field
from server.search.query import Query

# What a question says that asks for a field; every field that fits is asked for, in this order.
_WORDINGS = {
    "document_number": (r"文号|发文字号|字号|document number",),
    "proposal_title": (
        r"(?:建议|提案)的?(?:标题|题目|名称|名字|题名|全称|叫什么)",
        r"提(?:出|交)?了?(?:什么|哪些|哪[个份条件])(?:建议|提案)|title of (?:the )?(?:proposal|suggestion)",
        r"(?:建议|提案)(?:里|中)?(?:主要|具体|都)?(?:说|讲|提|写|反映|关注)(?:到|了|的是)*些?(?:什么|啥)(?!时候|时间|地方)",
        r"(?:建议|提案)的?(?:主要)?(?:内容|主题|议题)是?(?:关于)?(?:什么|啥)|(?:建议|提案)是?关于(?:什么|啥)的?",
        r"what (?:is|was) the (?:proposal|suggestion) .{0,40}about",
        r"proposal'?s? title",
    ),
    "proposer": (
        r"(?:哪|那)[位名个些].{0,4}(?:代表|委员)(?!团)|谁(?:提|提出|提交|写)|(?:提出|提交|领衔)(?:者|人)|是谁.{0,3}提",
        r"提案人|由谁|领衔|who (?:proposed|submitted|raised|put)|(?:which|what) (?:committee member|member|deputy|delegate)",
    ),
    "addressee": (r"(?:写|发|答复|回复|复)(?:了|的是|给)*(?:谁|哪[位个名])|答复对象|主送|收件|addressed to",),
    "signer": (r"审签|签发|谁签|signed off|who signed",),
    "date": (
        r"(?:哪一?天|哪一?日|何时|什么时候|什么时间|日期|几月几[日号]).{0,8}(?:答复|作出|做出|印发|落款|发出|签发|成文|办理|回复)",
        r"(?:答复|复函|函|落款|成文|印发).{0,8}(?:日期|哪一?天|何时|什么时候|时间)",
        r"when (?:was|did) .{0,60}(?:repl|answer|issued|dated)|date of the (?:reply|letter)",
    ),
    "issuer": (
        r"哪个(?:单位|部门|机关|委员会|局).{0,8}(?:答复|办理|承办|回复|作出|出具|发)|谁(?:答复|承办|办理|回复)",
        r"(?:承办|答复|发文)(?:单位|机关|部门)|which (?:organ|office|department|agency) (?:replied|answered|issued)",
        r"who (?:replied|answered|issued)",
    ),
    "session": (r"哪次会议|哪一?届|第?几次会议|届次|which session",),
    "adoption": (r"是否采纳|采纳(?:情况|了吗|没有|与否|程度|到什么|得怎么样)|有没有采纳|被采纳|\badopted\b",),
    "disclosure": (
        r"是否.{0,2}公开|是不是.{0,2}公开|公开吗|公不公开"
        r"|公开(?:属性|方式|情况)|能不能公开|可以公开|可否公开|能否公开|能公开|disclos|(?:made|be) public",
    ),
    "category": (r"办理类别|类别|哪一?类|category",),
    "proposal_number": (r"(?:编号|第几号|(?<!月)几号|多少号)|proposal number",),
    "title": (r"标题|题目|title",),
}
_ASKED = {name: re.compile("|".join(wordings), re.IGNORECASE) for name, wordings in _WORDINGS.items()}
_NUMBERS = re.compile(
    r"[\u4e00-\u9fff]{2,12}[〔\[［(（]\d{4}[〕\]］)）]\d+号|第?[\d〇零一二三四五六七八九十百千]+号?(?:建议|提案)?"
)
_WORDS = re.compile(r"\w")

LABELS = {
    "document_number": ("发文字号", "Document number"), "proposal_title": ("建议（提案）标题", "Title of the proposal"),
    "proposer": ("提出人", "Proposed by"), "addressee": ("答复对象", "Addressed to"), "signer": ("审签", "Signed off by"),
    "date": ("日期", "Date"), "issuer": ("答复单位", "Issued by"), "session": ("会议届次", "Session"),
    "adoption": ("采纳情况", "Adoption"), "disclosure": ("公开属性", "Disclosure"), "category": ("办理类别", "Category"),
    "proposal_number": ("编号", "Proposal number"), "title": ("标题", "Title"),
}  # fmt: skip
# Fields that a letter states in a place of their own, or not at all.
STATED = ("date", "signer", "document_number", "session")


@dataclass(frozen=True, slots=True)
class FieldAnswer:
    """A field that was asked for and the place it was read from."""

    name: str
    field: Field
    document: Document


def asked_fields(query: Query) -> list[str]:
    """Names of the fields a question asks for, in the order of their table."""
    found = [name for name, pattern in _ASKED.items() if pattern.search(query.text)]
    if "proposal_title" in found and "title" in found:
        found.remove("title")
    return found


def introduces(query: Query) -> bool:
    """Whether the question is nothing but a number: the title says what bears it."""
    return not _WORDS.search(_NUMBERS.sub(" ", query.text))


def field_answers(query: Query, documents: list[Document]) -> list[FieldAnswer]:
    """The fields asked for, as far as the documents state them in their text."""
    names = ["title"] if introduces(query) else asked_fields(query)
    return [
        FieldAnswer(name, document.metadata[name], document)
        for document in documents
        for name in names
        if name in document.metadata and document.metadata[name].start is not None
    ]
