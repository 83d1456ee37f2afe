"""Bounds: whether a measure passes one is answered by its value, which need not stand beside the bound in any document.

国有资本保值增值率有没有超过100% asks for the 国有资本保值增值率.
"""

import re

from indexer.analyzer import normalise

_COUNTED = r"个|户|家|名|人|位|项|条|件|份|次|场|处|座|所|套|台|辆|批|种|间"
_FIGURE = (
    r"(?:百分之[一二两三四五六七八九十百零点\d.]+|(?!(?:19|20)\d\d年)(?:\d[\d,]*(?:\.\d+)?|[一二两三四五六七八九十百千]+)\s*(?:多|余|来)?"
    rf"(?P<unit>个百分点|%|万亿元?|亿元?|万元|元|万人|万户|万|成|倍|岁|年|天|个月|小时|公里|平方米|平方公里|吨|亩|{_COUNTED})(?:/[\u4e00-\u9fff]{{1,3}})?)"
)
_PASSES = (
    r"(?:不超过|不低于|不少于|不高于|超过|超出|突破|达到|实现|高于|大于|多于|高过|低于|小于|少于|不到|不足|跌破|降到|降至|"
    r"到|超|达|逾|过|满|够|有)"
)
_END = r"(?:以上|以下|以内|的水平|大关|这个?数)?"
_WHETHER = re.compile(
    rf"(?:有没有|有无|是否|是不是|能否|能不能|会不会)(?:已经?|能|都|总共|一共|要|会)?{_PASSES}了?{_FIGURE}{_END}了?(?:吗|呢|啊)?[?？。]*$"
)
_ASKED_AFTER = re.compile(rf"(?:已经?)?{_PASSES}了?{_FIGURE}{_END}了?(?:吗|么|没有|没|不|吧)[?？。]*$")
_TWICE = re.compile(
    rf"(?:超没超过?|到没到|达没达到|过没过|够不够|有没有|满没满|破没破){_FIGURE}{_END}了?(?:吗|呢)?[?？。]*$"
)
# 同比增长是否超过10% asks by how much.
_CHANGES = re.compile(r"(?:增长|增加|提高|上升|下降|降低|减少|上涨|涨|降)了?$")


def without_bound(text: str) -> str:
    """A question whether a measure passes a bound as one for the measure; any other as it is."""
    plain = normalise(text)
    for pattern in (_WHETHER, _TWICE, _ASKED_AFTER):
        match = pattern.search(plain)
        if match and re.search(r"[\u4e00-\u9fff]{2}", plain[: match.start()]):
            return _value_of(plain[: match.start()], match["unit"])
    return text


def _value_of(measure: str, unit: str | None) -> str:
    measure = measure.rstrip(" 的,，")
    if _CHANGES.search(measure):
        return f"{measure}多少？"
    if unit and re.fullmatch(_COUNTED, unit):
        return f"{measure}有多少{unit}？"
    return f"{measure}是多少？"
