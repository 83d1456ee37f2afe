import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from indexer import publication, vectors
from indexer.analyzer import ANALYZER_VERSION, analyze
from indexer.document import Field
from indexer.errors import DamagedGeneration, NoGeneration, UnknownDocument, ZhengwenError
from indexer.generations import Generation, current_name, digest, folders
from indexer.pipeline import Indexer
from indexer.publication import lookup_values
from indexer.reading import breadcrumb
from tests.indexer.support import FILES, LETTER, REPORT, HashingEncoder, index, written

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "文 件夹", FILES)


@pytest.fixture
def data(tmp_path: Path, folder: Path) -> Path:
    """A data directory with one published generation."""
    index(tmp_path / "数 据", folder)
    return tmp_path / "数 据"


class PowerCut(BaseException):
    """Nothing catches this."""


def sound(data: Path) -> Generation:
    """The current generation, checked."""
    generation = Generation(data)
    assert generation.check() == []
    return generation


def sources(generation: Generation) -> list[str]:
    return [document.source for document in generation.documents()]


def test_what_is_published(data: Path) -> None:
    generation = sound(data)
    assert generation.name == current_name(data) == "000001"
    assert sources(generation) == sorted(FILES)
    manifest = generation.manifest
    assert (manifest.documents, manifest.encoder, manifest.dimension) == (3, "hashing", 32)
    assert manifest.analyzer == generation.identity.analyzer == ANALYZER_VERSION
    assert len(generation.chunk_documents) == manifest.chunks == generation.chunk_vectors.ntotal
    assert set(manifest.files) | {"manifest.json"} == {path.name for path in generation.folder.iterdir()}


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
            assert generation.chunk(ordinal) == (number, place, chunk)
            assert generation.chunk_documents[ordinal] == number
    with pytest.raises(UnknownDocument, match="no such document"):
        generation.document_by_id("nothing")


def test_vectors_and_terms_belong_to_their_sentences_and_chunks(data: Path) -> None:
    generation = sound(data)
    encoder = HashingEncoder()
    assert generation.sentence_starts[0] == 0
    for ordinal in range(generation.manifest.chunks):
        number, _, chunk = generation.chunk(ordinal)
        document = generation.document(number)
        spans = generation.sentence_spans[generation.sentence_starts[ordinal] : generation.sentence_starts[ordinal + 1]]
        sentences = [document.text[start:end] for start, end in spans.tolist()]
        assert "".join("".join(sentences).split()) == "".join(document.text[chunk.start : chunk.end].split())
        stored = generation.sentences[generation.sentence_starts[ordinal] : generation.sentence_starts[ordinal + 1]]
        np.testing.assert_array_equal(stored, encoder.encode(sentences).astype(np.float16))
        crumb = breadcrumb(document.title, chunk.section)
        (passage,), _ = encoder.encode_passages([[crumb, *sentences]])
        found, cosines = vectors.search(generation.chunk_vectors, passage, 1)
        assert found.tolist() == [ordinal]
        assert cosines[0] == pytest.approx(1, abs=2e-3)
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
        return sorted(path for path in Generation(data).folder.iterdir() if path.name != "manifest.json")

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
            assert Generation(data).check() == [f"{path.name}：内容与校验和不符 / checksum differs"]
            path.write_bytes(original)
        sound(data)

    def test_a_file_that_disappears_while_it_is_open_is_noticed_by_the_check(self, data: Path) -> None:
        generation = Generation(data)
        (generation.folder / "sentences.npy").unlink()
        assert generation.check() == ["sentences.npy：内容与校验和不符 / checksum differs"]

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
        assert any("a sentence lies outside its chunk" in problem for problem in Generation(data).check())


class TestPublishing:
    def change(self, folder: Path) -> None:
        written(folder, {"报告.txt": REPORT + "\n新增一段，水质良好。\n"})

    def steps(self, data: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
        """How often publishing makes something durable."""
        count = 0
        real = os.fsync

        def counting(descriptor: int) -> None:
            nonlocal count
            count += 1
            real(descriptor)

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", counting)
            index(data, folder)
        return count

    def cut(self, monkeypatch: pytest.MonkeyPatch, at: int, error: BaseException) -> None:
        count = 0
        real = os.fsync

        def cutting(descriptor: int) -> None:
            nonlocal count
            count += 1
            if count == at:
                raise error
            real(descriptor)

        monkeypatch.setattr(os, "fsync", cutting)

    def test_a_crash_at_any_moment_leaves_the_old_or_the_new_generation(
        self, data: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.change(folder)
        shutil.copytree(data, tmp_path / "copy")
        steps = self.steps(tmp_path / "copy", folder, monkeypatch)
        assert steps > 15
        for at in (1, 2, steps // 2, steps - 3, steps - 2, steps - 1, steps):
            broken = tmp_path / f"data{at}"
            shutil.copytree(data, broken)
            with monkeypatch.context() as patched:
                self.cut(patched, at, PowerCut())
                with pytest.raises(PowerCut):
                    index(broken, folder)
            left = sound(broken)
            switched = "新增一段" in next(d.text for d in left.documents() if d.source == "报告.txt")
            assert left.name == ("000002" if switched else "000001")
            assert switched == (at == steps)
            report = index(broken, folder)
            assert (report.published, report.encoded) == (True, 0)
            assert "新增一段" in "".join(document.text for document in sound(broken).documents())
            assert not list((broken / "generations").glob(".partial-*"))
            assert len(folders(broken)) <= 2

    def test_a_full_disk_is_one_line_and_the_old_generation_stays(
        self, data: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.change(folder)
        with monkeypatch.context() as patched:
            self.cut(patched, 3, OSError(28, "No space left on device"))
            with pytest.raises(ZhengwenError, match=r"No space left on device.*what is published stays") as caught:
                index(data, folder)
        assert "\n" not in str(caught.value)
        assert sound(data).name == "000001"
        assert index(data, folder).published

    @pytest.mark.parametrize("moment", ["switch", "_write_documents"])
    def test_a_crash_around_the_switch(
        self, data: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, moment: str
    ) -> None:
        self.change(folder)

        def crash(*_: object) -> None:
            raise PowerCut

        with monkeypatch.context() as patched:
            patched.setattr(publication, moment, crash)
            with pytest.raises(PowerCut):
                index(data, folder)
        assert sound(data).name == "000001"
        index(data, folder)
        assert "新增一段" in "".join(document.text for document in sound(data).documents())

    def test_a_killed_process_leaves_the_old_generation_and_no_lock(self, data: Path, folder: Path) -> None:
        self.change(folder)
        code = (
            "import os, sys; from pathlib import Path; from indexer import publication\n"
            "from tests.indexer.support import index\n"
            "publication.switch = lambda *_: os._exit(9)\n"
            "index(Path(sys.argv[1]), Path(sys.argv[2]))"
        )
        killed = subprocess.run([sys.executable, "-c", code, str(data), str(folder)], cwd=ROOT, timeout=60, check=False)
        assert killed.returncode == 9
        assert sound(data).name == "000001"
        report = index(data, folder)
        assert report.published
        # The folder that was never current is gone, the one that readers may hold is not.
        assert [path.name for path in folders(data)] == ["000001", report.generation]

    def test_old_generations_go_and_readers_of_the_one_before_are_not_disturbed(
        self, data: Path, folder: Path, tmp_path: Path
    ) -> None:
        reader = Generation(data)
        before = sources(reader)
        assert reader.chunk_vectors.ntotal
        scores = reader.words.scores(["水厂"]).tolist()
        for number in range(2, 6):
            written(folder, {"报告.txt": f"{REPORT}\n第{number}次修改，水质良好。\n"})
            late = Generation(data)
            index(data, folder)
            # Opened at the moment of publishing: everything that is read later is still there.
            assert late.check() == []
            assert [path.name for path in folders(data)] == [f"{number - 1:06d}", f"{number:06d}"]
        assert not reader.folder.exists()
        assert sources(reader) == before
        assert reader.words.scores(["水厂"]).tolist() == scores
        assert np.array(reader.sentences).shape[1] == 32

    def test_folders_that_are_no_generations_are_left_alone(self, data: Path, folder: Path) -> None:
        copy = data / "generations" / "000001 的备份"
        shutil.copytree(data / "generations" / "000001", copy)
        self.change(folder)
        assert index(data, folder).generation == "000002"
        assert copy.is_dir()

    def test_numbers_go_on_beyond_six_digits(self, data: Path, folder: Path) -> None:
        (data / "generations" / "000001").rename(data / "generations" / "999999")
        (data / "CURRENT").write_text("999999\n", encoding="utf-8")
        for expected in ("1000000", "1000001"):
            written(folder, {"报告.txt": REPORT + expected})
            assert index(data, folder).generation == expected

    def test_removing_a_document_publishes_without_it(self, data: Path) -> None:
        letter = next(d for d in Generation(data).documents() if d.text.startswith(LETTER[:5]))
        with Indexer(data, HashingEncoder()) as indexer:
            assert indexer.remove(letter.document_id)
        assert letter.source not in sources(sound(data))
