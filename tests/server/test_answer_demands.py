"""What some questions want of a sentence: the holder of an office, who did a thing, what a coined term means."""

import pytest

from indexer.encoders import Encoder
from server.answer.actors import act_of
from server.answer.offices import office_of
from server.answer.persons import is_person
from server.assistant import Assistant
from tests.server.support import built

FILES = {
    "治水.txt": (
        "白沙市治水攻坚专版\n\n## 市水务局\n\n市水务局党组书记、局长姜小禾表示，市水务局将把“两清一增”作为重大任务，加快推进。\n\n"
        "市水务局副局长赵一帆介绍，全市共开展巡查38次，检查企业25户，聘请河长62名。\n\n"
        "## 市园林局\n\n市园林局将加强统筹协调，推动园林工作走深走实。市园林局党组书记、局长高远介绍了绿地建设情况。\n"
    ),
    "发布会.txt": (
        "白沙市治水发布会\n\n昨天，中共白沙市委举行新闻发布会，解读全市治水工作会议精神。市委常委、宣传部部长，市委新闻发言人陆明作主题发布。\n\n"
        "市水务局组织会同市财政局、市园林局等部门，召开治水培训会议，对12个区县业务骨干进行培训。\n\n"
        "市水务局制定了节水规划，成立节水学校，对职工开展培训；制定了《白沙市节水操作指引》，明确节水要点。\n\n"
        "按照市委要求，召开河长座谈会。\n"
    ),
    "答复.txt": (
        "白沙市水务局\n\n关于市三届人大二次会议第0881号建议办理情况的答复函\n\n方小舟代表：\n\n您提出的建议收悉，现答复如下：\n\n"
        "一、加强治水。全市落实“四水四定”要求，围绕“两清一增”开展行动。\n\n此答复函已经我局姜小禾局长审签。\n\n白沙市水务局\n\n2029年3月2日\n"
    ),
    "报告.txt": (
        "白石区2029年度水厂管理情况报告\n\n一、基本情况\n\n（一）水厂户数。2029年度区水厂管理机构监管全级次法人企业17户，同比增加1户。"
        "从管理层级分，一级、二级企业分别为5家、12家。\n\n（二）经营情况。2029年利润总额3.4亿元，同比增长8.5%。国有资本保值增值率102.3%。\n\n"
        "推动向重点区域、重点产业、重点项目“三个集中”。全区开展各类安全检查9次。按照“调剂一批、改造一批、转让一批”思路盘活资产。\n\n"
        "区里推行“四水四定”工作。\n"
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Assistant:
    return built(tmp_path_factory.mktemp("demands"), encoder, FILES)


@pytest.mark.parametrize(
    ("question", "direct"),
    [
        ("市水务局局长是谁", "姜小禾。市水务局党组书记、局长"),
        ("谁是市水务局局长？", "姜小禾。市水务局党组书记、局长"),
        ("市水务局党组书记叫什么名字", "姜小禾。"),
        ("市水务局副局长是哪位？", "赵一帆。"),
        ("市园林局局长是谁", "高远。"),
        ("市委宣传部部长是谁？", "陆明。"),
        ("姜小禾是什么职务？", "市水务局党组书记、局长。"),
        ("赵一帆是干什么的", "市水务局副局长。"),
        ("新闻发布会是谁举行的？", "中共白沙市委。"),
        ("治水工作会议精神的新闻发布会由哪个部门举办？", "中共白沙市委。"),
        ("治水培训会议是谁召开的？", "市水务局。"),
        ("《白沙市节水操作指引》是哪个部门制定的？", "市水务局。"),
        ("白石区企业一共有几家？", "17户。"),
        ("白石区二级水厂企业有几间", "12家。"),
        ("白沙市聘请了多少位河长？", "62名。"),
        ("全市开展巡查多少场？", "38次。"),
        ("白石区2029年水厂利润总额有没有超过10亿元？", "3.4亿元。"),
        ("国有资本保值增值率超过100%了吗", "102.3%。"),
        ("白石区2029年利润总额到4亿元了没有", "3.4亿元。"),
        ("我是白石的一名代表，想了解一下2029年区里水厂的利润总额是多少，谢谢", "3.4亿元。"),
        ("我是白石代表，请问白石区2029年水厂的利润总额是多少", "3.4亿元。"),
    ],
)
def test_what_is_demanded_is_said_first(city: Assistant, question: str, direct: str) -> None:
    answer = city.ask(question)
    assert answer.answered, answer.answer
    assert answer.answer.startswith(direct)
    for citation in answer.citations:
        text = city.document(citation.document_id).text
        assert text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize(
    "question",
    [
        "市财政局局长是谁？",
        "市园林局副局长是谁？",
        "市水务局监事会主席是谁？",
        "白石区区长是谁？",
        "治水培训会议由谁主持？",
        "运动会是谁举行的？",
        # 按照市委要求 does not say who met them.
        "河长座谈会是谁召开的？",
        "白石区三级企业有几家？",
        "白石区2028年企业有几家？",
        "白沙市聘请了多少位园艺师？",
        "白石区水厂净利率有没有超过5%？",
        "“四水四定”到底是啥意思？",
        "“两清一增”究竟指什么？",
        "我是青川的一名代表，想了解一下2029年区里水厂的利润总额是多少",
        "我是白石的代表，请问2027年区里水厂的利润总额是多少",
    ],
)
def test_what_meets_no_demand_is_refused(city: Assistant, question: str) -> None:
    answer = city.ask(question)
    assert not answer.answered, answer.answer


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("“三个集中”到底啥意思", "重点区域、重点产业、重点项目“三个集中”"),
        ("“三个集中”是哪三个？", "重点区域、重点产业、重点项目“三个集中”"),
        ("“三个一批”是什么意思", "调剂一批、改造一批、转让一批"),
    ],
)
def test_a_coined_term_is_spelled_out(city: Assistant, question: str, said: str) -> None:
    answer = city.ask(question)
    assert answer.answered, answer.answer
    assert said in answer.citations[0].quote


@pytest.mark.parametrize(
    ("question", "organ", "post"),
    [
        ("市水务局局长是谁", "市水务局", "局长"),
        ("请问谁是白石区区长？", "白石区", "区长"),
        ("市水务局的副局长叫什么名字？", "市水务局", "副局长"),
    ],
)
def test_offices_are_read_with_their_organ(question: str, organ: str, post: str) -> None:
    office = office_of(question)
    assert office is not None
    assert (office.organ, office.post) == (organ, post)


@pytest.mark.parametrize("question", ["局长是谁", "市水务局的职责是什么", "谁提出了第0881号建议", "哪个局的局长是谁"])
def test_other_questions_ask_for_no_office(question: str) -> None:
    assert office_of(question) is None


@pytest.mark.parametrize("question", ["谁提出了第0881号建议", "新闻发布会何时举行", "会议要求是什么", "谁审签的"])
def test_other_questions_ask_for_no_actor(question: str) -> None:
    assert act_of(question) is None


def test_one_act_has_several_names() -> None:
    act = act_of("治水会议是谁举办的？")
    assert act is not None
    assert {"举行", "召开", "举办"} <= set(act.names)
    assert "主持" not in act.names


@pytest.mark.parametrize(
    ("text", "expected"), [("姜小禾", True), ("高远", True), ("市水务局", False), ("方小舟", True)]
)
def test_names_of_persons(text: str, expected: bool) -> None:
    assert is_person(text) is expected
