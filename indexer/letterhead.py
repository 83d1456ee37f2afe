"""What stands above the text of an official document: letterhead, header table of a site, title."""

import re
from collections.abc import Iterable, Iterator

from indexer.lines import Line, lines_of
from indexer.outline import TOP_LEVEL

# A line of the header table of a government site, a line of publication or of contact: no part of a title.
LABEL_LINE = re.compile(
    r"^[（(]?(?:索\s*引\s*号|发文字号|发文文号|文\s*号|发布机构|发文机[关构]|制发机关|发[文布]单位|成文(?:日期|时间)|生成日期|印发日期|发文日期"
    r"|发文时间|发布(?:日期|时间)|公开(?:日期|时间|属性|方式|类别|形式|选项|范围|程度)|公布(?:日期|时间)|有\s*效\s*性|文件状态|时\s*效\s*性|效力状态|是否有效"
    r"|是否(?:同意)?公开|主题(?:分类|词)|体裁分类|公文种类|信息分类|标\s*题|名\s*称|文件名称|信息名称|关\s*键\s*[词字]|(?:文章|信息|稿件)?来\s*源|时\s*间"
    r"|日\s*期|作\s*者|责任编辑|编\s*辑|浏览次数|阅读次数|字\s*号|[实施]行日期|实施日期|生效日期|失效日期|废止日期|统一登记号|统一编号|分\s*类"
    r"|联\s*系\s*人|联\s*系\s*(?:电\s*话|方\s*式)|签\s*发\s*人|(?:主\s*办|承\s*办|会\s*办|协\s*办|分\s*办)\s*(?:单位|部门)|提案[人者]|提出人|领衔(?:代表|人)"
    r"|采纳情况|(?:办理|答复|办复|回复|建议|提案){0,3}(?:类\s*别|类型|编号|案号)|办理结果|密\s*级|紧急程度|记\s*者|通讯员|地\s*点|主持人|发布人|发言人|主讲人|嘉\s*宾|摄\s*影|审\s*核|监\s*制)\s*(?:标[记识志])?\s*[：:]"
)
# One line may hold several: 文号：清水函〔2024〕7号 成文日期：2024年5月6日.
_NEXT_LABEL = re.compile(r"(?<![\s　，,；;|])[\s　，,；;|]++(?=[\u4e00-\u9fff](?:\s?[\u4e00-\u9fff]){1,7}\s?[：:])")
# Where the reader is on a site and what he can do there; > stands between the names of its sections.
SITE_LINE = re.compile(
    r"首页|(?:您的?|你的?)?(?:当前|现在|所在)?(?:的)?位置\s*[：:]?|分享(?:到)?\s*[：:]?|[>＞»]|[【\[（(]?\s*(?:字体|字号)\s*[：:]?|[大中小]|打印|关闭"
)
_GREETING = re.compile(
    r"[：:][您你]们?好[！!]?$|^(?:各位|同志们|尊敬的|女士们|朋友们)[\u4e00-\u9fff，、]{0,30}[：:！!，,]?$"
)
_CONTENTS = re.compile(r"目\s*[录次]$")
_GOES_ON = re.compile(r"[。，、；：！？）]")
# Lines of a letterhead that are no labels, and characters of a title.
_LETTERHEAD_LINES = 16
MAX_TITLE = 90


def segments(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, cut before each further label: every ``标签：值`` comes by itself."""
    for line in lines:
        start = 0
        for gap in _NEXT_LABEL.finditer(line.text):
            before = line.text[start : gap.start()]
            if not re.search(r"[：:]", before) and len(before.split()[-1] if before.strip() else "") < 2:
                continue  # 有 效 性：
            yield Line(before, line.start + start)
            start = gap.end()
        yield Line(line.text[start:], line.start + start)


def _is_body(line: Line) -> bool:
    if LABEL_LINE.match(line.text) or SITE_LINE.fullmatch(line.text):
        return False
    return (
        "。" in line.text
        or line.text.endswith(("：", ":"))
        or len(line.text) > MAX_TITLE
        or bool(_GREETING.search(line.text) or _CONTENTS.fullmatch(line.text))
    )


def letterhead(text: str) -> tuple[list[Line], int]:
    """The lines above the addressee, the first heading or paragraph, and the offset at which the body starts."""
    head: list[Line] = []
    own = 0
    for line in lines_of(text):
        opens = own > 0 and TOP_LEVEL.match(line.text)
        if opens or _is_body(line) or own == _LETTERHEAD_LINES or len(head) == 3 * _LETTERHEAD_LINES:
            # A sentence that lost its line ends may begin above: its first words are no title.
            begin = line.start
            while head and _GOES_ON.match(line.text) and text[head[-1].end : begin] == "\n":
                begin = head.pop().start
            return head, begin
        own += not (LABEL_LINE.match(line.text) or SITE_LINE.fullmatch(line.text))
        head.append(line)
    return head, head[0].end if head else 0
