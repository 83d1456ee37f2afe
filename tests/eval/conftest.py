"""A tiny BEIR folder, written by hand."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.eval.support import write_jsonl

CORPUS: tuple[Mapping[str, Any], ...] = (
    {"_id": "water", "title": "节水办法", "text": "农业用水实行总量控制。灌溉水价由区县核定，每立方米不超过三角。"},
    {"_id": "school", "title": "", "text": "随迁子女可在居住地报名入读公办小学，凭居住证办理。"},
    {"_id": "bus", "title": "公交优惠", "text": "65岁以上老年人凭卡免费乘坐公共汽车。学生半价。"},
    {"_id": "forest", "title": "", "text": "天然林禁止商业性采伐，护林员每月巡山不少于20天。"},
)
QUERIES: tuple[Mapping[str, Any], ...] = (
    {"_id": "q1", "text": "灌溉水价是多少"},
    {"_id": "q2", "text": "老年人乘坐公共汽车免费吗"},
    {"_id": "q3", "text": "公办小学怎么报名"},
)
QRELS = "query-id\tcorpus-id\tscore\nq1\twater\t1\nq2\tbus\t2\nq2\tschool\t1\nq3\tschool\t1\nq3\tforest\t0\n"


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    """Four documents, three judged queries."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    write_jsonl(folder / "corpus.jsonl", CORPUS)
    write_jsonl(folder / "queries.jsonl", QUERIES)
    (folder / "qrels.tsv").write_text(QRELS, encoding="utf-8")
    return folder
