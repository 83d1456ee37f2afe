import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning import clean
from indexer.document import Field
from indexer.loaders import load
from indexer.metadata import iso_date, letterhead, read_metadata
from tests.indexer.support import texts

REPLY = """清河市水利局

Ｂ

依申请公开

清水函（2024）007号

清河市水利局关于市十五届人大四次会议

第0123号建议办理情况的答复函

张小河、李大江等5名代表：

你们提出的《关于加快农村饮水工程建设的建议》收悉。所提建议切中要害，我局部分采纳。现答复如下：

一、去年完成改造12处。其中市六届人大三次会议第0999号建议另行答复。

此答复函已经我局王明副局长审签。

清河市水利局

二〇二四年十一月二十日

联系人：赵六

联系电话：023-12345678、13800000000
"""

# Fields whose value is not what stands in the text to the letter: dates, several names, widths and brackets.
NORMALISED = ("date", "published", "category", "document_number", "proposer", "organ", "co_organs", "issuer")


def values(text: str, title: str | None = None) -> dict[str, str]:
    return {name: field.value for name, field in read_metadata(text, title).items()}


def said(text: str, field: Field) -> str | None:
    return None if field.start is None else text[field.start : field.end]


def test_a_reply_field_by_field() -> None:
    text = clean(REPLY).text
    fields = read_metadata(text)
    assert {name: (field.value, said(text, field)) for name, field in fields.items()} == {
        "title": (
            "清河市水利局关于市十五届人大四次会议 第0123号建议办理情况的答复函",
            "清河市水利局关于市十五届人大四次会议\n\n第0123号建议办理情况的答复函",
        ),
        "issuer": ("清河市水利局", "清河市水利局"),
        "organ": ("清河市水利局", "清河市水利局"),
        "category": ("B", "Ｂ"),
        "disclosure": ("依申请公开", "依申请公开"),
        "document_number": ("清水函〔2024〕007号", "清水函（2024）007号"),
        "proposal_number": ("0123", "0123"),
        "proposal_kind": ("建议", "建议"),
        "proposal_title": ("关于加快农村饮水工程建设的建议", "关于加快农村饮水工程建设的建议"),
        "session": ("市十五届人大四次会议", "市十五届人大四次会议"),
        "proposer": ("张小河、李大江", "张小河、李大江"),
        "addressee": ("张小河、李大江等5名代表", "张小河、李大江等5名代表"),
        "adoption": ("部分采纳", "部分采纳"),
        "signer": ("王明", "王明"),
        "date": ("2024-11-20", "二〇二四年十一月二十日"),
        "contact": ("赵六", "赵六"),
        "phone": ("023-12345678、13800000000", "023-12345678、13800000000"),
        "kind": ("reply", None),
    }


def test_a_notice_says_nothing_of_proposals() -> None:
    text = "清河市水利局\n\n清水发〔2024〕5号\n\n关于做好防汛工作的通知\n\n各县水利局：\n\n现就防汛工作通知如下。\n\n2024年5月6日"
    assert values(text) == {
        "title": "关于做好防汛工作的通知", "issuer": "清河市水利局", "document_number": "清水发〔2024〕5号",
        "date": "2024-05-06", "kind": "notice",
    }  # fmt: skip


@given(texts(), st.one_of(st.none(), st.text(max_size=30)))
def test_spans_are_in_range_and_say_the_value(text: str, title: str | None) -> None:
    canonical = clean(text).text
    for name, field in read_metadata(canonical, title).items():
        assert field.value
        assert (field.start is None) == (field.end is None)
        if field.start is None or field.end is None:
            continue
        assert 0 <= field.start < field.end <= len(canonical)
        found = canonical[field.start : field.end]
        if name == "title":  # Lines that are other fields, line ends and the marks of Markdown are left out.
            characters = iter(found)
            assert all(c in characters for c in field.value if c != " ")
        elif name not in NORMALISED:
            assert field.value in found


@given(
    st.lists(
        st.sampled_from(
            [*REPLY.split("\n\n"), "", "# 标题", "各位代表：", "二〇二五年十十月三日", "第0001号建议（第0002号）收悉。"]
        ),
        max_size=12,
    )
)
def test_parts_of_a_reply_in_any_order_never_fail(parts: list[str]) -> None:
    text = clean("\n\n".join(parts)).text
    for name, field in read_metadata(text).items():
        if field.start is not None and name not in ("title", *NORMALISED):
            assert field.value == text[field.start : field.end]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2025年4月30日", "2025-04-30"),
        ("二〇二五年四月三十日", "2025-04-30"),
        ("二○二五年十二月三十一日", "2025-12-31"),
        ("印发于2025 年 1 月 2 日。", "2025-01-02"),
        ("2024年2月29日", "2024-02-29"),
        ("2025年2月29日", None),
        ("2025年13月1日", None),
        ("2025年4月31日", None),
        ("二〇二五年十十月一日", None),
        ("0000年1月1日", None),
        ("2025年4月", None),
        ("", None),
    ],
)
def test_dates(text: str, date: str | None) -> None:
    assert iso_date(text) == date


@pytest.mark.parametrize(
    ("sentence", "signer"),
    [
        ("此答复函已经我委曾大江主任审签。", "曾大江"),
        ("此复函已经曾大江主任审签。", "曾大江"),
        ("已经我委李明主任审签。", "李明"),
        ("已经我局李明副局长审签。", "李明"),
        ("经王五副主任审签。", "王五"),
        ("已经主任办公会审议。", None),
    ],
)
def test_signers(sentence: str, signer: str | None) -> None:
    assert values(f"关于饮水的报告\n\n情况如下。\n\n{sentence}").get("signer") == signer


@pytest.mark.parametrize(
    ("salutation", "proposer"),
    [
        ("罗大江代表：", "罗大江"),
        ("罗大江 、 王小河代表:", "罗大江、王小河"),
        ("罗大江等12名委员：", "罗大江"),
        ("阿依·买买提委员：", "阿依·买买提"),
        ("主任，副主任，各位委员：", None),
        ("各位代表：", None),
        ("清河市民盟委员会：", "清河市民盟委员会"),
        ("尊敬的张小河、李大江等3名委员：您好！", "张小河、李大江"),
        ("张小河委员、李大江委员：", "张小河、李大江"),
        ("张 河委员：", "张河"),
        ("民盟市委：", "民盟市委"),
        ("九三学社清河市委员会：", "九三学社清河市委员会"),
        ("农业界别：", "农业界别"),
        ("民建市委、张小河委员：", "民建市委、张小河"),
        ("市政协提案委员会：", None),
        ("市政府办公室：", None),
    ],
)
def test_proposers(salutation: str, proposer: str | None) -> None:
    text = f"关于第0123号提案的答复函\n\n{salutation}\n\n提案收悉。"
    found = values(text)
    assert found.get("proposer") == proposer
    assert found["proposal_kind"] == "提案"


@pytest.mark.parametrize(
    ("line", "disclosure"),
    [
        ("同意公开", "同意公开"),
        ("公开属性：主动公开", "主动公开"),
        ("不予公开", "不予公开"),
        ("信息公开工作年度报告", None),
    ],
)
def test_disclosure(line: str, disclosure: str | None) -> None:
    assert values(f"{line}\n\n关于饮水的报告\n\n情况如下。").get("disclosure") == disclosure


def test_labelled_fields() -> None:
    text = "索引号：123\n\n发文机关：清河市人民政府\n\n成文日期：2024年5月6日\n\n清河市饮水管理办法\n\n第一条 为了饮水安全，制定本办法。"
    found = values(text)
    assert (found["issuer"], found["date"], found["kind"]) == ("清河市人民政府", "2024-05-06", "measures")


def test_a_title_that_the_format_names() -> None:
    text = "# 饮水专版 #\n\n首段提到饮水专版三字。"
    assert read_metadata(text, "饮水专版")["title"] == Field("饮水专版", 2, 6)
    # In the middle of a sentence it is not the title: the headings above it would be lost.
    assert read_metadata("各县区：\n\n近日发出通知公告，要求落实。", "通知公告")["title"] == Field("通知公告")
    assert read_metadata("正文。", "别处的题目")["title"] == Field("别处的题目")
    assert values("关于饮水的报告\n\n正文。", "长" * 201)["title"] == "关于饮水的报告"


def test_a_text_without_a_title_has_none() -> None:
    assert "title" not in values("")
    assert "title" not in values("#")
    assert "title" not in values("2024年5月6日")
    assert values("只有一行字") == {"title": "只有一行字", "kind": "other"}


def test_letterhead() -> None:
    text = "甲\n\n乙\n\n丙：\n\n丁"
    head, start = letterhead(text)
    assert ([line.text for line in head], text[start:]) == (["甲", "乙"], "丙：\n\n丁")
    assert letterhead("") == ([], 0)
    assert letterhead("一行\n二行")[1] == 2


def test_one_very_long_line_is_read_in_time() -> None:
    for unit in ("经", "2025年", "〔2025〕", "代表", "第1号", "1" * 50, "提出的《"):
        assert "kind" in values("关于饮水的报告\n" + unit * (600_000 // len(unit)))


# Names and numbers of contact persons are personal: they are compared with what the letter says behind their label.
_PERSONAL = {"contact": re.compile("联系人：(.+)"), "phone": re.compile("联系电话：(.+)")}
_SEEDS = {
    "000": {
        "title": "重庆市国有资产监督管理委员会" + " 关于市六届人大三次会议第0457号建议 办理情况的答复函",
        "issuer": "重庆市国有资产监督管理委员会", "document_number": "渝国资函〔2025〕313号", "kind": "reply",
        "proposal_number": "0457", "proposal_kind": "建议", "session": "市六届人大三次会议",
        "proposal_title": "关于进一步深化区县国有企业高质量转型发展的建议", "proposer": "罗清泉", "addressee": "罗清泉代表",
        "organ": "重庆市国有资产监督管理委员会", "disclosure": "同意公开", "category": "A", "adoption": "完全采纳", "signer": "曾菁华",
    },
    "001": {
        "title": "重庆市国有资产监督管理委员会 关于市政协六届三次会议第0627号提案 答复的函",
        "issuer": "重庆市国有资产监督管理委员会", "document_number": "渝国资函〔2025〕292号", "kind": "reply",
        "proposal_number": "0627", "proposal_kind": "提案", "session": "市政协六届三次会议",
        "proposal_title": "关于加快国有资产盘活，扩大有效投资的建议", "proposer": "王彭果", "addressee": "王彭果委员",
        "organ": "重庆市国有资产监督管理委员会", "co_organs": "市发展改革委、市财政局",
        "disclosure": "同意公开", "category": "A", "signer": "曾菁华", "date": "2025-04-30",
    },
    "002": {"title": "大渡口区2023年度企业国有资产 （不含金融企业）管理情况专项报告", "kind": "report"},
    "003": {"title": "集中攻坚奋力突破 确保如期高质量完成改革目标", "kind": "news"},
    "004": {
        "title": "市委六届四次全会精神解读 向全国发出重庆改革好声音" + " 中共重庆市委举行新闻发布会解读市委六届四次全会精神",
        "kind": "news",
    },
}  # fmt: skip


@pytest.mark.parametrize("seed", _SEEDS)
def test_real_documents_field_by_field(seeds: Path, seed: str) -> None:
    text = clean(load(next(seeds.glob(f"{seed}_*.txt")), 10**6).text).text
    fields = read_metadata(text)
    found = {name: field.value for name, field in fields.items()}
    expected = dict(_SEEDS[seed])
    for name, label in _PERSONAL.items():
        said = label.search(text)
        if said:
            expected[name] = said[1]
    assert found == expected
    assert all(field.start is not None for name, field in fields.items() if name != "kind")


def reply(kind: str = "提案", head: str = "", opening: str = "", tail: str = "") -> dict[str, str]:
    return values(
        f"清河市水利局\n\n{head}\n\n关于市政协七届三次会议第0123号{kind}的答复函\n\n张小河委员：\n\n提案收悉。{opening}现答复如下：\n\n"
        f"一、改造水厂。已经完成。\n\n{tail}"
    )


@pytest.mark.parametrize("salutation", ["民盟市委：", "农业界别：", "清河市工商联："])
def test_bodies_submit_no_suggestions_of_deputies(salutation: str) -> None:
    assert "proposer" not in values(f"关于第0123号建议的答复函\n\n{salutation}\n\n建议收悉。")


@pytest.mark.parametrize(
    ("opening", "tail", "organ", "co_organs"),
    [
        ("", "主办单位：市水利局\n\n会办单位：市财政局、市发展改革委", "市水利局", "市财政局、市发展改革委"),
        ("", "协办单位：市财政局", "清河市水利局", "市财政局"),
        ("该提案由市国资委主办，市财政局、市发展改革委会办。", "", "市国资委", "市财政局、市发展改革委"),
        ("经与市发展改革委、市财政局等相关部门研究办理，", "", "清河市水利局", "市发展改革委、市财政局"),
        ("经会同市财政局共同研究，", "", "清河市水利局", "市财政局"),
        ("经与代表沟通，", "", "清河市水利局", None),
        ("经认真研究，", "", "清河市水利局", None),
    ],
)
def test_organs(opening: str, tail: str, organ: str, co_organs: str | None) -> None:
    found = reply(opening=opening, tail=tail)
    assert (found["organ"], found.get("co_organs")) == (organ, co_organs)


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("清水函〔2024〕7号", "清水函〔2024〕7号"),
        ("清水函 〔 2024 〕 第 7 号", "清水函〔2024〕7号"),
        ("（清水函[2024]7号）", "清水函〔2024〕7号"),
        ("清水函［2024］7号", "清水函〔2024〕7号"),
        ("清水函（2024）7号 签发人：王五", "清水函〔2024〕7号"),
        ("清水函【2024】7号", "清水函〔2024〕7号"),
        ("发文字号：清水函〔2024〕7号", "清水函〔2024〕7号"),
        ("清河市水利局清水函〔2024〕7号", "清水函〔2024〕7号"),
        ("转发清水函〔2024〕7号文件的通知", None),
        ("清水函〔24〕7号", None),
    ],
)
def test_document_numbers(line: str, number: str | None) -> None:
    assert values(f"{line}\n\n关于防汛的通知\n\n正文如下。").get("document_number") == number


@pytest.mark.parametrize(
    ("text", "issuer"),
    [
        ("清河市人民政府文件\n\n清政发〔2024〕1号\n\n关于防汛的通知\n\n正文。", "清河市人民政府"),
        ("清河市水利局\n清河市财政局\n\n关于防汛的通知\n\n正文。", "清河市水利局、清河市财政局"),
        ("清河市国资委\n\n关于防汛的通知\n\n正文。", "清河市国资委"),
        (
            "关于防汛的通知\n\n正文。\n\n清河市水利局\n\n清河市财政局\n\n二〇二四年五月六日",
            "清河市水利局、清河市财政局",
        ),
        ("关于防汛的通知\n\n正文。\n\n清河市水利局 清河市财政局\n\n2024年5月6日", "清河市水利局、清河市财政局"),
        ("关于防汛的通知\n\n正文。\n\n清河市水利局", None),
    ],
)
def test_issuers(text: str, issuer: str | None) -> None:
    found = values(text)
    assert (found.get("issuer"), found["title"], found["kind"]) == (issuer, "关于防汛的通知", "notice")


@pytest.mark.parametrize(
    ("tail", "date"),
    [
        ("二〇二四年\n五月六日", "2024-05-06"),
        ("2024年\n\n5月\n\n6日", "2024-05-06"),
        ("二0二四年五月六日", "2024-05-06"),
        ("（2024 年 5 月 6 日）", "2024-05-06"),
        ("2024年\n\n三月内完成", None),
    ],
)
def test_dates_below_the_text(tail: str, date: str | None) -> None:
    assert values(f"关于防汛的通知\n\n正文。\n\n{tail}").get("date") == date


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("发布日期：2024-05-06", "2024-05-06"),
        ("发布时间：2024年5月6日 09:30", "2024-05-06"),
        ("公开日期：2024/5/6", "2024-05-06"),
        ("来源：清河日报\n时间：2024-05-06", "2024-05-06"),
        ("时间：2024-05-06", None),
        ("清河日报 2024年5月6日 第3版", "2024-05-06"),
        ("发布日期：2024-13-06", None),
        ("清河日报社2024年5月6日举行座谈会", None),
    ],
)
def test_published(line: str, published: str | None) -> None:
    assert values(f"关于防汛的通知\n{line}\n\n正文如下。").get("published") == published


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("关于印发《清河市防汛办法》的通知", "notice"),
        ("清河市防汛管理办法（试行）", "measures"),
        ("关于加强防汛工作的意见", "opinions"),
        ("清河市防汛工作方案", "plan"),
        ("清河市防汛“十五五”规划", "plan"),
        ("清河市2024年政府工作报告", "report"),
        ("关于政府工作报告的决议", "other"),
        ("关于商请支持防汛的函", "other"),
        ("关于防汛提案的答复", "reply"),
    ],
)
def test_kinds(title: str, kind: str) -> None:
    assert values(f"{title}\n\n正文如下。")["kind"] == kind


@pytest.mark.parametrize(
    "session",
    ["市六届人大三次会议", "市第六届人民代表大会第三次会议", "市政协六届三次会议", "政协清河市第七届委员会第三次会议",
     "第十四届全国人民代表大会第三次会议", "政协第七届清河市委员会第三次会议", "市人大七届2次会议"],
)  # fmt: skip
def test_sessions(session: str) -> None:
    assert values(f"关于{session}第0123号提案的答复函\n\n张小河委员：\n\n提案收悉。")["session"] == session


@pytest.mark.parametrize(
    ("line", "category"),
    [("A", "A"), ("B类", "B"), ("（Ｃ类）", "C"), ("办理类别：D", "D"), ("甲类", "甲"), ("类别标识：A1", "A1"), ("甲", None), ("X", None)],
)  # fmt: skip
def test_categories(line: str, category: str | None) -> None:
    assert reply(head=line).get("category") == category


@pytest.mark.parametrize(
    ("opening", "adoption"),
    [
        ("我局予以采纳。", "予以采纳"),
        ("您的建议我们采纳。", "采纳"),
        ("我局将留作参考。", "留作参考"),
        ("我们作为今后工作参考。", "作为今后工作参考"),
        ("我们将认真研究采纳。", None),
    ],
)
def test_adoption(opening: str, adoption: str | None) -> None:
    assert reply(opening=opening).get("adoption") == adoption


def test_contacts_that_share_a_line() -> None:
    found = reply(tail="（联 系 人：赵六，联 系 电 话：023-12345678）")
    assert (found["contact"], found["phone"]) == ("赵六", "023-12345678")
    found = reply(tail="联系人及电话：赵六 12345678")
    assert (found["contact"], found["phone"]) == ("赵六", "12345678")


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("关于第20240123号提案的答复", "20240123"),
        ("关于提案第123号的答复", "123"),
        ("关于第0123号委员提案的答复", "0123"),
    ],
)
def test_proposal_numbers(title: str, number: str) -> None:
    assert values(f"{title}\n\n张小河委员：\n\n收悉。")["proposal_number"] == number
