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
SAME: Mapping[str, tuple[str, ...]] = {name: row for row in _SAME for name in row}
