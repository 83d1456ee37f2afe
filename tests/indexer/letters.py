"""A letter that answers a proposal, to be read with one part changed."""

from indexer.metadata import read_metadata


def values(text: str, title: str | None = None) -> dict[str, str]:
    return {name: field.value for name, field in read_metadata(text, title).items()}


def reply(kind: str = "提案", head: str = "", opening: str = "", tail: str = "") -> dict[str, str]:
    return values(
        f"清河市水利局\n\n{head}\n\n关于市政协七届三次会议第0123号{kind}的答复函\n\n张小河委员：\n\n提案收悉。{opening}现答复如下：\n\n"
        f"一、改造水厂。已经完成。\n\n{tail}"
    )
