from pathlib import Path

import numpy as np
import pytest

from indexer.document import SourceDocument
from indexer.encoders import Encoder
from indexer.files import document_id_of
from indexer.generations import Generation
from indexer.pipeline import Indexer
from indexer.soundness import problems_of
from tests.indexer.published import counts, documents, ids, reasons
from tests.indexer.support import FILES, HashingEncoder, index, visible, written


class TestFirstRun:
    def test_a_folder_becomes_an_index(self, data: Path, folder: Path) -> None:
        report = index(data, folder)
        assert counts(report) == (3, 0, 0, 0)
        assert (report.documents, report.published, report.skipped) == (3, True, ())
        assert report.encoded == report.chunks > 3
        assert {name: visible(text) for name, text in documents(data).items()} == {
            n: visible(t) for n, t in FILES.items()
        }

    def test_ids_are_hashes_of_the_relative_path(self, data: Path, folder: Path) -> None:
        index(data, folder)
        assert ids(data) == {name: document_id_of(name) for name in FILES}
        # `printf 专版.md | sha256sum`
        assert document_id_of("专版.md") == "d1dfbffa0922fccd"

    def test_single_files_and_folders_may_be_named_together(self, data: Path, folder: Path) -> None:
        report = index(data, folder / "报告.txt", folder)
        assert counts(report) == (3, 0, 0, 0)
        assert counts(index(data, folder, folder)) == (0, 0, 3, 0)
        assert counts(index(data, folder / "报告.txt")) == (0, 0, 1, 2)
        assert list(documents(data)) == ["报告.txt"]

    def test_relative_paths_and_links_lead_to_the_same_documents(
        self, data: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        index(data, folder)
        monkeypatch.chdir(folder)
        (tmp_path / "link").symlink_to(folder)
        for path in (Path(), Path(), Path("../文 件夹"), tmp_path / "link"):
            assert counts(index(data, path)) == (0, 0, 3, 0)

    def test_hidden_and_temporary_files_are_left_out(self, data: Path, folder: Path) -> None:
        written(folder, {".hidden.txt": "甲", ".git/x.txt": "乙", "~$报告.txt": "丙"})
        assert index(data, folder).documents == 3

    def test_formats_that_are_not_supported_are_reported(self, data: Path, folder: Path) -> None:
        written(folder, {"表.xyz": "x", "没有后缀": "y"})
        assert reasons(index(data, folder)) == {
            "表.xyz": "格式 .xyz 暂不支持 / unsupported format",
            "没有后缀": "格式 (无后缀) 暂不支持 / unsupported format",
        }

    def test_progress_is_reported_for_each_step(self, data: Path, folder: Path) -> None:
        seen: list[tuple[str, int, int]] = []
        with Indexer(data, HashingEncoder(), lambda *step: seen.append(step)) as indexer:
            indexer.index([folder])
        assert list(dict.fromkeys(name for name, _, _ in seen)) == ["read", "encode", "publish"]
        for name in ("read", "encode", "publish"):
            steps = [(done, total) for step, done, total in seen if step == name]
            assert steps == sorted(steps)
            assert steps[-1][0] == steps[-1][1] > 0


class TestDocuments:
    def test_documents_that_are_no_files(self, data: Path) -> None:
        with Indexer(data, HashingEncoder()) as indexer:
            report = indexer.index_documents(
                (f"d{n}", SourceDocument(f"第{n}份\n\n全区水厂{n}座。", title=f"第{n}份")) for n in range(3)
            )
            assert (report.added, report.documents) == (3, 3)
            again = indexer.index_documents(
                [("d1", SourceDocument("第1份\n\n全区水厂1座。")), ("空", SourceDocument(" "))]
            )
        assert (again.documents, again.removed) == (1, 2)
        assert list(reasons(again)) == ["空"]
        assert list(documents(data)) == ["d1"]


def test_the_sample_corpus_with_the_bundled_encoder(data: Path, corpus: Path, encoder: Encoder) -> None:
    with Indexer(data, encoder) as indexer:
        report = indexer.index([corpus / "关于第0457号建议的答复函.txt", corpus / "大渡口区2023年度国有资产报告.txt"])
    assert report.documents == 2
    generation = Generation(data)
    assert problems_of(generation) == []
    assert generation.identity.fingerprint == encoder.fingerprint
    for ordinal in range(0, report.chunks, 7):
        document = generation.document(generation.chunks_at([ordinal])[0][0])
        places = slice(*generation.sentence_starts[ordinal : ordinal + 2].tolist())
        sentences = [document.text[start:end] for start, end in generation.sentence_spans[places].tolist()]
        rows = np.arange(places.start, places.stop)
        for row, vector in zip(rows.tolist(), encoder.encode(sentences), strict=True):
            assert generation.sentence_cosines(np.array([row]), vector)[0] == pytest.approx(1, abs=5e-3)
