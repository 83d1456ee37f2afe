"""Personal numbers by their rules; nothing else is touched, and nothing moves. All numbers are made up."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.cleaning import clean
from indexer.document import Chunk, Document, Field, Heading
from indexer.privacy import is_identity_number, mask, masked, masked_chunk, personal_numbers

# Weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2. 5·7 + 1·5 + 1·4 + 1·2 + 9·1 + 9·6 + 3·9 + 7·5 + 1·8 + 2·4 = 187 for
# 5001011990030712?, and 187 = 17·11. A last 3 adds 6: remainder 6, check character 6. A last 1 adds 2: character X.
VALID, VALID_X = "500101199003071236", "50010119900307121X"
# 30 February: 175 = 15·11 + 10, whose check character is 2.
NO_SUCH_DAY = "500101199002301212"


@pytest.mark.parametrize(
    "number", [VALID, VALID_X, VALID_X.lower(), VALID_X[:-1] + "Ｘ", VALID_X[:-1] + "ｘ", "500101 19900307 1236"]
)
def test_identity_numbers(number: str) -> None:
    assert is_identity_number(number)
    hidden = "".join("*" if c != " " else c for c in number[3:])
    for before, after in (("", ""), ("身份证号：", "。"), ("ID", "（本人）"), ("证件", "x")):
        assert mask(before + number + after) == before + "500" + hidden + after


@pytest.mark.parametrize(
    "number",
    [
        *(VALID[:-1] + other for other in "012345789X"),
        *(VALID_X[:-1] + other for other in "0123456789"),
        NO_SUCH_DAY, "0" + VALID, VALID + "0", VALID[:-1], "6" + VALID[1:], VALID[:6] + "29900307" + "1236",
    ],
)  # fmt: skip
def test_what_is_no_identity_number(number: str) -> None:
    assert not is_identity_number(number)
    assert mask(f"账号：{number}。") == f"账号：{number}。"


def test_behind_its_name_a_mistyped_identity_number_is_personal_too() -> None:
    assert mask(f"身份证号：{VALID[:-1]}7") == "身份证号：500***************"
    assert mask(f"身份证号：{NO_SUCH_DAY}") == f"身份证号：{NO_SUCH_DAY}"


def test_old_identity_numbers_are_known_by_their_name_alone() -> None:
    assert mask("身份证号码：500101900307123，") == "身份证号码：500************，"
    assert mask("身份证 500101900307123") == "身份证 500************"
    for said in ("账号500101900307123", "身份证号500101901307123", "身份证号5001019003071234"):
        assert mask(said) == said


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("电话13812345678。", "电话138********。"),
        ("138-1234-5678", "138-****-****"),
        ("138 1234 5678", "138 **** ****"),
        ("138－1234－5678", "138－****－****"),
        ("138-12345678", "138-********"),
        ("138-1234 5678", "138-**** ****"),
        ("138 - 1234 - 5678", "138 - **** - ****"),
        ("138.1234.5678", "138.****.****"),
        ("8613812345678", "86138********"),
        ("电话：138 12345678", "电话：138 ********"),
        ("手机 138 1234 5678 139", "手机 138 **** **** 139"),
        ("138 1234 5678 139 1234 5678", "138 **** **** 139 **** ****"),
        ("１３８１２３４５６７８", "１３８********"),
        ("１３８－１２３４－５６７８", "１３８－****－****"),
        ("+8613812345678", "+86138********"),
        ("+86 138-1234-5678", "+86 138-****-****"),
        ("008613812345678", "0086138********"),
        ("（+86）19912345678", "（+86）199********"),
        ("张三13812345678、李四13912345678", "张三138********、李四139********"),
        ("手机:13812345678李四", "手机:138********李四"),
        ("13812345678\n家庭水表", "138********\n家庭水表"),
        ("13812345678\n3项", "138********\n3项"),
        ("13812345678 项目经理", "138******** 项目经理"),
        ("13812345678人事科", "138********人事科"),
        ("13812345678个人手机", "138********个人手机"),
        ("Tel13812345678.", "Tel138********."),
    ],
)
def test_mobile_numbers(said: str, shown: str) -> None:
    assert mask(said) == shown
    assert len(list(personal_numbers(said))) == len(re.findall(r"[*]{8}|[*]{4}[^*]{1,3}[*]{4}", shown))


@pytest.mark.parametrize(
    "said",
    [
        "投资13812345678元", "投资 13812345678 元", "13812345678.50元", "13812345678美元", "共13812345678人", "13812345678平方米",
        "13,812,345,678元", "比率0.13812345678", "13812345678%",
        "账号6222021381234567890", "账号 138123456789", "12345678901", "10812345678", "01381234567",
        "023-67671234", "02367671234", "（023）6767 1234", "400-123-4567", "4001234567", "传真：023-67671235", "QQ：138123456",
        "渝国资函〔2025〕292号", "“631”机制", "2025年4月30日", "2024-01-02", "20240102", "0457号", "12345热线",
        "138\n1234\n5678", "1381234 5678", "138 12345678", "138.12345678", "2023 138 1234 5678", "138 1234 5678 90", "138 1234 5678 元",
        "12.5 138 1234 5678", "138 1234 5678 1234", "电话：023-67671234 转 138",
    ],
)  # fmt: skip
def test_what_stays(said: str) -> None:
    assert mask(said) == said
    assert list(personal_numbers(said)) == []


@pytest.mark.parametrize(
    "said", ["１３８１２３４５６７８", "１３８－１２３４－５６７８", "身份证５００１０１１９９００３０７１２１Ｘ"]
)
def test_full_width_digits_once_cleaned(said: str) -> None:
    shown = mask(clean(f"联系人{said}。").text)
    assert "5678" not in shown
    assert "121" not in shown
    assert shown.count("*") in (8, 15)


_PARTS = st.sampled_from(
    (
        VALID, VALID_X, NO_SUCH_DAY, "13812345678", "138-1234-5678", "138 1234 5678", "+86", "0086", "500101900307123",
        "身份证", "身份证号：", "13", "1", "0", "X", "Ｘ", ".", "-", " ", "\n", "元", "项", "目", "电话", "A", "*", "，",
    )
)  # fmt: skip


@given(st.lists(st.one_of(_PARTS, st.text(max_size=4)), max_size=12).map("".join))
def test_masking_moves_nothing_and_is_done_once(text: str) -> None:
    once = mask(text)
    assert len(once) == len(text)
    assert mask(once) == once
    assert list(personal_numbers(once)) == []
    assert all(a == b or (b == "*" and a.isalnum()) for a, b in zip(text, once, strict=True))


@given(st.text(st.one_of(st.characters(exclude_categories=["Nd"]), st.sampled_from("*X")), max_size=60))
def test_a_text_without_digits_stays(text: str) -> None:
    assert mask(text) == text


@example("13000000000", " ", "+86", "", False)
@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(["", "-", "－", " ", " - ", "."]),
    st.sampled_from(["", "电话：", "联系人张三，", "+86", "(+86)", "86"]),
    st.sampled_from(["", "。", "（本人）", "、", "\n"]),
    st.booleans(),
)
def test_every_mobile_number_is_masked(number: str, gap: str, before: str, after: str, wide: bool) -> None:
    said = gap.join((number[:3], number[3:7], number[7:]))
    said = said.translate({ord("0") + n: ord("０") + n for n in range(10)}) if wide else said
    shown = mask(before + said + after)
    assert shown[: len(before) + 3] == before + said[:3]
    assert shown.count("*") == 8
    assert not any(c.isdigit() for c in shown[len(before) + 3 :])


@given(
    st.sampled_from(["0", "00"]).flatmap(
        lambda zero: st.from_regex(rf"{zero[:1]}[1-9][0-9]{{1,2}}-[2-8][0-9]{{6,7}}", fullmatch=True)
    ),
    st.from_regex(r"〔20[0-9]{2}〕[1-9][0-9]{0,3}号", fullmatch=True),
    st.from_regex(r"1[3-9][0-9]{9}(?:\.[0-9]{2})?(?:元|万元|亿元)", fullmatch=True),
    st.from_regex(r"62[0-9]{17}", fullmatch=True),
)
def test_landlines_document_numbers_amounts_and_accounts_stay(
    line: str, number: str, amount: str, account: str
) -> None:
    said = f"清水函{number}，电话{line}，投资{amount}，账号{account}。"
    assert mask(said) == said


@given(st.text("0123456789", max_size=10), st.text("亿元年月号第〔〕-", max_size=5))
def test_ten_digits_and_fewer_stay(digits: str, after: str) -> None:
    assert mask(f"共{digits}{after}") == f"共{digits}{after}"


def test_a_document_as_it_leaves() -> None:
    text = "关于13812345678的报告\n身份证号：\n500101900307123\n一、电话139-1234-5678"
    heading = Heading(1, text[-16:], len(text) - 16, len(text))
    document = Document(
        "0" * 16, "13812345678.txt", "关于13812345678的报告", text, (0,),
        {"phone": Field("500101900307123", 23, 38), "contact": Field("13812345678")}, (heading,),
    )  # fmt: skip
    assert text[23:38] == "500101900307123"
    shown = masked(document)
    assert shown.text == "关于138********的报告\n身份证号：\n500************\n一、电话139-****-****"
    assert (shown.source, shown.title) == ("138********.txt", "关于138********的报告")
    # By itself the value is not known for an identity number; in the text it is.
    assert shown.metadata["phone"] == Field("500************", 23, 38)
    assert shown.metadata["contact"] == Field("138********")
    assert shown.headings == (Heading(1, shown.text[-16:], heading.start, heading.end),)
    assert masked_chunk(Chunk(0, 3, ("一、13812345678",), "13812345678")) == Chunk(
        0, 3, ("一、138********",), "138********"
    )
    assert masked_chunk(Chunk(0, 3)) == Chunk(0, 3)
