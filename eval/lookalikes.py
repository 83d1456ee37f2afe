"""Questions about reports that look alike, drafted to tell the figures of one place and year from those of another.

    python -m eval.lookalikes FOLDER --out FILE.jsonl [--half even|odd|all] [--seed 0]

Reads reports whose titles name a province and a year. An answerable question asks for a figure that a report states of the
year before it; an unanswerable one asks the same of a place or a year that no document of the folder speaks of, or of a
province whose reports do not mention the subject. Halves are by the province's name.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.halves import half_of
from indexer.analyzer import normalise
from indexer.sentences import sentence_spans
from server.answer.places import titled_provinces

# Places of which a report of a province says little, and years long before the reports.
_CITIES = (
    "苏州市 宁波市 青岛市 大连市 厦门市 温州市 洛阳市 宜昌市 绵阳市 泉州市 佛山市 无锡市 遵义市 赣州市 烟台市".split()
)
_YEARS = ("2016", "2017", "2018", "2019", "2022")
_STATED = re.compile(
    r"(?:^|[，、；。])(?:全[省市区年]|我[省市区])?(?P<subject>[\u4e00-\u9fff]{4,12}?)(?:达到|达|为|突破|超过|实现)"
    r"(?P<figure>\d[\d.]*(?:万亿元|亿元|万人|公里|万辆|万户|家|万吨|亿斤|万亩|件|人|户|个|%))"
)
_VAGUE = re.compile(
    r"(?:其中|年均|累计|合计|分别|比重|新增长|同比|增速|以上|同期|五年|连续|总量|规模|数量|水平|比例|占|率先|投资额|任务)"
)
_ASK = (
    "{place}{year}年{subject}是多少？", "{year}年{place}的{subject}达到多少", "{year}年，{place}{subject}有多少？",
    "请问{place}{subject}{year}年是多少", "想了解{place}在{year}年的{subject}",
)  # fmt: skip
_EACH = 4


@dataclass(frozen=True, slots=True)
class Stated:
    """A figure that a report states: of what, and in which file."""

    place: str
    year: str
    subject: str
    figure: str
    source: str


def read_reports(folder: Path) -> tuple[list[Stated], dict[str, str]]:
    """Figures of the reports, and for each province all that its reports say."""
    found: list[Stated] = []
    texts: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        text = path.read_text(encoding="utf-8")
        head = text.strip().split("\n", 1)[0]
        places, year = titled_provinces(head), re.search(r"(20\d\d)年", head)
        if len(places) != 1 or year is None or "报告" not in head:
            continue
        place = next(iter(places))
        texts[place] = texts.get(place, "") + text
        before = str(int(year[1]) - 1)
        review = re.search(rf"{before}年(?:工作)?(?:主要)?[^\n]{{0,20}}回顾", text)
        plan = re.search(rf"\n[^\n]{{0,4}}[、 ]?{year[1]}年[^\n]{{0,20}}(?:任务|安排|要求|工作)", text)
        if review:
            stop = plan.start() if plan and plan.start() > review.end() else review.end() + 6000
            found.extend(_stated(text[review.end() : stop], place, before, path.name))
    return found, texts


def _stated(text: str, place: str, year: str, source: str) -> Iterator[Stated]:
    for start, end in sentence_spans(text):
        for match in _STATED.finditer(text[start:end]):
            if not _VAGUE.search(match["subject"]):
                yield Stated(place, year, match["subject"], match["figure"], source)


def draft(stated: Sequence[Stated], texts: dict[str, str], draw: np.random.Generator) -> list[dict[str, object]]:
    """Questions, answerable ones first of each place; as many unanswerable ones as answerable."""
    rows: list[dict[str, object]] = []
    places = sorted({one.place for one in stated})
    for place in places:
        own = [one for one in stated if one.place == place]
        chosen = [own[at] for at in draw.permutation(len(own))[:_EACH].tolist()]
        for one in chosen:
            rows.append(_row(one.place, one.year, one.subject, draw, one))
        others = [one for one in stated if one.place != place]
        for number, at in enumerate(draw.permutation(len(others)).tolist()):
            if sum(row["from"] == place and not row["answerable"] for row in rows) >= len(chosen):
                break
            one = others[at]
            missing = one.subject not in texts[place] and one.subject[-4:] not in texts[place]
            if number % 2 and missing:
                rows.append(_row(place, one.year, one.subject, draw, None, place))
        for one in chosen:
            city = _CITIES[int(draw.integers(len(_CITIES)))]
            rows.append(_row(city, one.year, one.subject, draw, None, place))
            year = _YEARS[int(draw.integers(len(_YEARS)))]
            if f"{year}年" not in texts[place]:
                rows.append(_row(place, year, one.subject, draw, None, place))
    return rows


def _row(
    place: str, year: str, subject: str, draw: np.random.Generator, stated: Stated | None, of: str | None = None
) -> dict[str, object]:
    form = _ASK[int(draw.integers(len(_ASK)))]
    return {
        "question": form.format(place=place, year=year, subject=subject), "lang": "zh",
        "type": "lookalike" if stated else "unanswerable", "must": [[normalise(stated.figure)]] if stated else [],
        "doc": stated.source if stated else None, "answerable": stated is not None, "from": of or place, "drafted": True,
    }  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the questions."""
    parser = argparse.ArgumentParser(prog="python -m eval.lookalikes", description="Draft questions about look-alikes.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--half", choices=("even", "odd", "all"), default="all")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    rows = draft(*read_reports(options.folder), np.random.default_rng(options.seed))
    kept = [row for row in rows if options.half in ("all", half_of(str(row["from"])))]
    lines = (json.dumps({"id": f"r{number:03d}"} | row, ensure_ascii=False) for number, row in enumerate(kept, 1))
    options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(kept)} questions, {sum(bool(row['answerable']) for row in kept)} answerable", file=sys.stderr)


if __name__ == "__main__":
    main()
