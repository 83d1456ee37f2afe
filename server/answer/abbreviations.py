"""Short names that people use and the full names that documents use, or the other way round."""

from collections.abc import Mapping

# Each row: ways of writing one thing, normalised. None lies within another thing's name.
_SAME: tuple[tuple[str, ...], ...] = (
    ("gdp", "生产总值"), ("cpi", "居民消费价格"), ("r&d", "研发", "研究与试验发展"), ("低保", "最低生活保障"), ("医保", "医疗保险"),
    ("社保", "社会保险"), ("公租房", "公共租赁住房"), ("公积金", "住房公积金"), ("国企", "国有企业"), ("央企", "中央企业"), ("民企", "民营企业"),
    ("国资委", "国有资产监督管理委员会"), ("发改委", "发展改革委", "发展和改革委员会"), ("人社局", "人力资源社会保障局", "人力资源和社会保障局"),
    ("住建局", "住房城乡建设局", "住房和城乡建设局"), ("卫健委", "卫生健康委"), ("失业金", "失业保险金"), ("养老金", "养老保险待遇"),
    ("公交车", "公共汽"), ("地铁", "城市轨道交通"), ("高铁", "高速铁路"), ("小区", "住宅小区"), ("外贸", "进出口"), ("房贷", "住房贷款"),
    ("人均收入", "人均可支配收入"), ("新能源车", "新能源汽车"), ("政协提案", "提案"), ("人大建议", "代表建议"),
)  # fmt: skip
# What people say and documents write otherwise; documents do not say it in turn.
_SPOKEN: Mapping[str, tuple[str, ...]] = {
    "赚": ("利润", "盈利"), "挣": ("利润", "盈利"), "赚钱": ("利润", "盈利"), "挣钱": ("利润", "盈利"), "创利": ("利润",),
    "亏": ("亏损",), "亏钱": ("亏损",), "欠": ("负债", "债务"), "债": ("负债", "债务"), "欠债": ("负债", "债务"), "还债": ("偿债",),
    "家底": ("资产",), "招来": ("招商引资",), "引来": ("招商引资",), "红利": ("分红",), "营收": ("营业收入",),
    "投": ("投资",), "花": ("投入", "支出", "投资"), "涨": ("增长", "提高"),
    "老小区": ("老旧小区",), "采写": ("记者",), "稿子": ("报道",),
}  # fmt: skip
SAME: Mapping[str, tuple[str, ...]] = {
    **{name: (name, *others) for name, others in _SPOKEN.items()},
    **{name: row for row in _SAME for name in row},
}
