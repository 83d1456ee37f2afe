"""What is known of a reply, asked by number, by person and by subject, with neighbours that have no answer."""

import pytest

from indexer.encoders import Encoder
from server.assistant import Assistant
from tests.server.known_replies import REPLIES
from tests.server.support import built


@pytest.fixture(scope="module")
def replies(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Assistant:
    return built(tmp_path_factory.mktemp("known"), encoder, {f"{name}.txt": text for name, text in REPLIES.items()})


def lines(assistant: Assistant, question: str) -> list[str]:
    """The lines of an answer whose every quote is checked; without the marks of citations."""
    answer = assistant.ask(question)
    assert answer.answered, answer.answer
    assert len(answer.answer) <= 400
    for citation in answer.citations:
        text = assistant.generation.document_by_id(citation.document_id).text
        assert text[citation.start : citation.end] == citation.quote
        assert f"[{citation.n}]" in answer.answer
    return [line.rsplit(" [", 1)[0] for line in answer.answer.split("\n")]


WATER_TITLE = "清河市水务局 关于市六届人大三次会议第0103号建议办理情况的答复函"
WATER = "《关于推进农村饮水安全的建议》（第0103号建议）："
ASSETS = "《关于加快国有资产盘活的建议》（第0201号提案）："
PARKING = "《关于增设公共停车位的建议》（第0104号建议）："


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        # By number, whatever stands before it.
        ("能不能帮我看看清财函〔2025〕21号里答复的提案题目是什么", ["建议（提案）标题：关于加快国有资产盘活的建议"]),
        ("同事发来清水函〔2025〕13号，是答复谁的", ["答复对象：王明华代表"]),
        ("市水务局清水函〔2025〕13号谁签发的", ["审签：赵小川"]),
        ("〔2025〕13号文是谁签发的", ["审签：赵小川"]),
        ("哪份文件答复了第0103号建议", ["发文字号：清水函〔2025〕13号", f"标题：{WATER_TITLE}"]),
        ("第0103号建议的答复公开了没有", ["公开属性：主动公开"]),
        ("第0103号建议有哪些单位参与办理", ["答复单位：清河市水务局", "会办单位：市农业农村局、市财政局"]),
        ("第0103号建议的会办单位", ["会办单位：市农业农村局、市财政局"]),
        ("第0103号建议联系人是谁，联系电话多少", ["联系人：丁一", "联系电话：0123-5550100"]),
        ("第0103号建议是在哪次会上提的", ["会议届次：市六届人大三次会议"]),
        ("第0202号提案是建议还是提案", ["类型：提案"]),
        ("0202提案的提出者", ["提出人：李雷、韩梅"]),
        ("第0201号提案的答复由谁签署", ["审签：赵小川"]),
        ("Which document replied to proposal 0103?", ["Document number: 清水函〔2025〕13号", f"Title: {WATER_TITLE}"]),
        ("Is the reply to proposal 0201 public?", ["Disclosure: 依申请公开"]),
        ("Who is the contact for proposal 0103?", ["Contact: 丁一"]),
        ("Which bodies took part in handling proposal 0103?", ["Issued by: 清河市水务局", "Handled together with: 市农业农村局、市财政局"]),
        ("Who signed off the reply to proposal 0103?", ["Signed off by: 赵小川"]),
        ("Which session was proposal 0103 submitted at?", ["Session: 市六届人大三次会议"]),
        # By person.
        ("政协委员江小禾提的是哪一号提案？", ["编号：0201", "建议（提案）标题：关于加快国有资产盘活的建议"]),
        ("王明华代表提了什么建议", ["建议（提案）标题：关于推进农村饮水安全的建议", "编号：0103"]),
        ("江小禾委员", ["建议（提案）标题：关于加快国有资产盘活的建议", "编号：0201"]),
        ("韩梅委员的提案是谁答复的", ["答复单位：清河市教育委员会"]),
        ("王明代表的建议是谁答复的", [
            "《关于规范电动自行车停放充电的建议》（第0102号建议）：", "答复单位：清河市公安局",
            "《关于加强老旧小区供水管网改造的建议》（第0101号建议）：", "答复单位：清河市水务局",
        ]),
        ("人大代表王明提的电动自行车的建议是第几号", ["编号：0102", "建议（提案）标题：关于规范电动自行车停放充电的建议"]),
        ("王明华代表提的第0103号建议文号是什么", ["发文字号：清水函〔2025〕13号"]),
        # By subject: the reply that is meant is named.
        ("那个盘活国有资产的提案是谁提的？", [ASSETS, "提出人：江小禾"]),
        ("盘活国有资产的提案是哪天答复的，文号多少", [ASSETS, "发文字号：清财函〔2025〕21号", "日期：2025年5月21日（2025-05-21）"]),
        ("国资盘活的提案公开了吗", [ASSETS, "公开属性：依申请公开"]),
        ("哪位代表提了农村饮水的建议", [WATER, "提出人：王明华"]),
        ("关于增设停车位的建议是哪个部门答复的", [PARKING, "答复单位：清河市城市管理局"]),
        ("修缮古城墙的建议是哪次会议提的", [
            "《清河市文化局 关于市六届人大二次会议第0101号建议办理情况的答复函》（第0101号建议）：", "会议届次：市六届人大二次会议"
        ]),
        ("农村饮水安全的建议是怎么办理的", [
            WATER, "已办：今年已新建供水站13座，铺设管网35公里。", "下一步：我们将于明年6月底前完成护岸加固。"
        ]),
        ("Who proposed the suggestion on rural drinking water safety?", ["《关于推进农村饮水安全的建议》 (No. 0103):", "Proposed by: 王明华"]),
    ],
)  # fmt: skip
def test_what_is_known(replies: Assistant, question: str, expected: list[str]) -> None:
    assert lines(replies, question) == expected


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("能不能帮我看看清财函〔2025〕22号里答复的提案题目是什么", "文号为清财函〔2025〕22号的文件"),
        ("麻烦看看水函〔2025〕13号是谁签发的", "文号为水函〔2025〕13号的文件"),
        ("帮我查一下清水函〔2024〕13号是谁签发的", "文号为清水函〔2024〕13号的文件"),
        ("〔2025〕99号文是谁签发的", "文号为〔2025〕99号的文件"),
        ("第0999号建议联系人是谁", "第0999号建议的答复"),
        ("Is the reply to proposal 0999 public?", "0999"),
        ("王明明代表提了什么建议", "王明明代表的建议的答复"),
        ("周小舟代表提了什么建议", "周小舟代表的建议的答复"),
        ("江小禾代表提了什么建议", "江小禾代表的建议的答复"),
        ("何小满的提案是第几号", "“何小满”的建议或提案的答复"),
        ("王明代表提的第0103号建议文号是什么", "编号相符的王明代表的建议的答复"),
        ("王明华代表关于养老的建议是第几号", "与此相符的建议或提案的答复"),
        ("关于地铁建设的建议是谁提的", "与此相符的建议或提案的答复"),
        ("Who proposed the suggestion on elderly care?", "No reply to such a proposal"),
        ("增设公共停车位的建议联系人是谁", "没有写明“联系人”"),
        ("盘活闲置校舍的提案采纳了吗", "没有写明“采纳情况”"),
        ("孙大河代表的建议联系电话是多少", "没有写明“联系电话”"),
    ],
)
def test_what_is_not_known_is_refused_by_name(replies: Assistant, question: str, named: str) -> None:
    answer = replies.ask(question)
    assert not answer.answered, answer.answer
    assert named in answer.answer


@pytest.mark.parametrize(
    "question",
    ["电动自行车充电的提案是谁提的", "2024年农村饮水安全的建议是谁提的", "农村饮水安全的提案是第几号"],
)
def test_another_kind_or_year_is_not_answered(replies: Assistant, question: str) -> None:
    assert not replies.ask(question).answered


@pytest.mark.parametrize(
    ("question", "says"), [("全市改造老旧小区多少个", "56个"), ("今年盘活国有资产多少亿元", "12.5亿元")]
)
def test_what_is_asked_of_no_proposal_is_answered_from_the_text(replies: Assistant, question: str, says: str) -> None:
    assert says in replies.ask(question).answer


def test_subjects_that_fit_equally_are_all_named(replies: Assistant) -> None:
    both = [ASSETS, "提出人：江小禾", "《关于盘活闲置校舍的提案》（第0202号提案）：", "提出人：李雷、韩梅"]
    assert lines(replies, "盘活的提案是谁提的") in (both, both[2:] + both[:2])
