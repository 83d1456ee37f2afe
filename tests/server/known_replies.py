"""Made-up replies to proposals of several people on several subjects, and a report beside them."""

_LETTER = """{organ}

A

{disclosure}

{mark}〔2025〕{serial}号

{organ}
关于{session}第{number}号{kind}办理情况的答复函

{proposer}：

您提出的{about}收悉。{said}现答复如下：

一、已开展的工作

今年已新建供水站{serial}座，铺设管网35公里。

二、下一步打算

我们将于明年6月底前完成护岸加固。

本函已经赵小川局长审签。

{organ}

2025年5月{day}日

{contact}"""


def reply(
    number: str, proposer: str, about: str, serial: int, organ: str = "清河市水务局", mark: str = "清水函", said: str = "",
    disclosure: str = "主动公开", contact: str = "联系人：丁一\n\n联系电话：0123-5550100\n", session: str = "市六届人大三次会议",
) -> str:  # fmt: skip
    """A reply of May 2025; ``proposer`` with 代表 or 委员, by which it is one to a 建议 or a 提案."""
    kind = "建议" if proposer.endswith("代表") else "提案"
    session = session if kind == "建议" else "市政协六届三次会议"
    return _LETTER.format(
        number=number, proposer=proposer, about=about, serial=serial, organ=organ, mark=mark, said=said, kind=kind,
        disclosure=disclosure, contact=contact, session=session, day=serial,
    )  # fmt: skip


def titled(title: str, number: str) -> str:
    """The title of a proposal as letters quote it."""
    return f"《{title}》（第{number}号）"


REPLIES = {
    "管网": reply("0101", "王明代表", titled("关于加强老旧小区供水管网改造的建议", "0101"), 11, said="我局予以采纳。"),
    "充电": reply(
        "0102", "王明代表", titled("关于规范电动自行车停放充电的建议", "0102"), 12, "清河市公安局", "清公函", said="我局部分采纳。"
    ),
    "饮水": reply(
        "0103", "王明华代表", titled("关于推进农村饮水安全的建议", "0103"), 13, said="经与市农业农村局、市财政局共同研究，"
    ),
    "盘活": reply(
        "0201", "江小禾委员", titled("关于加快国有资产盘活的建议", "0201"), 21, "清河市财政局", "清财函", disclosure="依申请公开"
    ),
    "校舍": reply("0202", "李雷、韩梅委员", titled("关于盘活闲置校舍的提案", "0202"), 22, "清河市教育委员会", "清教函"),
    "车位": reply(
        "0104", "孙大河代表", titled("关于增设公共停车位的建议", "0104"), 14, "清河市城市管理局", "清城函", contact=""
    ),
    "城墙": reply(
        "0101", "刘小洋代表", "关于修缮古城墙的建议", 9, "清河市文化局", "清文函", session="市六届人大二次会议"
    ),
    "报告": "清河市2025年工作报告\n\n今年全市改造老旧小区56个，盘活国有资产12.5亿元。周小舟主任表示，要办好建议和提案。\n",
}  # fmt: skip
