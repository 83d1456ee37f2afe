"""``zhengwen keys``: create, list and revoke access keys."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from server.options import AsJson, DataDir, read_settings
from server.terminal import print_json, reported

if TYPE_CHECKING:
    from server.security.keys import Key

app = typer.Typer(rich_markup_mode=None, help="访问密钥：新建、列出、撤销 / access keys: create, list, revoke.")


@app.callback(invoke_without_command=True)
def keys(context: typer.Context, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出密钥 / list keys."""
    if context.invoked_subcommand is None:
        list_keys(data_dir, as_json)
    else:  # The options mean the same before and after the name of the command.
        given = {"data_dir": data_dir} if data_dir else {}
        context.default_map = {context.invoked_subcommand: {**given, "as_json": as_json}}


def shown(key: "Key") -> dict[str, Any]:
    """A key as people may see it: everything but its hash."""
    facts = asdict(key)
    del facts["hash"]
    return {**facts, "origins": list(key.origins), "valid": key.valid}


def _line(key: "Key") -> str:
    kind = "网页 publish" if key.kind == "publish" else "密钥 secret"
    state = "有效" if key.valid else f"已撤销 {key.revoked}" if key.revoked else f"已到期 {key.expires}"
    until = f"，有效至 {key.expires}" if key.valid and key.expires else ""
    origins = f"  {' '.join(key.origins)}" if key.origins else ""
    return f"{key.id}  {key.role:<6}  {kind}  {state}{until}  {key.name}{origins}"


def _where(data_dir: Path | None) -> Path:
    return data_dir or read_settings().data_dir


def _write_down(data_dir: Path, action: str, key: "Key") -> None:
    from server.security.audit import AuditLog

    settings = read_settings()
    changed = {name: value for name, value in shown(key).items() if name in ("id", "kind", "role", "name", "origins")}
    AuditLog(data_dir, settings.audit_days, settings.audit_texts).write(action, name="command line", changed=changed)


@app.command("create")
def create_key(
    role: Annotated[
        Literal["public", "deputy", "staff", "admin"],
        typer.Option("--role", help="公众、代表、工作人员、管理员 / what its holder may see and do."),
    ],
    name: Annotated[str, typer.Option("--name", help="给谁、给哪个系统用 / whom it is for.")],
    publish: Annotated[
        bool, typer.Option("--publish", help="写在网页里的密钥，只能换取短期令牌 / a key for pages, good for tokens only.")
    ] = False,
    origins: Annotated[
        list[str] | None,
        typer.Option("--origin", help="可用的网页来源，可多次，如 https://oa.example.gov.cn / pages that may use it."),
    ] = None,
    days: Annotated[int | None, typer.Option("--days", min=1, max=36_500, help="几天后到期 / days it is valid.")] = None,
    data_dir: DataDir = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """新建密钥；密钥只显示这一次 / create a key, which is shown this once."""
    from server.security.keys import KeyStore

    where = _where(data_dir)
    with reported():
        store = KeyStore(where)
        key, presented = store.create(role, name, "publish" if publish else "secret", origins or (), days)
        _write_down(where, "key created", key)
        has_admin = any(one.role == "admin" and one.valid for one in store.keys().keys)
    if as_json:
        print_json({**shown(key), "key": presented})
    else:
        typer.echo(presented)
    typer.echo(f"已新建 {_line(key)}。请现在保存，之后无法再查看 / keep it now: it cannot be shown again", err=True)
    if not has_admin:
        typer.echo("还没有管理员密钥，网页上将无人能管理；可再建 --role admin / there is no admin key yet", err=True)


@app.command("list")
def list_keys(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出密钥，撤销的也在内 / list keys, those revoked too."""
    from server.security.keys import KeyStore

    with reported():
        found = KeyStore(_where(data_dir)).keys().keys
    if as_json:
        print_json({"total": len(found), "keys": [shown(key) for key in found]})
        return
    for key in found:
        typer.echo(_line(key))
    if not found:
        typer.echo("没有密钥：只有本机可以访问，角色为管理员 / no keys: this machine alone may ask, as admin", err=True)


@app.command("revoke")
def revoke_key(key_id: str, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """撤销密钥，立即生效，其令牌和登录一并失效 / revoke a key, its tokens and sessions with it, at once."""
    from server.security.keys import KeyStore

    where = _where(data_dir)
    with reported():
        key = KeyStore(where).revoke(key_id)
        _write_down(where, "key revoked", key)
    if as_json:
        print_json(shown(key))
    typer.echo(f"已撤销 {_line(key)}", err=True)
