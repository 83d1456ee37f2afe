"""``zhengwen index`` as a process: what it takes, what it reports, and the code it exits with."""

import shutil
from pathlib import Path

import pytest

from tests.server.support import FIRST, PUMPS, REPORT, SECOND, Cli, answers, ids


def test_index_ask_and_index_again(cli: Cli, folder: Path) -> None:
    data = cli.folder / "数据 目录"
    built = cli.afresh("index", folder, "--data-dir", data)
    assert (built.code, built.out) == (0, "")
    assert built.err.startswith("已发布第 1 代索引：2 份文件，2 个段落（新增 2，")
    assert "━" not in built.err  # no progress bar where nobody looks at a terminal
    answer = cli.afresh("ask", "张三代表的建议是第几号，今年新建供水站多少座", "--data-dir", data, "--json").json()
    assert answer["answered"]
    again = cli("index", folder, "--data-dir", data)
    assert again.code == 0
    assert "无变化，仍为第 1 代索引" in again.err
    assert cli("index", folder, "--data-dir", data, "--quiet").err == ""
    rebuilt = cli("index", folder, "--data-dir", data, "--rebuild")
    assert "已发布第 2 代索引" in rebuilt.err
    assert "编码 2" in rebuilt.err


def test_index_takes_files_and_folders(cli: Cli, folder: Path, corpus: Path) -> None:
    data = cli.folder / "data"
    assert cli("index", folder, corpus / REPORT, "--data-dir", data).code == 0
    assert set(ids(cli, data)) == {FIRST, SECOND, REPORT}


def test_index_is_of_corpus_and_in_zhengwen_unless_told_otherwise(cli: Cli, folder: Path) -> None:
    shutil.copytree(folder, cli.folder / "corpus")
    assert cli("index").code == 0
    assert (cli.folder / ".zhengwen" / "CURRENT").read_text(encoding="utf-8") == "000001\n"
    assert cli("ask", "第0125号建议是谁提出的").out.startswith("提出人：张三 [1]")


def test_what_cannot_be_read_is_reported_and_the_rest_indexed(cli: Cli, folder: Path) -> None:
    (folder / "空 文件.txt").write_bytes(b"")
    (folder / "坏.txt").write_bytes(bytes(range(256)) * 8)
    (folder / "表.xyz").write_text("x", encoding="utf-8")
    (folder / "断 链接.txt").symlink_to(folder / "nowhere.txt")
    built = cli("index", folder, "--data-dir", cli.folder / "data")
    assert built.code == 0
    assert built.out == ""
    lines = built.err.splitlines()
    assert [line for line in lines if "空 文件.txt" in line and line.startswith("跳过 skipped")]
    assert [line for line in lines if "坏.txt" in line and line.startswith("跳过 skipped")]
    assert [line for line in lines if "表.xyz" in line and line.startswith("跳过 skipped")]
    assert [line for line in lines if line.startswith("已发布第 1 代索引：2 份文件")]
    assert "Traceback" not in built.err


def test_a_folder_of_nothing_readable_reports_each_file_and_exits_2(cli: Cli, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "坏.txt").write_bytes(bytes(range(256)) * 8)
    built = cli("index", bad, "--data-dir", cli.folder / "data")
    assert built.code == 2
    first, last = built.err.splitlines()
    assert first.startswith("跳过 skipped 坏.txt：")
    assert last.startswith("zhengwen: 没有可以索引的文件")


def test_an_empty_folder_keeps_what_is_published(cli: Cli, letters: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = cli.afresh("index", tmp_path / "empty", "--data-dir", letters)
    assert done.code == 2
    assert "没有可以索引的文件" in done.one_line()
    assert answers(cli, letters)


@pytest.mark.parametrize("path", ["没有 这里", "nowhere.txt", "a\nb"])
def test_a_path_that_is_not_there(cli: Cli, path: str) -> None:
    done = cli("index", path, "--data-dir", cli.folder / "data")
    assert done.code == 2
    assert "没有这个文件或文件夹" in done.one_line()


def test_a_single_file_of_no_known_format(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.xyz").write_text("x", encoding="utf-8")
    done = cli("index", tmp_path / "a.xyz", "--data-dir", cli.folder / "data")
    assert done.code == 2
    assert done.err.splitlines()[-1].startswith("zhengwen:")


def test_the_data_directory_may_not_be_a_file(cli: Cli, folder: Path) -> None:
    (cli.folder / "data").write_text("x", encoding="utf-8")
    for arguments in (("index", folder), ("ask", "631"), ("documents", "list"), ("check",)):
        done = cli(*arguments, "--data-dir", cli.folder / "data")
        assert done.code == 2
        assert "data" in done.one_line()


def test_larger_files_are_left_out(cli: Cli, folder: Path) -> None:
    (folder / "大.txt").write_text("供水工程。" * 100_000, encoding="utf-8")  # 1.5 MB in one line
    built = cli("index", folder, "--data-dir", cli.folder / "data", ZHENGWEN_MAX_FILE_MB="1")
    assert built.code == 0
    assert any("大.txt" in line and "ZHENGWEN_MAX_FILE_MB" in line for line in built.err.splitlines())
    assert "2 份文件" in built.err


def table(printed: str) -> dict[str, str]:
    """Rows of the table at the end of a run: the English part of the name -> the value; reasons by themselves."""
    lines = printed.splitlines()
    start = next(i for i, line in enumerate(lines) if "份文件" in line)
    rows = [line.strip() for line in lines[start + 1 :]]
    cells = [row.split(" × ", 1)[::-1] if " × " in row else row.rsplit(None, 1) for row in rows]
    return {name.strip(): value for name, value in cells}


def test_a_run_ends_with_a_table(cli: Cli, folder: Path) -> None:
    shutil.copyfile(folder / FIRST, folder / "副本.txt")
    older = f"清河区泵站值守方案\n\n{PUMPS}\n电话畅通。\n\n2021年1月5日\n"
    (folder / "旧.txt").write_text(older, encoding="utf-8")
    (folder / "新.txt").write_text(older.replace("2021年", "2022年"), encoding="utf-8")
    for name in ("表.xlsx", "另一表.xlsx", "图.xyz"):
        (folder / name).write_bytes(b"x")
    (folder / "空.txt").write_bytes(b"")
    built = cli("index", folder, "--data-dir", cli.folder / "data")
    rows = table(built.err)
    seconds = rows.pop("秒 seconds")
    chunks = rows.pop("段落 chunks")
    assert float(seconds) > 0
    assert f"4 份文件，{chunks} 个段落" in built.err
    assert rows == {
        "文件 files": "5", "本次读取的页 pages read": "5", "跳过 skipped": "4", "OCR 页 OCR pages": "0", "重复文件 duplicates": "1",
        "近似旧版 older versions": "1", "格式 .xlsx 暂不支持 / unsupported format": "2", "格式 .xyz 暂不支持 / unsupported format": "1",
        "文件没有文字 / the file holds no text": "1",
    }  # fmt: skip
    again = table(cli("index", folder, "--data-dir", cli.folder / "data").err)
    assert again["本次读取的页 pages read"] == "0"
    assert {name: again[name] for name in rows if "pages read" not in name} == {
        name: value for name, value in rows.items() if "pages read" not in name
    }


def test_many_reasons_are_summed_up(cli: Cli, folder: Path) -> None:
    for number in range(12):
        (folder / f"表.x{number:02d}").write_bytes(b"x")
    rows = table(cli("index", folder, "--data-dir", cli.folder / "data").err)
    assert (rows["跳过 skipped"], rows["其他原因，见上 / other reasons, see above"]) == ("12", "4")
