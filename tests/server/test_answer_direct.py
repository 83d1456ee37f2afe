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
        # Two values are asked for, none in the unit, or nothing tells two apart.
        ("盘活资产多少亿元，回笼资金多少亿元", "盘活资产265.2亿元，回笼资金114.6亿元；", None),
        ("压减企业多少户", "投入35亿元。", None),
        ("谁负责盘活", "盘活资产265.2亿元。", None),
    ],
)
def test_values(generation: Generation, question: str, quote: str, value: str | None) -> None:
    query = understand_query(question)
    assert direct_value(expected_answer(query), Terms(query, generation), quote) == value
