"""Every command that the two READMEs show is run."""

import os
import re
import socket
import subprocess
import time
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
# Commands that would run this very test, or run until they are stopped, are tested below in their own way.
_SPECIAL = {"make test", "make serve"}


def commands(readme: str) -> list[str]:
    blocks = _BLOCK.findall((ROOT / readme).read_text(encoding="utf-8"))
    return [line for block in blocks for line in block.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    if not (ROOT / ".venv" / ".stamp").exists():
        pytest.skip("no .venv: the README's commands need `make setup`")
    return os.environ | {"ZHENGWEN_DATA_DIR": str(tmp_path_factory.mktemp("readme"))}


def test_both_readmes_show_the_same_commands() -> None:
    plain = [[re.sub(r'echo ".*"', "echo", line) for line in commands(readme)] for readme in READMES]
    assert plain[0] == plain[1]
    assert plain[0][:2] == ['make ask Q="什么是631机制"', "make test"]


def test_commands_run(environment: dict[str, str]) -> None:
    shown = [line for line in commands(READMES[0]) if line not in _SPECIAL]
    assert len(shown) >= 9
    for line in shown:
        done = subprocess.run(
            ["bash", "-c", line], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        if line.startswith("make ask"):
            assert "提前6个月" in done.stdout
            assert "[1]" in done.stdout


def test_make_test_runs_pytest(environment: dict[str, str]) -> None:
    done = subprocess.run(
        ["make", "-n", "test"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert "pytest" in done.stdout


def test_make_serve_answers(environment: dict[str, str]) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 8000)) == 0:
            pytest.skip("port 8000, which `make serve` uses, is taken on this machine")
    process = subprocess.Popen(
        ["make", "serve"], cwd=ROOT, env=environment, start_new_session=True, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                ready = httpx.get("http://127.0.0.1:8000/readyz", timeout=5)
            except httpx.TransportError:
                time.sleep(0.3)
                continue
            assert ready.json()["status"] == "ready"
            return
        pytest.fail("make serve did not answer within two minutes")
    finally:
        os.killpg(process.pid, 15)
        process.wait(timeout=30)


def test_every_setting_is_documented_with_its_default() -> None:
    from server.settings import Settings

    lines = (ROOT / "docs/settings.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("| `ZHENGWEN_")]
    assert [row[0] for row in rows] == [f"`ZHENGWEN_{name.upper()}`" for name in Settings.model_fields]
    for row, field in zip(rows, Settings.model_fields.values(), strict=True):
        default = field.default
        if isinstance(default, bool):
            assert row[1] == f"`{str(default).lower()}`", row[0]
        elif isinstance(default, int | float):
            assert float(row[1].strip("`")) == default, row[0]
        assert row[3] == field.description
        assert re.search("[\u4e00-\u9fff]", row[2]), row[0]
