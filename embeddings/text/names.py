"""The surnames by which a person's name is told from other words."""

from __future__ import annotations

# Nine in ten people bear one of these.
_COMMON_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
    "姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
# In running text 常, 易 and 康 begin far more words (常常, 易于, 康复) than names; a byline has no such words.
SURNAMES_IN_BYLINES = _COMMON_SURNAMES + "常康易乔"
SURNAMES_IN_TEXT = _COMMON_SURNAMES + "巩齐车安温习栗翟丘褚葛庄欧"
# Rarer ones, which begin a name only where its place shows that there is one (between 、 and 、, before 的).
SURNAMES_WHERE_NAMES_STAND = SURNAMES_IN_TEXT + (
    "常康易乔樊洪柯涂翁骆甘戚祝耿关兰闵申辛管鲍喻梅盛季卞柏毕裴池冉冼茅麻阮岑桂屈项符聂柳阎鞠苗尤佟芦蔺隋缪仇邢庞解牛卫"
    "殷施凌霍包左崔谷房滕饶穆单晏靳宁游倪费俞蓝路窦米岳焦童欧匡楚文卓查迟娄燕杲邸杭容矫钮"
)
