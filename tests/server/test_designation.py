"""Reports named by place and year: which one is meant, what is left of the question, and what there is no report of."""

from pathlib import Path

import pytest

from indexer.document import SourceDocument
from indexer.encoders import Encoder
from indexer.generations import Generation
from indexer.pipeline import Indexer
from server.assistant import Assistant
from server.designation import designation_of

REPORTS = {
    "河东2025": ("2025年河东省政府工作报告", "一、过去一年工作回顾\n全省建成养老服务中心37个。\n二、今年工作安排\n新建养老服务中心52个。\n"),
    "河东2026": ("河东省2026年政府工作报告", "全省建成养老服务中心88个。\n"),
    "黑龙江": ("黑龙江省2025年政府工作报告", "全省建成养老服务中心63个。接待游客91万人次。\n"),
    "全国": ("2025年中华人民共和国国务院政府工作报告", "全国建成养老服务中心4700个。\n"),
    "青山": ("青山区2024年度企业国有资产管理情况专项报告", "监管企业19户。\n"),
    "无年": ("政府工作报告", "白水县人民政府\n2023年2月1日\n全县建成养老服务中心5个。\n"),
}  # fmt: skip


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    folder: Path = tmp_path_factory.mktemp("reports")
    with Indexer(folder, encoder) as indexer:
        indexer.index_documents(
            (f"{name}.txt", SourceDocument(f"{title}\n\n{text}", title)) for name, (title, text) in REPORTS.items()
        )
    return folder


@pytest.fixture(scope="module")
def generation(data_dir: Path) -> Generation:
    return Generation(data_dir)


def meant(text: str, generation: Generation) -> tuple[list[str], str] | None:
    found = designation_of(text, generation)
    if found is None:
        return None
    sources = [generation.document(number).source.removesuffix(".txt") for number in sorted(found.documents)]
    return sorted(sources), found.rest


@pytest.mark.parametrize(
    ("question", "sources", "rest"),
    [
        ("黑龙江省2025年政府工作报告里讲，建成了多少养老服务中心？", ["黑龙江"], "建成了多少养老服务中心？"),
        ("请问黑龙江2025年报告说建成了多少养老服务中心", ["黑龙江"], "请问 建成了多少养老服务中心"),
        ("2025年的黑龙江政府工作报告：建成了多少养老服务中心", ["黑龙江"], "建成了多少养老服务中心"),
        ("黑龙江25年报告里建成了多少养老服务中心", ["黑龙江"], "建成了多少养老服务中心"),
        ("2025年国务院政府工作报告的养老服务中心有多少个", ["全国"], "养老服务中心有多少个"),
        ("2025年总理报告里养老服务中心有多少个", ["全国"], "养老服务中心有多少个"),
        ("青山区2024年度企业国有资产专项报告中监管企业多少户", ["青山"], "监管企业多少户"),
        ("How many centres were built according to Heilongjiang's 2025 government work report?", ["黑龙江"], "How many centres were built?"),
        ("What does heilongjiang's 2025 work report say of elderly care?", ["黑龙江"], "What say of elderly care?"),
        ("In the 2025 Government Work Report, how many centres were there?", ["全国"], "how many centres were there?"),
        ("According to the 2025 report to the National People's Congress, how many were there?", ["全国"], "how many were there?"),
        # There are reports of that year, and none of that place.
        ("山西省2025年政府工作报告里建成了多少养老服务中心", [], "建成了多少养老服务中心"),
        ("How many centres were built according to Shanxi's 2025 government work report?", [], "How many centres were built?"),
        # There are reports of that place, and none of that year.
        ("黑龙江省2024年政府工作报告里建成了多少养老服务中心", [], "建成了多少养老服务中心"),
    ],
)  # fmt: skip
def test_a_report_by_its_place_and_year(question: str, sources: list[str], rest: str, generation: Generation) -> None:
    assert meant(question, generation) == (sources, rest)


@pytest.mark.parametrize(
    "question",
    [
        "2025年报告了多少例病例",
        "2025年报告期内建成了多少养老服务中心",
        "黑龙江2025年报告",
        "建成了多少养老服务中心",
        "黑龙江省2025年政府工作报告和青山区2024年度专项报告有什么不同",
        "What loss did the companies report for 2025?",
    ],
)
def test_no_report_is_named(question: str, generation: Generation) -> None:
    assert designation_of(question, generation) is None


def test_the_year_of_a_report_need_not_stand_in_the_sentence(data_dir: Path, encoder: Encoder) -> None:
    assistant = Assistant.open(data_dir, encoder)
    answer = assistant.ask("黑龙江省2025年政府工作报告里讲建成了多少个养老服务中心？")
    assert answer.answered
    assert "63个" in answer.answer
    assert {citation.source for citation in answer.citations} == {"黑龙江.txt"}
    assert answer.question == "黑龙江省2025年政府工作报告里讲建成了多少个养老服务中心？"


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("山西省2025年政府工作报告里讲建成了多少个养老服务中心？", "没有找到“山西省2025年政府工作报告”"),
        ("How many centres for the elderly did Shanxi's 2025 government work report count?", "No report of that place"),
    ],
)
def test_a_report_that_is_not_there(data_dir: Path, encoder: Encoder, question: str, message: str) -> None:
    answer = Assistant.open(data_dir, encoder).ask(question)
    assert not answer.answered
    assert answer.refusal is not None
    assert answer.refusal.reason == "mismatch"
    assert message in answer.refusal.message


def test_titles_are_read_once(generation: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    question = "黑龙江省2025年政府工作报告里讲，建成了多少养老服务中心？"
    assert meant(question, generation) == (["黑龙江"], "建成了多少养老服务中心？")
    monkeypatch.setattr("server.designation._read_reports", lambda _: pytest.fail("read again"))
    assert meant(question, generation) == (["黑龙江"], "建成了多少养老服务中心？")
