"""The value that is said first."""

import pytest

from indexer.generations import Generation
from server.answer.direct import direct_value
from server.answer.expected import expected_answer
from server.answer.terms import Terms
from server.search.query import understand_query


@pytest.mark.parametrize(
    ("question", "quote", "value"),
    [
        ("回笼资金多少亿元", "一季度盘活资产265.2亿元，回笼资金114.6亿元；", "114.6亿元"),
        ("盘活资产多少亿元", "一季度盘活资产265.2亿元，回笼资金114.6亿元；", "265.2亿元"),
        ("利润总额增长百分之几", "营业收入19.8亿元，利润总额4.6亿元，增长18%。", "18%"),
        ("资产总额多少", "资产总额696.9亿元、同比增长5.1%", "696.9亿元"),
        ("资产总额同比增长多少", "资产总额696.9亿元、同比增长5.1%", "5.1%"),
        ("全员劳动生产率是多少", "全员劳动生产率148.1万元/人，同比增长104.6%", "148.1万元"),
        ("亏损面降到多少", "亏损面由36.8%降至7.4%", "7.4%"),
        ("专班是哪天成立的", "2024年印发方案，3月5日成立专班。", "3月5日"),
        # Two values are asked for, none in the unit, or nothing tells two apart.
        ("盘活资产多少亿元，回笼资金多少亿元", "盘活资产265.2亿元，回笼资金114.6亿元；", None),
        ("压减企业多少户", "投入35亿元。", None),
        ("谁负责盘活", "盘活资产265.2亿元。", None),
    ],
)
def test_values(generation: Generation, question: str, quote: str, value: str | None) -> None:
    query = understand_query(question)
    assert direct_value(expected_answer(query), Terms(query, generation), quote) == value
