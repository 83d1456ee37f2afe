"""Writes a collection of reports as a folder of text files that questions can be asked of.

    python -m eval.reports FILE.jsonl.gz --out FOLDER [--with FOLDER]

``FILE`` has one report a line: ``title``, which stands above, and ``text``. The files are named ``report000.txt``,
``report001.txt``, … in the order of the lines, as eval/questions/reports.jsonl names them. ``--with`` copies the files of another
folder beside them.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.lines import json_lines, text_field


def reports_of(path: Path) -> Iterator[tuple[str, str]]:
    """File names and texts of the reports of a JSON lines file, ``.gz`` too. Raises BadDataset."""
    for number, (line, record) in enumerate(json_lines(path)):
        text, title = text_field(path, line, record, "text"), text_field(path, line, record, "title", "").strip()
        yield f"report{number:03d}.txt", f"{title}\n\n{text}" if title else text


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(prog="python -m eval.reports", description="Write reports as text files.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--with", dest="beside", type=Path, help="a folder whose files are copied beside them")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    count = 0
    for name, text in reports_of(options.file):
        (options.out / name).write_text(text, encoding="utf-8")
        count += 1
    for path in sorted(options.beside.iterdir()) if options.beside else ():
        shutil.copyfile(path, options.out / path.name)
    print(f"{count} reports, written to {options.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
