"""What a letter says of the proposal it answers."""

import pytest

from tests.indexer.letters import reply, values


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


@pytest.mark.parametrize(
    ("said", "session"),
    [
        ("关于清河市六届人大三次会议", "清河市六届人大三次会议"),
        ("关于办理市六届人大三次会议", "市六届人大三次会议"),
        ("清河局对清河县第十八届人民代表大会第四次会议", "清河县第十八届人民代表大会第四次会议"),
        ("关于十四届全国人大二次会议", "十四届全国人大二次会议"),
        ("关于政协十四届全国委员会第二次会议", "政协十四届全国委员会第二次会议"),
        ("关于区人大十九届四次会议", "区人大十九届四次会议"),
    ],
)
def test_sessions_with_their_place(said: str, session: str) -> None:
    assert values(f"{said}第0123号提案的答复函\n\n张小河委员：\n\n提案收悉。")["session"] == session


@pytest.mark.parametrize(
    ("line", "category", "disclosure"),
    [
        ("类别：B类 公开属性：主动公开", "B", "主动公开"),
        ("A类 同意公开", "A", "同意公开"),
        ("（A类，依申请公开）", "A", "依申请公开"),
        ("办理结果：C", "C", None),
        ("【B】", "B", None),
        ("是否公开：是", None, "公开"),
        ("是否同意公开：不同意", None, "不公开"),
        ("（此件公开发布）", None, "公开"),
        ("A类企业12家", None, None),
        ("政府信息 公开", None, None),
        ("市水利局 A类", None, None),
    ],
)
def test_what_stands_on_one_line(line: str, category: str | None, disclosure: str | None) -> None:
    found = reply(head=line)
    assert (found.get("category"), found.get("disclosure")) == (category, disclosure)


@pytest.mark.parametrize(
    ("salutation", "opening", "number", "kind"),
    [
        ("张小河代表：", "您提出的《关于饮水》（第0077号）收悉。", "0077", "建议"),
        ("张小河委员：", "您提出的《关于饮水》（第77号）已收到。", "77", "提案"),
        ("张小河委员：", "《关于饮水》（第77号）由市里印发。", None, None),
        ("市水利局：", "《关于饮水》（第77号）收悉。", None, None),
    ],
)
def test_a_number_whose_kind_the_address_says(
    salutation: str, opening: str, number: str | None, kind: str | None
) -> None:
    found = values(f"关于饮水问题的答复\n\n{salutation}\n\n{opening}")
    assert (found.get("proposal_number"), found.get("proposal_kind")) == (number, kind)
