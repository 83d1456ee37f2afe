"""Who issued a document, who handled a proposal, whom it is sent to."""

import pytest

from tests.indexer.letters import reply, values


@pytest.mark.parametrize(
    ("opening", "tail", "organ", "co_organs"),
    [
        ("", "主办单位：市水利局\n\n会办单位：市财政局、市发展改革委", "市水利局", "市财政局、市发展改革委"),
        ("", "协办单位：市财政局", "清河市水利局", "市财政局"),
        ("该提案由市国资委主办，市财政局、市发展改革委会办。", "", "市国资委", "市财政局、市发展改革委"),
        ("经与市发展改革委、市财政局等相关部门研究办理，", "", "清河市水利局", "市发展改革委、市财政局"),
        ("经会同市财政局共同研究，", "", "清河市水利局", "市财政局"),
        ("经与代表沟通，", "", "清河市水利局", None),
        ("经认真研究，", "", "清河市水利局", None),
    ],
)
def test_organs(opening: str, tail: str, organ: str, co_organs: str | None) -> None:
    found = reply(opening=opening, tail=tail)
    assert (found["organ"], found.get("co_organs")) == (organ, co_organs)


@pytest.mark.parametrize(
    ("text", "issuer"),
    [
        ("清河市人民政府文件\n\n清政发〔2024〕1号\n\n关于防汛的通知\n\n正文。", "清河市人民政府"),
        ("清河市水利局\n清河市财政局\n\n关于防汛的通知\n\n正文。", "清河市水利局、清河市财政局"),
        ("清河市国资委\n\n关于防汛的通知\n\n正文。", "清河市国资委"),
        (
            "关于防汛的通知\n\n正文。\n\n清河市水利局\n\n清河市财政局\n\n二〇二四年五月六日",
            "清河市水利局、清河市财政局",
        ),
        ("关于防汛的通知\n\n正文。\n\n清河市水利局 清河市财政局\n\n2024年5月6日", "清河市水利局、清河市财政局"),
        ("关于防汛的通知\n\n正文。\n\n清河市水利局", None),
    ],
)
def test_issuers(text: str, issuer: str | None) -> None:
    found = values(text)
    assert (found.get("issuer"), found["title"], found["kind"]) == (issuer, "关于防汛的通知", "notice")


@pytest.mark.parametrize(
    ("opening", "co_organs"),
    [
        ("我局会同市财政局、市发展改革委等部门作了研究。", "市财政局、市发展改革委"),
        ("经商市财政局、市教育局，", "市财政局、市教育局"),
        ("结合市财政局会办意见，", "市财政局"),
        ("本提案由我局主办，由市财政局和市教育局会办。", "市财政局、市教育局"),
        ("综合各方意见，", None),
        ("经商各方代表会，", None),
    ],
)
def test_organs_in_the_opening(opening: str, co_organs: str | None) -> None:
    found = reply(opening=opening)
    assert (found["organ"], found.get("co_organs")) == ("清河市水利局", co_organs)


def test_organs_that_did_other_things_were_not_consulted() -> None:
    assert "co_organs" not in reply(tail="我局会同市财政局研究修订了供水办法。")


@pytest.mark.parametrize(
    ("text", "issuer"),
    [
        ("清 河 市 水 利 局\n\n关于防汛的通知\n\n正文。", "清河市水利局"),
        ("清河市水利局（函）\n\n关于防汛的通知\n\n正文。", "清河市水利局"),
        ("清河市水利局\n清河市财政局文件\n\n关于防汛的通知\n\n正文。", "清河市水利局、清河市财政局"),
        ("关于防汛的通知\n\n正文。\n\n清 河 市 水 利 局\n\n2024年5月6日", "清河市水利局"),
        ("关于防汛的通知\n\n正文。\n\n清河大学\n\n2024年5月6日", "清河大学"),
        (
            "清河市国资委\n\n关于防汛的通知\n\n正文。\n\n清河市国有资产监督管理委员会\n\n2024年5月6日",
            "清河市国有资产监督管理委员会",
        ),
        ("清河市水利局、清河市财政局关于防汛的通知\n\n正文。", "清河市水利局、清河市财政局"),
        ("发布机构：清河市水利局\n\n关于防汛的通知\n\n正文。", "清河市水利局"),
        ("深入学习关于防汛的通知\n\n正文。", None),
    ],
)
def test_letterheads_and_signatures(text: str, issuer: str | None) -> None:
    assert values(text).get("issuer") == issuer


@pytest.mark.parametrize(
    ("line", "addressee"),
    [
        ("各县（区）水利局：", "各县（区）水利局"),
        ("清东县人民政府：", "清东县人民政府"),
        ("各县、区人民政府，市政府各部门：", "各县、区人民政府，市政府各部门"),
        ("各位代表：", None),
        ("现将有关事项通知如下：", None),
    ],
)
def test_whom_a_document_is_sent_to(line: str, addressee: str | None) -> None:
    assert values(f"关于防汛的通知\n\n{line}\n\n正文。").get("addressee") == addressee
