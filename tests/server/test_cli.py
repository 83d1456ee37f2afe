"""The command line as a whole: settings, usage, and what keeps the service from starting."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.support import Cli, free_port

# Settings


def test_the_data_directory_of_the_environment(cli: Cli, data_dir: Path) -> None:
    listing = cli("documents", "list", "--data-dir", data_dir).out
    assert cli.afresh("documents", "list", ZHENGWEN_DATA_DIR=str(data_dir)).out == listing
    # The option wins over the environment; an empty variable counts as not set.
    assert cli("documents", "list", "--data-dir", data_dir, ZHENGWEN_DATA_DIR="/nowhere").out == listing
    assert ".zhengwen" in cli("documents", "list", ZHENGWEN_DATA_DIR="").one_line()
    assert list(cli.folder.iterdir()) == []


def test_settings_may_stand_in_a_file(cli: Cli, data_dir: Path) -> None:
    (cli.folder / ".env").write_text(f"ZHENGWEN_DATA_DIR={data_dir}\nOTHER=1\n", encoding="utf-8")
    assert cli("check").code == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZHENGWEN_MAX_FILE_MB", "x"),
        ("ZHENGWEN_MAX_FILE_MB", "0"),
        ("ZHENGWEN_MAX_FILE_MB", "-3"),
        ("ZHENGWEN_MAX_QUESTION", "many"),
    ],
)
@pytest.mark.parametrize("arguments", [("index", "."), ("ask", "631"), ("serve",), ("documents", "list")], ids=" ".join)
def test_a_setting_that_is_wrong(cli: Cli, arguments: tuple[str, ...], name: str, value: str) -> None:
    done = cli(*arguments, **{name: value})
    assert done.code == 2
    assert name in done.one_line()


def test_the_longest_question_is_a_setting(cli: Cli, data_dir: Path) -> None:
    done = cli("ask", "什么是631机制", "--data-dir", data_dir, ZHENGWEN_MAX_QUESTION="5")
    assert done.code == 2
    assert "最多 5 个" in done.one_line()


# Usage


@pytest.mark.parametrize(
    "arguments",
    [
        ("bogus",), ("ask",), ("ask", "a", "b"), ("ask", "631", "--top-k", "0"), ("ask", "631", "--top-k", "101"), ("ask", "631", "--top-k", "x"),
        ("ask", "631", "--nothing"), ("search", "631", "--system", "magic"), ("documents", "bogus"), ("documents", "show"),
        ("documents", "remove"), ("serve", "--port", "0"), ("serve", "--port", "70000"), ("serve", "--port", "x"), ("--nothing",),
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_is_one_line(cli: Cli, arguments: tuple[str, ...]) -> None:
    done = cli(*arguments)
    assert done.code == 2
    assert "--help" in done.one_line()


def test_help(cli: Cli) -> None:
    done = cli.afresh("--help")
    assert (done.code, done.err) == (0, "")
    for command in ("index", "ask", "search", "documents", "serve", "check"):
        assert f"\n  {command} " in done.out
    alone = cli()
    assert (alone.code, alone.out) == (2, "")
    assert "--help" in alone.err
    assert "Traceback" not in alone.err
    for command in ("index", "ask", "search", "serve", "check"):
        of_command = cli(command, "--help")
        assert (of_command.code, of_command.err) == (0, "")
        assert "--data-dir" in of_command.out


def test_a_reader_that_goes_away(cli: Cli, data_dir: Path) -> None:
    command = f'"{sys.executable}" -m server search 国有资产 --json --top-k 70 --system bm25 --data-dir "{data_dir}" | head -c 20'
    done = subprocess.run(
        ["bash", "-c", command], cwd=cli.folder, env=cli.environ(), capture_output=True, timeout=120, check=True
    )
    assert len(done.stdout) == 20
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "nosuchhost.invalid", "a" * 70])
def test_other_addresses_are_refused(cli: Cli, data_dir: Path, host: str) -> None:
    done = cli("serve", "--host", host, "--port", str(free_port()), "--data-dir", data_dir)
    assert done.code == 2
    assert "--host" in done.one_line()


def test_a_port_in_use(cli: Cli, data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for host in ("127.0.0.1", "localhost"):
            done = cli("serve", "--host", host, "--port", port, "--data-dir", data_dir)
            assert done.code == 2
            assert port in done.one_line()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may listen on every port")
def test_a_port_that_is_not_ours(cli: Cli, data_dir: Path) -> None:
    done = cli("serve", "--port", "1", "--data-dir", data_dir)
    assert done.code == 2
    done.one_line()
