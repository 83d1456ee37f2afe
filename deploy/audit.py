"""``make audit``: what is installed is what is pinned, every pin has its hashes, and no known fault is in any of it.

Run with the Python whose packages are meant. Exit codes: 0 sound, 1 something is wrong. Known faults are looked up by
pip-audit where it is installed and reaches its data; where it does not, one line says so.
"""

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = "zhengwen"
# Its builds for CPU and CUDA are different files of one version; which one it is, is the choice of whoever installs.
WITHOUT_HASHES = frozenset({"torch"})
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)


def pins_of(text: str) -> dict[str, str]:
    """Versions by normalised name, of a file of constraints or a lock."""
    return {str(canonicalize_name(name)): pinned for name, pinned in _PIN.findall(text)}


def locked_of(text: str) -> dict[str, tuple[str, int]]:
    """Version and number of SHA-256 hashes by normalised name, of a lock."""
    starts = [match.start() for match in _PIN.finditer(text)] + [len(text)]
    entries = [text[start:end] for start, end in pairwise(starts)]
    return {
        name: (pinned, len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry)))
        for entry in entries
        for name, pinned in pins_of(entry).items()
    }


def requirements_of(project: dict[str, Any]) -> list[Requirement]:
    """What pyproject.toml asks for, every extra included."""
    lists = [project.get("dependencies", []), *project.get("optional-dependencies", {}).values()]
    found = (Requirement(line) for lines in lists for line in lines)
    return [one for one in found if canonicalize_name(one.name) != PROJECT]


def installed(asked: list[Requirement]) -> dict[str, str]:
    """Versions of what is asked for and of all that it needs in turn, as far as it is installed."""
    found: dict[str, str] = {}
    waiting = [(one, extra) for one in asked for extra in ("", *one.extras)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        one, extra = waiting.pop()
        name = str(canonicalize_name(one.name))
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            found[name] = version(one.name)
            lines = requires(one.name) or []
        except PackageNotFoundError:
            continue
        for line in lines:
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                waiting.extend((needed, more) for more in ("", *needed.extras))
    return found


def problems_of(asked: list[Requirement], pins: dict[str, str], locked: dict[str, tuple[str, int]]) -> list[str]:
    """What does not agree, a line each."""
    found: list[str] = []
    for one in asked:
        pinned = pins.get(str(canonicalize_name(one.name)))
        if pinned is None:
            found.append(f"constraints.txt：缺少 {one.name} / not pinned")
        elif not one.specifier.contains(pinned, prereleases=True):
            found.append(
                f"constraints.txt：{one.name}=={pinned} 不合 pyproject.toml 的 {one.specifier} / does not satisfy it"
            )
    for name, there in sorted(installed(asked).items()):
        if name not in pins:
            found.append(f"constraints.txt：缺少已安装的 {name}=={there} / installed, not pinned")
        elif there.split("+")[0] != pins[name]:
            found.append(f"{name}：已安装 {there}，应为 {pins[name]} / another version is installed")
    for name, pinned in sorted(pins.items()):
        if name in WITHOUT_HASHES:
            continue
        there, hashes = locked.get(name, ("", 0))
        if there != pinned or not hashes:
            found.append(
                f"deploy/requirements.lock：{name}=={pinned} 没有校验和，请运行 make lock / has no hash: run make lock"
            )
    found.extend(
        f"deploy/requirements.lock：多出 {name}，请运行 make lock / is pinned no longer: run make lock"
        for name in sorted(locked.keys() - pins.keys())
    )
    return found


def known_faults(constraints: Path) -> tuple[list[str], str]:
    """Known faults by pip-audit, a line each; and, where they cannot all be looked up, why."""
    if find_spec("pip_audit") is None:
        return [], "没有安装 pip-audit / pip-audit is not installed"
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--no-deps",
        "--disable-pip",
        "--progress-spinner=off",
        "--format=json",
    ]
    try:
        done = subprocess.run(
            [*command, "--timeout=10", "-r", str(constraints)], capture_output=True, text=True, timeout=300, check=False
        )
        dependencies: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return [], "pip-audit 连不上它的数据 / pip-audit does not reach its data"
    faults = [
        f"{one['name']}=={one['version']}：{fault['id']}，改正于 {'、'.join(fault['fix_versions']) or '尚无'} / known fault"
        for one in dependencies
        for fault in one.get("vulns", [])
    ]
    # It ends well where it knows nothing of a package, even of all of them.
    unknown = sum("skip_reason" in one for one in dependencies)
    return faults, f"{unknown} 个包查不到 / packages could not be looked up" if unknown else ""


def main() -> int:
    """Print what is wrong, and say what was looked at."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    constraints = ROOT / "constraints.txt"
    pins = pins_of(constraints.read_text(encoding="utf-8"))
    lock = ROOT / "deploy/requirements.lock"
    locked = locked_of(lock.read_text(encoding="utf-8")) if lock.is_file() else {}
    found = problems_of(requirements_of(project), pins, locked)
    faults, unknown = known_faults(constraints)
    for line in found + faults:
        print(line, file=sys.stderr)
    if unknown:
        print(f"已知漏洞没有查全：{unknown} / known faults were not all looked up", file=sys.stderr)
    hashes = sum(count for _, count in locked.values())
    print(f"{len(pins)} 个固定版本，{hashes} 个校验和，{len(found) + len(faults)} 处问题 / pins, hashes, problems")
    return 1 if found or faults else 0


if __name__ == "__main__":
    sys.exit(main())
