"""Made-up letters of one water bureau, and what other documents said later."""

LETTER = """清河市水利局

{category}

清水函〔2025〕{n}号

{disclosure}

关于市六届人大三次会议第01{n}号建议的答复函

{proposer}代表：

您提出的《关于{about}的建议》收悉，我局予以{adoption}。现答复如下：

一、已做的工作

今年已新建供水站{n}座，铺设管网35公里。

二、下一步打算

{promise}

感谢您对供水工作的关心。

清河市水利局

2025年4月{n}日
"""
WATERWORKS = "年底前建成城东水厂并向东部三个乡镇供水。我局将研究制定农村供水水价补贴办法。"


def letter(
    n: int, proposer: str, about: str, promise: str = WATERWORKS, disclosure: str = "同意公开", category: str = "A",
    adoption: str = "完全采纳",
) -> str:  # fmt: skip
    """The reply to proposal 01{n}, of the n-th of April 2025."""
    return LETTER.format(
        n=n, proposer=proposer, about=about, promise=promise, disclosure=disclosure, category=category, adoption=adoption
    )  # fmt: skip


def report(place: str, title: str, text: str, day: str, head: str = "") -> str:
    """What a water bureau said on a day."""
    return f"{place}水利局\n\n{head}关于{title}的通报\n\n各乡镇人民政府：\n\n{text}\n\n{place}水利局\n\n{day}\n"


FILES = {
    "函11.txt": letter(11, "张三", "解决山区农村饮水困难"),
    "函12.txt": letter(12, "张三", "城区排水管网改造", "我们将优化管网巡查流程。", adoption="部分采纳", category="B"),
    "函13.txt": letter(13, "李四", "加强农村饮水安全工程建设", disclosure="依申请公开"),
    "函14.txt": letter(14, "李四、王五", "规范校园周边停车", "下一步，我们将划定临时停车泊位。", adoption="未采纳"),
    "通水.txt": report(
        "清河市", "城东水厂建成通水情况", "城东水厂工程已建成通水，向东部三个乡镇供水，日供水能力3万吨。", "2025年12月8日",
        "主动公开\n\n",
    ),
    "内部.txt": report("清河市", "城东水厂调试情况", "城东水厂二期供水管线调试完成，东部三个乡镇供水稳定。", "2025年12月9日"),
    "旧闻.txt": report("清河市", "城东水厂前期工作", "城东水厂已完成选址，将向东部三个乡镇供水。", "2025年1月8日"),
    "临江.txt": report("临江市", "城东水厂建成情况", "城东水厂已经建成，向东部三个乡镇供水。", "2025年12月1日"),
    "学校.txt": report("清河市", "冬季安全工作", "各学校要加强取暖用电管理，组织安全演练。", "2025年12月10日"),
}  # fmt: skip
