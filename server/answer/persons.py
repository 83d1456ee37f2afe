"""Persons: names as Chinese texts write them, a surname and one or two characters."""

import re

# The surnames of nineteen people in twenty.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付傅方"
    "邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖庞樊兰殷施洪翟安颜倪牛温芦季俞章鲁葛伍申尤毕聂柴焦项涂柯凌"
    "霍左柳骆车米梅祝管詹裴阮舒管瞿蓝冉祁穆卓华纪关齐司路单岳靳柏欧游辛包耿费简盛童边饶佘蒲甘苗滕荣古翁鞠巫宁窦明曲全苟解褚屈奚晏蔺"
)
_TWO = r"欧阳|上官|司马|诸葛|皇甫|尉迟|夏侯|令狐|东方|司徒|慕容|公孙|长孙|宇文|端木"
# What follows a name in running text.
_AFTER = (
    r"(?=$|所|将|已|[\s,，。;；:：、()（）“”!！?？\[]|同志|先生|女士|表示|介绍|说|指出|强调|主持|作(?!为)|出席|讲话|召开|审签|签发|率|带|一行|等|在|就|为|代表|向|致辞|"
    r"致词|宣布|参加|参会|任|当选|兼|担任|到|赴|对|与|和|及|接受|回答|部署|要求|认为|透露|告诉|签|陪同|发言|通报|总结|主任|局长|书记|区长|县长|市长)"
)
_ONE = rf"[{_SURNAMES}]"
# 李强所作的: no third character of a name.
_THIRD = r"(?![所将已在为就还再曾和与等说作表介致出任的了率讲是])[\u4e00-\u9fff]"
PERSON = (
    rf"(?:(?:{_TWO})[\u4e00-\u9fff]{{1,2}}|{_ONE}[\u4e00-\u9fff](?:{_THIRD}{_AFTER}|{_AFTER})|"
    rf"{_ONE}\s[\u4e00-\u9fff]{_AFTER})"
)
_WHOLE = re.compile(rf"(?:(?:{_TWO})[\u4e00-\u9fff]{{1,2}}|{_ONE}[\u4e00-\u9fff]{{1,2}})")
_ORGAN = re.compile(r"[委局厅部院办署府会司处科集公]$")


def is_person(text: str) -> bool:
    """Whether a text looks like the name of a person and nothing else."""
    return _WHOLE.fullmatch(text) is not None and not _ORGAN.search(text)
