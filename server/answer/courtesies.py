"""Courtesies: who asks and how politely is no part of the question, but for the place that the asker speaks of.

我是大足区的代表，想了解一下2023年区里国企的负债率是多少 asks for 大足区2023年国企的负债率.
"""

import re

_CLAUSE = re.compile(r"[^，,。；;！!～~\n]+[，,。；;！!～~\n]*")
_ASKS = re.compile(r"[多至]少|几|什么|啥|谁|哪|何|吗|呢|怎|咋|是否|是不是|有没有|有无|能不能|[？?]|率是|是指")
_GREETING = re.compile(
    r"^(?:(?:各位|尊敬的)?(?:领导|同志|老师|先生|女士|工作人员|朋友)?们?[，,]?(?:您|你|你们|大家)?好啊?|(?:早上|上午|中午|下午|晚上)好|"
    r"打扰(?:一下|您|你|了)*|不好意思|冒昧(?:问|打扰|请教)?(?:一下|了)?|(?:麻烦|拜托|劳驾|辛苦)(?:您|你|大家|各位)?(?:一下|了)*|请教(?:一下|各位)?|"
    r"(?:非常|十分|多|先|太)?(?:感谢|谢谢|谢)(?:您|你|大家|各位|了|啊|啦|答复|回复|解答)*|不胜感激|(?:方便的话)?(?:请|烦请|望|盼)?(?:告知|答复|回复|解答|复)|"
    r"(?:很)?急|在线等|方便的话)$"
)
_ROLE = r"代表|委员|居民|市民|村民|群众|干部|职工|员工|学生|教师|老师|记者|工作人员|公务员|企业主|老板|业主|退休|用户|读者|人"
_ASKER = re.compile(r"^(?:我们?|本人|俺|咱|作为)(?:本人|这边|这里|目前|现在)*(?:是|在|住在?|家住|来自|作为|叫|姓)?")
# 住在大足, said beside who asks.
_LIVES = re.compile(
    r"^(?:我们?|本人)?(?:现在?|目前)?(?:家住|住在|来自|在)(?P<name>[\u4e00-\u9fff]{2,4}?)(?P<kind>[市区县])?(?:上班|工作|居住|生活|这边)?$"
)
_PURPOSE = re.compile(
    r"^(?:我们?|本人)?(?:最近|正在|正|准备|打算|想要?|要|在){0,3}(?:写|起草|撰写|准备|做|搞)(?:一[份个件篇项])?[\u4e00-\u9fff]{0,4}"
    r"(?:建议|提案|议案|材料|报告|论文|作业|调研|课题)$|^对.{1,12}(?:不太?|不大|不是很|不怎么|没有?)(?:懂|了解|熟悉|清楚|概念|明白)$"
)
_WISH = re.compile(
    r"^(?:请问|(?:(?:我们?|本人)?(?:就是|主要|特别|很)?(?:想要?|希望|打算)(?:请|跟您|向您|向你们?|再)?|(?:能不能|能否|可不可以|可以|可否|麻烦|烦请|劳烦|请)(?:您|你们?|各位)?"
    r"(?:帮忙|帮我|帮|给我)*)(?:请问|请教|了解|知道|问问|询问|打听|咨询|核实|核对|查询|查查|查|问|告诉|搞清楚|弄清楚|弄明白)(?:我们?)?(?:一下|下|到|的是)*)[：:]?"
)
_NO_PLACE = re.compile(
    r"^[一某个这那本哪你贵两几市区县]|国企|企业|公司|学校|单位|机关|政协|人大|农村|社区|街道|基层|[本外当]地|银行|医院|工厂|园区|小区|高校|大学|国资|退休|普通"
)
_FROM_PLACE = re.compile(
    rf"(?:是|在|住|来自|于|作为)(?P<name>[\u4e00-\u9fff]{{2,4}}?)(?P<kind>[市区县])?(?:的|本地|这边|上班|工作|居住|生活|住|做|开|读|(?:人大|政协)?(?:{_ROLE}))"
)
# The asker's own district, county or city.
_OWN = re.compile(
    r"在?(?:(?:我们?|咱们?|俺们?|本)(?:这个?)?(?P<ours>[市区县])(?!场|级|民|委)|(?<![\u4e00-\u9fff][\u4e00-\u9fff]地)(?<![城社园辖小地山片])(?P<inside>[市区县])里(?:面|头)?)的?"
)
_NAMES_PLACE = re.compile(r"[\u4e00-\u9fff]{2}[省市区县](?!属|域|级|场)|全[国市省]|我国|全区县|区县")


def without_courtesies(text: str) -> str:
    """A question without who asks and what is said out of politeness, with the asker's place where it is asked about.

    A question that says nothing of the kind, or nothing else, is returned as it is.
    """
    clauses = [match.group() for match in _CLAUSE.finditer(text)]
    asker = [clause for clause in clauses if _of_asker(_bare(clause))]
    kept = [clause for clause in clauses if clause not in asker and not _empty(_bare(clause))]
    if not kept:
        return text
    said = "".join(_without_wish(clause) for clause in kept).rstrip("，,；; ")
    place = next((found for clause in asker if (found := _place_of(_bare(clause)))), None)
    said = _placed(said, place) if place else said
    return said if said and (asker or len(kept) < len(clauses) or said != text.rstrip("，,；; ")) else text


def _bare(clause: str) -> str:
    return clause.strip("，,。；;！!～~\n 　")


def _empty(clause: str) -> bool:
    return not _ASKS.search(clause) and (_GREETING.match(clause) is not None or _PURPOSE.match(clause) is not None)


def _of_asker(clause: str) -> bool:
    """我是一名退休教师, 本人在涪陵上班: who asks, and nothing that is asked."""
    if _LIVES.match(clause):
        return True
    if _ASKS.search(clause) or not _ASKER.match(clause) or re.search(r"\d|[“”《》〔〕]", clause):
        return False
    return (
        re.search(rf"(?:{_ROLE})$", clause) is not None
        or re.search(r"(?:上班|工作|居住|生活|住|读书|创业|做生意)$", clause) is not None
    )


def _without_wish(clause: str) -> str:
    """想了解一下, 能不能告诉我 and the like taken from the head of a clause that asks something."""
    left = _WISH.sub("", clause.lstrip(), count=1)
    return left if left != clause and _ASKS.search(left) and len(_bare(left)) > 3 else clause


def _place_of(clause: str) -> tuple[str, str] | None:
    """The asker's place and its kind, empty where it is not said: 大足 and 区."""
    match = _LIVES.match(clause) or _FROM_PLACE.search(clause)
    if match is None or _NO_PLACE.search(match["name"]):
        return None
    return match["name"], match["kind"] or ""


def _placed(text: str, place: tuple[str, str]) -> str:
    """The place put where the question says 区里 or 我们区, or at its head where it names none."""
    name, kind = place
    own = _OWN.search(text)
    if own:
        asked = own["ours"] or own["inside"]
        if kind and kind != asked:
            return text
        return f"{name}{asked}{text[: own.start()]}{text[own.end() :]}"
    return text if _NAMES_PLACE.search(text) or name in text else f"{name}{kind}{text}"
