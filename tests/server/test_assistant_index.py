"""The assistant while its index changes under it, and where it cannot be opened."""

import logging
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer.encoders import Encoder
from indexer.errors import DamagedGeneration, EncoderMismatch, NoGeneration
from indexer.pipeline import Indexer
from server.assistant import Answer, Assistant
from tests.server.support import OtherEncoder


def letter(number: str, proposer: str) -> str:
    return (
        f"某市水利局\n\n渝水函〔2025〕{int(number)}号\n\n关于市六届人大三次会议第{number}号建议的答复函\n\n{proposer}代表：\n\n"
        f"您提出的《关于第{number}号工程建设的建议》收悉，现答复如下。全市今年新建供水站{int(number)}座。\n\n某市水利局\n\n2025年5月6日\n"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "文件 夹"
    made.mkdir()
    (made / "一.txt").write_text(letter("0101", "张三"), encoding="utf-8")
    return made


def publish(folder: Path, data_dir: Path, encoder: Encoder) -> None:
    with Indexer(data_dir, encoder) as indexer:
        indexer.index([folder])


@pytest.fixture
def living(folder: Path, tmp_path: Path, encoder: Encoder) -> tuple[Assistant, Path]:
    """An assistant over an index of one letter, and its data directory."""
    publish(folder, tmp_path / "data", encoder)
    return Assistant.open(tmp_path / "data", encoder), tmp_path / "data"


def proposer(assistant: Assistant, number: str) -> str:
    return assistant.ask(f"第{number}号建议是谁提出的").answer


def test_a_new_generation_is_followed(folder: Path, living: tuple[Assistant, Path], encoder: Encoder) -> None:
    assistant, data_dir = living
    assert proposer(assistant, "0101") == "提出人：张三 [1]"
    assert not assistant.ask("第0102号建议是谁提出的").answered
    (folder / "二.txt").write_text(letter("0102", "李四"), encoding="utf-8")
    publish(folder, data_dir, encoder)
    assistant.refresh()
    assert assistant.generation.name == "000002"
    assert proposer(assistant, "0102") == "提出人：李四 [1]"
    (folder / "一.txt").unlink()
    publish(folder, data_dir, encoder)
    assistant.refresh()
    assert not assistant.ask("第0101号建议是谁提出的").answered


def test_an_index_begun_afresh_is_followed_although_it_counts_from_one_again(
    folder: Path, living: tuple[Assistant, Path], encoder: Encoder
) -> None:
    assistant, data_dir = living
    assert proposer(assistant, "0101") == "提出人：张三 [1]"
    shutil.rmtree(data_dir)
    (folder / "一.txt").write_text(letter("0103", "王五"), encoding="utf-8")
    publish(folder, data_dir, encoder)
    assistant.refresh()
    assert assistant.generation.name == "000001"
    assert not assistant.ask("第0101号建议是谁提出的").answered
    assert proposer(assistant, "0103") == "提出人：王五 [1]"


def broken_pointer(data_dir: Path) -> None:
    (data_dir / "CURRENT").unlink()


def pointer_to_nowhere(data_dir: Path) -> None:
    (data_dir / "CURRENT").write_text("000099\n", encoding="utf-8")


def empty_pointer(data_dir: Path) -> None:
    (data_dir / "CURRENT").write_text("", encoding="utf-8")


def garbled_pointer(data_dir: Path) -> None:
    (data_dir / "CURRENT").write_bytes(b"\xff\xfe\x00")


@pytest.mark.parametrize("damage", [broken_pointer, pointer_to_nowhere, empty_pointer, garbled_pointer])
def test_while_the_newest_cannot_be_opened_the_open_one_answers(
    folder: Path, living: tuple[Assistant, Path], encoder: Encoder, caplog: pytest.LogCaptureFixture,
    damage: Callable[[Path], None],
) -> None:  # fmt: skip
    assistant, data_dir = living
    damage(data_dir)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assistant.refresh()
            assert proposer(assistant, "0101") == "提出人：张三 [1]"
    assert len(caplog.records) == 1  # said once, not at every question
    (folder / "二.txt").write_text(letter("0102", "李四"), encoding="utf-8")
    publish(folder, data_dir, encoder)
    assistant.refresh()
    assert proposer(assistant, "0102") == "提出人：李四 [1]"


def test_an_index_of_another_encoder_is_not_moved_to(
    folder: Path, living: tuple[Assistant, Path], encoder: Encoder
) -> None:
    assistant, data_dir = living
    publish(folder, data_dir, OtherEncoder())
    assistant.refresh()
    assert proposer(assistant, "0101") == "提出人：张三 [1]"
    publish(folder, data_dir, encoder)
    assistant.refresh()
    assert assistant.generation.name == "000003"


def test_a_thread_that_comes_late_still_gets_the_old_generation(living: tuple[Assistant, Path]) -> None:
    # The pointer is gone, and each thread opens its own connection to the generation.
    assistant, data_dir = living
    broken_pointer(data_dir)
    assistant.refresh()
    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(proposer(assistant, "0101")))
    thread.start()
    thread.join()
    assert answers == ["提出人：张三 [1]"]


def test_publishing_while_many_ask(folder: Path, living: tuple[Assistant, Path], encoder: Encoder) -> None:
    assistant, data_dir = living
    stop = threading.Event()

    def ask() -> list[Answer]:
        given = []
        while not stop.is_set():
            assistant.refresh()
            given.append(assistant.ask("第0101号建议是谁提出的"))
        return given

    with ThreadPoolExecutor(8) as threads:
        asking = [threads.submit(ask) for _ in range(8)]
        for number in ("0102", "0103", "0104"):
            (folder / f"{number}.txt").write_text(letter(number, "李四"), encoding="utf-8")
            publish(folder, data_dir, encoder)
        stop.set()
        answers = [answer for asked in asking for answer in asked.result()]
    assert len(answers) >= 8
    assert {answer.answer for answer in answers} == {"提出人：张三 [1]"}
    assistant.refresh()
    assert assistant.generation.name == "000004"


# An index that cannot be opened


def test_no_index(tmp_path: Path, encoder: Encoder) -> None:
    with pytest.raises(NoGeneration, match="zhengwen index"):
        Assistant.open(tmp_path / "nothing here", encoder)


@pytest.mark.parametrize(
    "name", ["documents.sqlite", "chunks.0.faiss", "sentences.npy", "words.terms.npy", "manifest.json"]
)
def test_a_truncated_file(own_data_dir: Path, encoder: Encoder, name: str) -> None:
    file = next((own_data_dir / "generations").glob(f"*/{name}"))
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(DamagedGeneration, match="--rebuild"):
        Assistant.open(own_data_dir, encoder)


def test_another_encoder(data_dir: Path) -> None:
    with pytest.raises(EncoderMismatch, match="ZHENGWEN_ENCODER"):
        Assistant.open(data_dir, OtherEncoder())
