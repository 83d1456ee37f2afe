"""Questions about a document's own fields (文号, proposer, date, title) are answered from metadata, quoting where it was read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from indexer.document import Document, Field
from server.search.query import Query

# 哪份文件答复了第0627号提案: the letter is told by its 文号 and its title.
_WHICH_LETTER = (
    r"哪一?[份个件篇封](?:文件|函件?|公文|答复函?|复函).{0,4}(?:答复|回复|回应)|(?:答复|回复|复函)(?:函|件|文件)?是哪一?[份个件篇封]"
    r"|(?:which|what) (?:document|letter|file)s? (?:is |was |contains |gave )?(?:the )?(?:repl|answer|respon)"
)
_SHARED = r"(?:参与|参加|一起|一道|共同|联合|配合|会同|协同)"
_BODIES = r"(?:单位|部门|机关|委办局|方面)"
# Which bodies handled a proposal together; what else they did together is asked of the text.
_TOGETHER = (
    rf"(?:哪些|哪几个|哪个|什么){_BODIES}.{{0,4}}{_SHARED}(?!.{{0,4}}(?:印发|制定|出台|发布|开展|推进|组织|举办))"
    rf"|{_SHARED}.{{0,6}}(?:办理|研究|答复)的?(?:有|是)?(?:哪些|哪几个|什么){_BODIES}"
    r"|(?:bod(?:y|ies)|organs?|departments?|agenc(?:y|ies)|authorit(?:y|ies)|\bwho) .{0,20}"
    r"(?:took part in|take part in|taking part in|involved in|participated in)"
)
# What a question says that asks for a field; every field that fits is asked for, in this order.
_WORDINGS = {
    "document_number": (r"文号|发文字号|字号|document number", _WHICH_LETTER),
    "proposal_title": (
        r"(?:建议|提案)的?(?:标题|题目|名称|名字|题名|全称|叫什么)",
        r"提(?:出|交)?了?(?:什么|哪些|哪[个份条件]|哪一[个份条件])(?:人大|政协)?(?:建议|提案)(?!人)",
        r"(?:建议|提案)(?:里|中)?(?:主要|具体|都)?(?:说|讲|提|写|反映|关注)(?:到|了|的是)*些?(?:什么|啥)(?!时候|时间|地方)",
        r"(?:建议|提案)的?(?:主要)?(?:内容|主题|议题)是?(?:关于)?(?:什么|啥)|(?:建议|提案)是?关于(?:什么|啥)的?",
        r"title of (?:the )?(?:proposal|suggestion)|which (?:proposal|suggestion)s? (?:did|has|was|were)",
        r"what (?:is|was) (?:the )?(?:proposal|suggestion) .{0,40}about",
        r"proposal'?s? title|what (?:did|does|has) .{2,40} (?:propose|suggest|submit)",
    ),
    "proposer": (
        r"(?:哪|那)[位名个些].{0,4}(?:代表|委员)(?!团)|谁(?:提|提出|提交|写)|(?:提出|提交|领衔)(?:者|人)|是谁.{0,3}提",
        r"提案人|由谁(?!.{0,4}(?:答复|承办|办理|回复|回的|签|审|负责|主办|牵头|发))|领衔",
        r"who (?:proposed|submitted|raised|put|made|moved|tabled|sponsored)|by whom was .{0,40}(?:proposed|submitted|made)",
        r"(?:which|what) (?:committee member|member|deputy|delegate)",
    ),
    "addressee": (
        r"(?:写|发|答复|回复|复)(?:了|的是|给)*(?:谁|哪[位个名])|答复对象|主送|收件"
        r"|addressed to|to whom|(?:is|was) the (?:reply|letter).{0,40} addressed",
    ),
    "signer": (
        r"审签|(?:由?谁)?签发|谁.{0,3}签(?!订|约)[的了发署字]?|签(?:署|字)(?:人|的?是谁|领导)",
        r"signed off|who signed|signatory|by whom .{0,40}signed|signed by whom",
    ),
    "date": (
        r"(?:哪一?天|哪一?日|何时|什么时候|什么时间|日期|几月几[日号]).{0,8}(?:答复|作出|做出|印发|落款|发出|签发|成文|办理|回复)",
        r"(?:答复|复函|函|落款|成文|印发).{0,8}(?:日期|哪一?天|何时|什么时候|时间)",
        r"(?:哪一?天|哪一?日|何时|什么时候|什么时间|几月几[日号]).{0,4}(?:回的|给的|复的)",
        r"when (?:was|were|did) .{0,60}(?:repl|answer|issued|dated|signed)|date of the (?:reply|letter)",
        r"(?:what|which) (?:date|day).{0,40}(?:repl|answer|issued|dated)",
    ),
    "issuer": (
        r"哪[个家](?:单位|部门|机关|委员会|局).{0,8}(?:答复|办理|承办|回复|作出|出具|发)|谁(?:答复|承办|办理|回复)",
        r"由谁.{0,2}(?:答复|承办|办理|回复|负责)|(?:承办|答复|发文|主办|办理)(?:单位|机关|部门)",
        r"(?:which|what) (?:organ|office|department|agency|body|bodies|bureau|commission|authority) (?:replied|answered|issued|handled)",
        r"who (?:replied|answered|issued|handled|wrote the reply)|who (?:was|is) (?:it|the (?:proposal|suggestion).{0,40}) answered by",
        _TOGETHER,
    ),
    "co_organs": (
        r"会办|协办|分办",
        rf"(?:[和与跟]|会同|联合)(?:了)?(?:哪些|哪几个|哪个|什么|谁).{{0,2}}{_BODIES}?.{{0,6}}(?:研究|办理|商量|答复|会商)",
        r"(?:bod(?:y|ies)|organs?|departments?|agenc(?:y|ies)|who) .{0,40}(?:consulted|jointly|together with|co-?(?:handl|organi))",
        _TOGETHER,
    ),
    "session": (
        r"哪一?次(?:大会|会议?)|哪个会议|哪一?届|第?几次会议|届次",
        r"(?:which|what)(?: \w+)? (?:session|meeting)|(?<!plenary )session (?:of|was|is|did)\b",
    ),
    "adoption": (
        r"是否采纳|(?:有没有|是否|得到).{0,2}采纳|采纳(?:情况|了吗|了没|没有|与否|程度|到什么|得怎么样)|被采纳|"
        r"(?:完全|全部|全|部分|不)采纳|\badopted\b",
    ),
    "disclosure": (
        r"是否.{0,2}公开|是不是.{0,2}公开|公开的?吗|公不公开|公开(?:属性|方式|情况|了没有?|了吗|没有|过吗|与否|不公开)",
        r"能不能公开|可以公开|可否公开|能否公开|能公开|(?:对外|向社会)公[开布]|disclos|(?:made|be|open to the) public",
        r"(?:is|are|was|were) .{0,60}(?:public|published|confidential)(?=\s*(?:[?.,!]|$|or\b|yet\b|now\b|on\b))",
    ),
    "category": (r"办理类别|类别|哪一?类|category",),
    "proposal_number": (
        r"(?:编号|第几号|(?<!月)几号|(?<!文号是)多少号|哪一?号(?![文函线楼]))|(?:proposal|suggestion) number",
        r"(?:which|what) number (?:is|was|did|does)|what (?:is|was) the number of (?:the |this |that )?(?:proposal|suggestion)\b",
    ),
    "proposal_kind": (
        r"建议还是(?:政协)?提案|提案还是(?:人大)?建议|suggestion or (?:a )?proposal|proposal or (?:a )?suggestion",
    ),
    "contact": (
        r"联系人|(?:找|跟|和|与|向)(?:谁|哪[位个])(?:联系|联络|咨询|了解|询问)|联系(?:谁|哪位)|经办人|联系方式|怎么联系|如何联系",
        r"contact(?! number| phone)",
    ),
    "phone": (
        r"(?:联系|咨询|办公)电话(?:号码)?|电话(?:号码)?(?:是|多少|[？?]|$)|联系方式|怎么联系|如何联系",
        r"(?:tele)?phone|contact (?:number|details)",
    ),
    "title": (r"标题|题目|title", _WHICH_LETTER),
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
    "co_organs": ("会办单位", "Handled together with"), "proposal_kind": ("类型", "Kind"), "contact": ("联系人", "Contact"),
    "phone": ("联系电话", "Telephone"),
}  # fmt: skip
# Fields that a letter states in a place of their own, or not at all.
STATED = ("date", "signer", "document_number", "session", "contact", "phone")

# What proposals and the replies to them have, and no other document.
OF_PROPOSALS = frozenset({"proposer", "adoption", "proposal_number", "session", "disclosure", "category", "co_organs"})
# What other letters have too.
OF_LETTERS = frozenset({"document_number", "signer", "date", "issuer", "contact", "phone", "addressee"})
_OF_A_PROPOSAL = ("proposal_number", "proposal_title")

# A person and nothing else: what they proposed.
_PERSON_ALONE = re.compile(
    r"[\u4e00-\u9fff·]{2,8}(?:代表|委员)(?:的(?:建议|提案))?[？?。]?|(?:人大代表|政协委员)[\u4e00-\u9fff·]{2,4}"
)

NamedBy = Literal["number", "person", "subject"]


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


def without_asking(query: Query, text: str) -> str:
    """A text, such as the question itself normalised, without the words that ask for fields."""
    for name in asked_fields(query):
        text = _ASKED[name].sub(" ", text)
    return text


def introduces(query: Query) -> bool:
    """Whether the question is nothing but a number: the title says what bears it."""
    return not _WORDS.search(_NUMBERS.sub(" ", query.text))


def field_answers(query: Query, documents: Sequence[Document], by: NamedBy = "number") -> list[FieldAnswer]:
    """The fields asked for, as far as the documents state them in their text. ``by``: how the question names the documents;
    of a person's proposals number and title go together."""
    names = ["title"] if introduces(query) else asked_fields(query)
    if by == "person":
        names = ["proposal_title"] if _PERSON_ALONE.fullmatch(query.text.strip()) else names
        further = (
            [] if set(_OF_A_PROPOSAL).isdisjoint(names) else [name for name in _OF_A_PROPOSAL if name not in names]
        )
        names = [*names, *further]
    return [
        FieldAnswer(name, document.metadata[name], document)
        for document in documents
        for name in names
        if name in document.metadata and document.metadata[name].start is not None
    ]
