"""Copies and versions, against an exact Jaccard similarity of character 5-grams."""

import math
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.document import Document, Field
from indexer.duplicates import SIMILAR, content_hash, signature, similarity, versions
from indexer.generations import Generation
from indexer.pipeline import Indexer
from tests.indexer.support import LETTER, REPORT, HashingEncoder, index, texts, written

PERMUTATIONS = 128


def jaccard(one: str, other: str) -> float:
    """The exact similarity that the signatures estimate."""
    a, b = ({said[i : i + 5] for i in range(len(said) - 4)} for said in ("".join(one.split()), "".join(other.split())))
    return len(a & b) / len(a | b)


def prose(seed: int, length: int = 2000) -> str:
    random = Random(seed)
    return "".join(chr(random.randrange(0x4E00, 0x5200)) for _ in range(length))


def edited(text: str, share: float, seed: int = 9) -> str:
    """The text with its last part replaced."""
    kept = round(len(text) * (1 - share))
    return text[:kept] + prose(seed, len(text) - kept)


def document(source: str, text: str, **fields: str) -> Document:
    return Document(source, source, source, text, metadata={name: Field(value) for name, value in fields.items()})


def linked(*documents: Document) -> set[tuple[str, str]]:
    found = versions(documents, [signature(document.text) for document in documents])
    return {(documents[pair.older].source, documents[pair.newer].source) for pair in found}


@pytest.mark.parametrize("share", [0.0, 0.02, 0.05, 0.08, 0.11, 0.15, 0.3, 0.6, 1.0])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_estimate_is_within_four_standard_errors(share: float, seed: int) -> None:
    text = prose(seed)
    other = edited(text, share)
    exact = jaccard(text, other)
    error = math.sqrt(exact * (1 - exact) / PERMUTATIONS)
    assert abs(similarity(signature(text), signature(other)) - exact) <= 4 * error + 1e-12


def test_the_estimate_has_no_bias() -> None:
    """The mean of 200 independent pairs: sixteen standard errors of one pair in a hundred would show."""
    differences = []
    for seed in range(200):
        text = prose(1000 + seed, 400)
        other = edited(text, 0.1, 5000 + seed)
        differences.append(similarity(signature(text), signature(other)) - jaccard(text, other))
    # At 0.8 the standard error of one is 0.0354, of the mean of 200 with the same hash functions at most that.
    assert abs(sum(differences) / len(differences)) < 0.0354


@given(texts(), st.randoms(use_true_random=False))
def test_white_space_is_no_difference(text: str, random: Random) -> None:
    spaced = "".join(c + random.choice(("", "", " ", "\n", "\u3000")) for c in text)
    assert content_hash(spaced) == content_hash(text)
    assert (signature(spaced) == signature(text)).all()
    assert similarity(signature(text), signature(text)) == 1


def test_texts_of_a_few_characters_have_signatures() -> None:
    assert similarity(signature("甲"), signature("乙")) < 0.1
    assert similarity(signature(""), signature(" ")) == 1
    assert content_hash("甲乙") != content_hash("乙甲")


@pytest.mark.parametrize(("share", "link"), [(0.01, True), (0.04, True), (0.2, False), (0.5, False)])
def test_versions_are_linked_above_the_threshold(share: float, link: bool) -> None:
    # Similarities 0.98, 0.92, 0.67 and 0.33: all more than four standard errors away from 0.8, or three.
    text = prose(5)
    other = edited(text, share)
    exact = jaccard(text, other)
    assert abs(exact - SIMILAR) > 3 * math.sqrt(exact * (1 - exact) / PERMUTATIONS)
    older, newer = document("a", text, date="2024-01-01"), document("b", other, date="2023-12-31")
    assert linked(older, newer) == ({("b", "a")} if link else set())


@pytest.mark.parametrize(
    ("one", "other", "newest"),
    [
        ({"date": "2023-05-06"}, {"date": "2024-01-01"}, "b"),
        ({"date": "2024-01-01"}, {"published": "2023-05-06"}, "a"),
        ({"document_number": "清水函〔2023〕9号"}, {"document_number": "清水函〔2024〕1号"}, "b"),
        ({"document_number": "清水函〔2025〕9号"}, {"date": "2024-12-31"}, "a"),
        ({"date": "1999-01-01"}, {}, "a"),
        ({}, {}, "b"),
    ],
)
def test_the_newest(one: dict[str, str], other: dict[str, str], newest: str) -> None:
    text = prose(6)
    found = linked(document("a", text, **one), document("b", edited(text, 0.02), **other))
    assert found == {("a", "b") if newest == "b" else ("b", "a")}


def test_a_chain_of_versions_leads_to_the_newest() -> None:
    texts = [prose(7)]
    for seed in range(3):
        texts.append(edited(texts[-1], 0.03, 50 + seed))
    found = linked(*(document(str(n), text, date=f"202{n}-01-01") for n, text in enumerate(texts)))
    assert found == {("0", "3"), ("1", "3"), ("2", "3")}


def test_letters_of_one_form_about_other_proposals_are_no_versions() -> None:
    form = prose(8)
    letters = [
        document(f"{n}", form + f"第{n:04}号", proposal_number=f"{n:04}", proposal_kind="建议", date="2024-05-06")
        for n in range(40)
    ]
    assert linked(*letters) == set()
    other_kind = replace(letters[3], source="提案", metadata={**letters[3].metadata, "proposal_kind": Field("提案")})
    assert linked(*letters, other_kind) == set()
    # A later letter about one of them is its version, and no other's, wherever it stands.
    later = document("31 later", form + "第0031号补充", proposal_number="31", proposal_kind="建议", date="2024-06-06")
    assert linked(*letters, later) == {("31", "31 later")}
    assert linked(later, *letters) == {("31", "31 later")}
    # One whose number was not read may be a version of any of them, but makes none of them a version of another.
    found = linked(*letters, document("no number", form, date="2024-07-07"))
    assert len(found) == 1
    assert {newer for _, newer in found} == {"no number"}


def sources(data: Path) -> dict[str, str | None]:
    found = {}
    for listed in Generation(data).documents():
        other = listed.metadata.get("other_sources")
        found[listed.source] = other.value if other else None
    return found


def test_copies_are_one_document_with_several_sources(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "f"
    spaced = REPORT.replace("\n\n", "\n \n\u3000\n").replace("全区", "  全区")
    written(folder, {"甲/报告.txt": REPORT, "乙/报告.txt": REPORT, "乙/另存 报告.txt": spaced, "丙.txt": LETTER})
    report = index(data, folder)
    assert (report.documents, report.duplicates) == (2, 2)
    first, second, third = sorted(("甲/报告.txt", "乙/报告.txt", "乙/另存 报告.txt"))
    assert sources(data) == {first: f"{second}\n{third}", "丙.txt": None}
    (folder / first).unlink()
    report = index(data, folder)
    assert (report.documents, report.duplicates, report.removed) == (2, 1, 1)
    assert sources(data) == {second: third, "丙.txt": None}
    (folder / third).unlink()
    index(data, folder)
    assert sources(data) == {second: None, "丙.txt": None}


def test_a_copy_with_other_fields_is_a_document_of_its_own(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "f"
    written(folder, {"甲/报告.txt": REPORT, "乙/报告.txt": REPORT, "乙/_defaults.toml": 'disclosure = "不予公开"'})
    assert index(data, folder).duplicates == 0
    assert set(sources(data)) == {"甲/报告.txt", "乙/报告.txt"}


def test_whoever_removes_a_text_removes_its_copies(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "f"
    written(folder, {"甲.txt": REPORT, "乙.txt": REPORT, "丙.txt": LETTER})
    index(data, folder)
    (copied,) = (listed for listed in Generation(data).documents() if "other_sources" in listed.metadata)
    with Indexer(data, HashingEncoder()) as indexer:
        assert indexer.remove(copied.document_id)
    assert set(sources(data)) == {"丙.txt"}
