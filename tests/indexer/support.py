"""What several tests of the indexer need: an encoder without weights, and texts of all kinds."""

import unicodedata
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from indexer.encoders import Floats
from indexer.pipeline import Indexer, IndexReport


class HashingEncoder:
    """An encoder that needs no weights: hashed character bigrams. It remembers what it was asked to encode."""

    parts = ()

    def __init__(self, name: str = "hashing", dimension: int = 32) -> None:
        self.name = name
        self.encoded: list[str] = []
        self._dimension = dimension

    @property
    def dimension(self) -> int:
        return self._dimension

    @property
    def fingerprint(self) -> str:
        return f"bigrams-{self._dimension}"

    def _vector(self, text: str) -> Floats:
        vector = np.full(self._dimension, 1e-3, np.float32)
        data = text.encode("utf-8", "surrogatepass")
        codes = np.frombuffer(data + b"\0", np.uint8).astype(np.int64)
        np.add.at(vector, (codes[:-1] * 257 + codes[1:]) % self._dimension, 1.0)
        return np.asarray(vector / np.linalg.norm(vector), np.float32)

    def encode(self, texts: Sequence[str]) -> Floats:
        self.encoded.extend(texts)
        return np.stack([self._vector(text) for text in texts]) if texts else np.zeros((0, self._dimension), np.float32)

    def encode_passages(self, passages: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
        sentences = self.encode(list(chain.from_iterable(passages)))
        return np.stack([self._vector("\n".join(passage)) for passage in passages]), sentences


def visible(text: str) -> str:
    """The characters of a text that nothing may lose: all but white space, control and formatting characters.

    Full-width digits count as the plain ones that cleaning turns them into.
    """
    kept = (c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Cn"))
    return "".join(str(unicodedata.digit(c)) if "０" <= c <= "９" else c for c in kept)


_LINES = (
    "一、总体情况",
    "（一）对接产业发展战略。市里统筹推动产业发展",
    "1. 深入开展改革工作。率先启动新一轮改革，加快调整。",
    "2.全面筑牢风险防线",
    "第三章 监督管理",
    "第十二条 各单位应当按时报送材料。",
    "## 市水利局",
    "# 关于饮水工程的报告 #",
    "附件：注释",
    "附件",
    "注  释",
    "“三清”机制：指清理管网、清退隐患、清收欠费。",
    "3. 三减：指减层级、减数量、减亏损",
    "一河一策是指一条河流制定一个治理方案。",
    "张小河代表：",
    "联系人：李大江",
    "各县区要结合本地实际抓紧编制供水保",
    "障规划，按时报送市水利局。",
    "一是强化高位推动。市里定期召开推进会，二是强化统筹指导，",
    "２０２４年完成投资１２．５亿元，同比增长7.3%；",
    "The REITs, ABS and CMBS products were issued. Next year",
    "持续推进（重点区域、重点产业、重点项目。聚焦！）。“你好。”他说",
    "□ 本报记者 王五",
    "| 年份 | 金额 |",
    "",
    " ",
    "\t",
    "\u3000\u3000全角空格开头的段落，内容如下：",
    "零\u200b宽\ufeff字符\x07与控制字符",
    "表情🙂👨‍👩‍👧与生僻字𠮷𠮷、é e\u0301",
)
_LONG = st.builds(
    lambda unit, count: unit * count,
    st.sampled_from(("没有标点的长句", "词 ", "甲，", "数１２3", "。")),
    st.integers(60, 400),
)
_ANY = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("一二十百第条：。，、（）“”\n\f\r\u2028 #12.[]〔〕年号")),
    max_size=40,
)


def texts() -> st.SearchStrategy[str]:
    """Official documents gone wrong: headings, entries, prose, long lines, arbitrary characters, any line ends."""
    line = st.one_of(st.sampled_from(_LINES), st.sampled_from(_LINES), _ANY, _LONG)
    joint = st.sampled_from(("\n", "\n", "\n\n", "\n\n", "\f", "\n\f\n", "\r\n", "\r", "\u2028", "\n \n\n"))
    return st.lists(st.tuples(line, joint), max_size=14).map(lambda parts: "".join(chain.from_iterable(parts)))


def written(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """A folder with these files in it: relative path -> text or bytes."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


REPORT = """清河区2024年度饮水安全报告

各位委员：

一、水厂情况

（一）户数。2024年末全区水厂19座，同比减少1座。水质全部达标。

（二）投资。全年完成投资2.5亿元。

附件

注释

“三清”机制：指清理管网、清退隐患、清收欠费。
"""
LETTER = """清河区水利局

A

同意公开

清水函〔2024〕12号

关于区三届人大二次会议第0031号建议的答复函

张小河代表：

您提出的《关于加快农村饮水工程建设的建议》（第0031号）收悉。我局完全采纳。

一是改造水厂3座。二是更换管网20公里。

清河区水利局

2024年5月6日
"""
FILES: Mapping[str, str] = {
    "报告.txt": REPORT,
    "答复/第31号 建议🙂.txt": LETTER,
    "专版.md": "# 饮水专版\n\n## 市水利局\n\n全市改造水厂31座。\n",
}


def index(data: Path, *paths: Path, encoder: HashingEncoder | None = None, rebuild: bool = False) -> IndexReport:
    """Index the paths into a data directory."""
    with Indexer(data, encoder or HashingEncoder()) as indexer:
        return indexer.index(paths, rebuild=rebuild)
