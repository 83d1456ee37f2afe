import json
import shutil
import subprocess
import threading
from pathlib import Path

import numpy as np
import pytest

from indexer.analyzer import ANALYZER_VERSION, analyze
from indexer.document import Field
from indexer.errors import DamagedGeneration, NoGeneration, UnknownDocument
from indexer.generations import Generation, current_name, digest
from indexer.publication import lookup_values
from indexer.reading import breadcrumb
from indexer.soundness import problems_of
from tests.indexer.published import sound, sources
from tests.indexer.support import FILES, REPORT, HashingEncoder, index, written


@pytest.fixture
def data(tmp_path: Path, folder: Path) -> Path:
    """A data directory with one published generation."""
    index(tmp_path / "数 据", folder)
    return tmp_path / "数 据"


def test_what_is_published(data: Path) -> None:
    generation = sound(data)
    assert generation.name == current_name(data) == "000001"
    assert sources(generation) == sorted(FILES)
    manifest = generation.manifest
    assert (manifest.documents, manifest.encoder, manifest.dimension) == (3, "hashing", 32)
    assert manifest.analyzer == generation.identity.analyzer == ANALYZER_VERSION
    assert len(generation.chunk_documents) == manifest.chunks == generation.chunk_vectors.size
    own = {"manifest.json", "manifest.sha256"}
    everything = (path for path in generation.folder.rglob("*") if path.is_file())
    assert set(manifest.files) | own == {path.relative_to(generation.folder).as_posix() for path in everything}
    assert manifest.editions == {"public": "public", "deputy": "public"}
    assert sources(generation.edition_for("public")) == ["答复/第31号 建议🙂.txt"]
    assert (
        shutil.which("sha256sum") is None
        or subprocess.run(
            ["sha256sum", "-c", "manifest.sha256"], cwd=generation.folder, capture_output=True, check=False
        ).returncode
        == 0
    )


def test_documents_and_chunks_hold_the_text(data: Path) -> None:
    generation = sound(data)
    for number, document in enumerate(generation.documents()):
        assert generation.document(number) == document
        whole = generation.document_by_id(document.document_id)
        assert [chunk for _, chunk in generation.chunks_of(number)] == list(whole.chunks)
        original = FILES[document.source]
        for _, chunk in generation.chunks_of(number):
            assert "".join(document.text[chunk.start : chunk.end].split()) in "".join(original.split())
        for place, (ordinal, chunk) in enumerate(generation.chunks_of(number)):
            assert generation.chunks_at([ordinal]) == [(number, place, chunk)]
            assert generation.chunk_documents[ordinal] == number
    with pytest.raises(UnknownDocument, match="no such document"):
        generation.document_by_id("nothing")


def test_vectors_and_terms_belong_to_their_sentences_and_chunks(data: Path) -> None:
    generation = sound(data)
    encoder = HashingEncoder()
    assert generation.sentence_starts[0] == 0
    for ordinal in range(generation.manifest.chunks):
        [(number, _, chunk)] = generation.chunks_at([ordinal])
        document = generation.document(number)
        spans = generation.sentence_spans[generation.sentence_starts[ordinal] : generation.sentence_starts[ordinal + 1]]
        sentences = [document.text[start:end] for start, end in spans.tolist()]
        assert "".join("".join(sentences).split()) == "".join(document.text[chunk.start : chunk.end].split())
        rows = np.arange(generation.sentence_starts[ordinal], generation.sentence_starts[ordinal + 1])
        vectors_of = encoder.encode(sentences)
        for probe in vectors_of[:3]:
            np.testing.assert_allclose(generation.sentence_cosines(rows, probe), vectors_of @ probe, atol=1e-2)
        crumb = breadcrumb(document.title, chunk.section)
        (passage,), _ = encoder.encode_passages([[crumb, *sentences]])
        found, cosines = generation.chunk_vectors.search(passage, 1)
        assert found.tolist() == [ordinal]
        assert cosines[0] == pytest.approx(1, abs=5e-3)  # A byte a dimension.
        tokens = analyze(crumb + "\n" + document.text[chunk.start : chunk.end])
        for field, terms in ((generation.words, tokens.words), (generation.bigrams, tokens.bigrams)):
            for term in set(terms):
                assert field.scores([term])[ordinal] > 0
            assert field.scores(["不在其中的词"])[ordinal] == 0


def test_lookups_by_field(data: Path) -> None:
    generation = sound(data)
    letter = sources(generation).index("答复/第31号 建议🙂.txt")
    assert generation.documents_with("proposal_number", "31") == {letter}
    assert generation.documents_with("proposal_number", "0031") == set()
    assert generation.documents_with("proposer", "张小河") == {letter}
    assert generation.documents_with("year", "2024") == {letter}
    assert generation.documents_like("document_number", "清水函") == {letter}
    assert generation.documents_like("document_number", "%") == set()
    assert generation.values_in("proposer", "张小河提了什么") == {"张小河": {letter}}
    assert generation.documents_with("kind", "report") == {sources(generation).index("报告.txt")}


def test_values_are_looked_up_in_plain_form() -> None:
    metadata = {
        "proposal_number": Field("0007"),
        "proposer": Field("甲一、乙二"),
        "date": Field("2024-05-06"),
        "kind": Field("reply"),
    }
    assert list(lookup_values(metadata)) == [
        ("proposal_number", "7"), ("proposer", "甲一"), ("proposer", "乙二"), ("date", "2024-05-06"), ("year", "2024"), ("kind", "reply"),
    ]  # fmt: skip
    assert list(lookup_values({"proposal_number": Field("0000")})) == [("proposal_number", "0")]


def test_versions_are_told_newest_first(tmp_path: Path) -> None:
    body = "".join(f"{n}号泵站由第{n * 7 % 90}班负责，每月检修{n % 3 + 1}次。\n" for n in range(1, 60))
    plan = f"值守方案\n\n{body}\n"
    texts = {
        "乙": f"{plan}2021年1月5日\n",
        "丙": f"{plan}2023年1月5日\n",
        "甲": f"{plan}2022年1月5日\n",
        "无日期": plan,
    }
    files = {f"{name}.txt": text for name, text in texts.items()} | {"别的.txt": REPORT}
    index(tmp_path / "data", written(tmp_path / "folder", files))
    generation = Generation(tmp_path / "data")
    number = {document.source.removesuffix(".txt"): n for n, document in enumerate(generation.documents())}
    group = tuple(number[name] for name in ("丙", "甲", "乙", "无日期"))
    assert generation.versions == dict.fromkeys(group, group)
    assert [generation.document_ids[n] for n in range(5)] == [d.document_id for d in generation.documents()]
    assert {generation.numbers[d.document_id]: d.source for d in generation.documents()} == {
        n: f"{name}.txt" for name, n in number.items()
    }


def test_an_index_without_versions(data: Path) -> None:
    assert sound(data).versions == {}


def test_nothing_published(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "missing"):
        with pytest.raises(NoGeneration, match="no index yet"):
            Generation(place)
    (tmp_path / "CURRENT").mkdir()
    with pytest.raises(NoGeneration, match="cannot be read"):
        Generation(tmp_path)


def test_many_threads_read_one_generation(data: Path) -> None:
    generation = sound(data)
    titles: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: titles.append([d.title for d in generation.documents()])) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert titles == [titles[0]] * 8
    assert len(titles[0]) == 3


class TestDamage:
    def files(self, data: Path) -> list[Path]:
        own = ("manifest.json", "manifest.sha256")
        folder = Generation(data).folder
        paths = (path for path in folder.rglob("*") if path.is_file())
        return sorted(path for path in paths if path.relative_to(folder).as_posix() not in own)

    def test_missing_and_truncated_files_are_noticed_when_it_is_opened(self, data: Path, tmp_path: Path) -> None:
        for path in self.files(data):
            original = path.read_bytes()
            for content in (original[:-1], original + b"x", b"", None):
                path.unlink()
                if content is not None:
                    path.write_bytes(content)
                with pytest.raises(DamagedGeneration, match="rebuild it") as caught:
                    Generation(data)
                assert path.name in str(caught.value)
                assert "\n" not in str(caught.value)
                path.write_bytes(original)
        sound(data)

    def test_altered_files_are_noticed_by_the_check(self, data: Path) -> None:
        for path in self.files(data):
            original = path.read_bytes()
            path.write_bytes(original[:-1] + bytes([original[-1] ^ 1]))
            generation = Generation(data)
            name = path.relative_to(generation.folder).as_posix()
            assert problems_of(generation) == [f"{name}：内容与校验和不符 / checksum differs"]
            path.write_bytes(original)
        sound(data)

    def test_a_file_that_disappears_while_it_is_open_is_noticed_by_the_check(self, data: Path) -> None:
        generation = Generation(data)
        (generation.folder / "sentences.npy").unlink()
        assert problems_of(generation) == ["sentences.npy：内容与校验和不符 / checksum differs"]

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{",
            b"[]",
            b"null",
            b"1",
            b"{}",
            b'{"format": 1}',
            b'{"format": 99}',
            b"\xff\xfe",
            b'{"format": 1, "files": []}',
        ],
    )
    def test_a_damaged_manifest(self, data: Path, content: bytes) -> None:
        (Generation(data).folder / "manifest.json").write_bytes(content)
        with pytest.raises(DamagedGeneration, match="rebuild it") as caught:
            Generation(data)
        assert "\n" not in str(caught.value)

    def test_a_manifest_with_wrong_types(self, data: Path) -> None:
        path = Generation(data).folder / "manifest.json"
        raw = json.loads(path.read_text(encoding="utf-8"))
        for name, value in (("files", []), ("files", {"a": 1}), ("files", {"a": {}}), ("chunks", "x"), ("chunks", 1)):
            path.write_text(json.dumps(raw | {name: value}), encoding="utf-8")
            with pytest.raises(DamagedGeneration):
                Generation(data)

    @pytest.mark.parametrize("content", ["000042\n", "", "../..", "x" * 5000, "a\0b"])
    def test_a_pointer_to_nothing(self, data: Path, content: str) -> None:
        (data / "CURRENT").write_text(content, encoding="utf-8")
        with pytest.raises(DamagedGeneration):
            Generation(data)

    def test_indexing_replaces_a_damaged_generation(self, data: Path, folder: Path) -> None:
        for path in self.files(data):
            path.write_bytes(b"")
            break
        report = index(data, folder)
        assert (report.published, report.unchanged, report.encoded) == (True, 3, 0)
        assert sound(data).name == "000002"

    def test_rebuilding_replaces_an_altered_generation(self, data: Path, folder: Path) -> None:
        path = Generation(data).folder / "sentences.npy"
        path.write_bytes(path.read_bytes()[:-1] + b"\x7f")
        report = index(data, folder, rebuild=True)
        assert (report.published, report.changed, report.encoded) == (True, 3, report.chunks)
        sound(data)

    def test_spans_outside_the_text_are_noticed_by_the_check(self, data: Path) -> None:
        generation = sound(data)
        manifest = generation.folder / "manifest.json"
        raw = json.loads(manifest.read_text(encoding="utf-8"))
        spans = np.array(generation.sentence_spans) + 10_000
        np.save(generation.folder / "sentence_spans.npy", spans)
        raw["files"]["sentence_spans.npy"]["sha256"] = digest(generation.folder / "sentence_spans.npy")
        manifest.write_text(json.dumps(raw), encoding="utf-8")
        assert problems_of(Generation(data)) == ["manifest.json：内容与校验和不符 / checksum differs"]
        (generation.folder / "manifest.sha256").unlink()
        assert any("a sentence lies outside its chunk" in problem for problem in problems_of(Generation(data)))


def test_chunks_come_in_the_order_they_are_asked_for(data: Path) -> None:
    generation = sound(data)
    asked = [2, 0, 1]
    assert generation.chunks_at(asked) == [generation.chunks_at([ordinal])[0] for ordinal in asked]
    assert generation.chunks_at([]) == []
