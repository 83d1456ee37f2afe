"""Proposers, signers, contacts and reporters."""

import pytest

from indexer.lines import lines_of
from indexer.people import read_reporters
from tests.indexer.letters import reply, values


@pytest.mark.parametrize(
    ("sentence", "signer"),
    [
        ("此答复函已经我委曾大江主任审签。", "曾大江"),
        ("此复函已经曾大江主任审签。", "曾大江"),
        ("已经我委李明主任审签。", "李明"),
        ("已经我局李明副局长审签。", "李明"),
        ("经王五副主任审签。", "王五"),
        ("已经主任办公会审议。", None),
    ],
)
def test_signers(sentence: str, signer: str | None) -> None:
    assert values(f"关于饮水的报告\n\n情况如下。\n\n{sentence}").get("signer") == signer


@pytest.mark.parametrize(
    ("salutation", "proposer"),
    [
        ("罗大江代表：", "罗大江"),
        ("罗大江 、 王小河代表:", "罗大江、王小河"),
        ("罗大江等12名委员：", "罗大江"),
        ("阿依·买买提委员：", "阿依·买买提"),
        ("主任，副主任，各位委员：", None),
        ("各位代表：", None),
        ("清河市民盟委员会：", "清河市民盟委员会"),
        ("尊敬的张小河、李大江等3名委员：您好！", "张小河、李大江"),
        ("张小河委员、李大江委员：", "张小河、李大江"),
        ("张 河委员：", "张河"),
        ("民盟市委：", "民盟市委"),
        ("九三学社清河市委员会：", "九三学社清河市委员会"),
        ("农业界别：", "农业界别"),
        ("民建市委、张小河委员：", "民建市委、张小河"),
        ("市政协提案委员会：", None),
        ("市政府办公室：", None),
    ],
)
def test_proposers(salutation: str, proposer: str | None) -> None:
    text = f"关于第0123号提案的答复函\n\n{salutation}\n\n提案收悉。"
    found = values(text)
    assert found.get("proposer") == proposer
    assert found["proposal_kind"] == "提案"


@pytest.mark.parametrize("salutation", ["民盟市委：", "农业界别：", "清河市工商联："])
def test_bodies_submit_no_suggestions_of_deputies(salutation: str) -> None:
    assert "proposer" not in values(f"关于第0123号建议的答复函\n\n{salutation}\n\n建议收悉。")


def test_contacts_that_share_a_line() -> None:
    found = reply(tail="（联 系 人：赵六，联 系 电 话：023-12345678）")
    assert (found["contact"], found["phone"]) == ("赵六", "023-12345678")
    found = reply(tail="联系人及电话：赵六 12345678")
    assert (found["contact"], found["phone"]) == ("赵六", "12345678")


@pytest.mark.parametrize(
    ("salutation", "proposer"),
    [
        ("张小河代表等5人：", "张小河"),
        ("张小河委员和李大江委员：", "张小河、李大江"),
        ("张小河委员及民盟市委：", "张小河、民盟市委"),
        ("市政协经济委员会：", "市政协经济委员会"),
        ("农工党清河市委会：", "农工党清河市委会"),
        ("各有关部门：", None),
    ],
)
def test_several_proposers(salutation: str, proposer: str | None) -> None:
    assert values(f"关于第0123号提案的答复函\n\n{salutation}\n\n提案收悉。").get("proposer") == proposer


@pytest.mark.parametrize(
    ("tail", "signer"),
    [
        ("本函已由曾大江主任审签。", "曾大江"),
        ("此复函已经曾大江同志审签。", "曾大江"),
        ("签发人：王 明", "王明"),
        ("签发人：王明、李芳", "王明、李芳"),
        ("局长：王明", "王明"),
        ("局长（签名）：王 明", "王明"),
        ("区长 欧阳大江", "欧阳大江"),
        ("局长办公会", None),
        ("主任：", None),
        ("签发人：", None),
    ],
)
def test_signers_below_the_text(tail: str, signer: str | None) -> None:
    assert reply(tail=tail).get("signer") == signer


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("□ 清河日报记者 王五", "王五"),
        ("□ 据清河日报记者 王五 报道", "王五"),
        ("本报讯（记者 王五 通讯员 李六、赵七）5月6日，水厂投产。", "王五、李六、赵七"),
        ("□ 王五", "王五"),
        ("本报记者 王五 李六", "王五、李六"),
        ("文/王五", "王五"),
        ("记者从会上获悉，水厂投产。", None),
        ("有记者 提问水厂何时投产？", None),
        ("□ 已完成", "已完成"),
    ],
)
def test_reporters(line: str, names: str | None) -> None:
    found = read_reporters(list(lines_of(line)))
    assert (found and found.value) == names
