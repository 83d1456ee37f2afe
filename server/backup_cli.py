"""``zhengwen backup`` and ``zhengwen restore``: everything in the data directory, in one file and back."""

from pathlib import Path
from typing import Annotated

import typer

from server.options import DataDir, read_settings
from server.terminal import reported

File = Annotated[Path, typer.Argument(help="备份文件，如 zhengwen-2025-04-30.tar.gz / the backup.")]


def backup(file: File, data_dir: DataDir = None) -> None:
    """把索引、上传的文件、评价、密钥和记录备份成一个文件 / write everything to one file."""
    from indexer.backup import back_up

    with reported():
        contents = back_up(data_dir or read_settings().data_dir, file)
    size = sum(kept.size for kept in contents.files.values())
    typer.echo(
        f"已备份 {file}：第 {int(contents.generation)} 代索引，{len(contents.files)} 个文件，"
        f"{size / 1e6:.1f} MB，压缩后 {file.stat().st_size / 1e6:.1f} MB / backed up"
    )


def restore(file: File, data_dir: DataDir = None) -> None:
    """从备份恢复；先核对，再替换，原有内容另存 / restore a backup; what was there is kept aside."""
    from indexer.restoration import restore as bring_back

    with reported():
        restored = bring_back(file, data_dir or read_settings().data_dir)
    typer.echo(
        f"已恢复 {restored.contents.created} 的备份，现为第 {int(restored.generation)} 代索引；正在运行的服务请重启 / restored; "
        "restart a service that runs"
    )
    if restored.kept:
        typer.echo(f"原有内容保存在 {restored.kept}，不再需要时可以删除 / what was there before is kept here")


def register(app: typer.Typer) -> None:
    """Add both commands to the command line."""
    app.command()(backup)
    app.command()(restore)
