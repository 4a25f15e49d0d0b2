"""The names of people, as far as surnames and what stands around a name tell."""

from __future__ import annotations

import re

from embeddings import SURNAMES_IN_TEXT

# Words that begin with a surname and are none.
_NOT_NAMES = (
    "王国|王牌|李子|张贴|张开|陈列|陈述|陈旧|黄河|黄金|黄色|黄海|周[边年期围末日一二三四五六刊报]|徐徐|孙子|孙女|马[上路力达]|高[度质新校速温"
    "铁兴级中考层标低水于等达效品原龄空山压大额端]|林[业区地场木]|罗列|郑重|谢谢|宋代|唐代|许[多可]|韩国|曾[经任在有是]|肖像|田[地野间径]|董事"
    "|于[是此]|余[下人户名件吨年个家公亩]|杜绝|叶子|程[序度]|苏[州联]|魏都|任[务何职意期]|任(?:副?.长|副?主任|副?书记|总?经理|主席|教|馆)|沈阳|陆[续地军上]|范[围]|金[牌融额属秋沙黄]|石[油化头]|贾[汪]"
    "|夏[季天日]|付[出款费]|方[面式法案向便位针阵]|白[天色酒]|熊猫|秦岭|江[西苏南豚山河水北]|段[落]|雷[达雨电]|龙[头江舟]|史[上料]|陶瓷|贺[信电]|顾[客问]"
    "|毛利|万[人元亩吨户余名多家亿众]|钱[款]|严[格重肃防厉密]|武[汉装术器警]|向[前上着全社外内好各]|齐[全心]|车[位站辆道间厢棚次主流]|安[全排装置徽康静]"
    "|温[度暖和室馨]|习[惯俗]|何[时地况以为处]|白[皮]|方[可才]|欧[洲盟元]|庄[严重稼]|汤[锅]|丁香|史[诗]|巩固|向[导]"
)
_BEFORE_AT = "[属由位对关处至终鉴便善勇敢居低高大小等基限源始用有利急忙]"  # 于 behind these is 'at' or 'to'
# 瑞金社区 is not 金社区, nor 师范学院 范学院.
_BODIES = "社区|小区|街道|学校|学院|医院|大学|中学|小学|公司|中心|银行|集团|家属院"
IDEOGRAPH = "\u3400-\u9fff"
_KIN = "老婆|老公|老伴|爱人|媳妇|闺女|女儿|儿子|妻子|丈夫|父亲|母亲"  # 国梁老婆 is no 梁老婆
_PLACES = "村镇乡街巷桥寨屯"  # ... and 柳荫桥 is no 柳荫
_NO_NAME_HERE = (
    rf"(?!(?<=[地双对各警校官多])方)(?!(?<={_BEFORE_AT})于)(?!{_NOT_NAMES})(?!.(?:{_BODIES}))"
    rf"(?!.[{IDEOGRAPH}]?[{_PLACES}](?![长医干支]))(?!.?(?:{_KIN}))"
)
NAME = rf"(?<![{SURNAMES_IN_TEXT}第]){_NO_NAME_HERE}[{SURNAMES_IN_TEXT}][{IDEOGRAPH}]{{1,2}}"
AFTER_A_NAME = r"说表主在任介和、,出是担书委代于为把就带率等及同与被的。)(强要指以从用将凭也还获夺摘介打向给一\s"
# In a question a name is also followed by what its bearer does.
_PEOPLE = re.compile(
    rf"{NAME}(?=[{AFTER_A_NAME}住正现今已曾原每又去来做得有几哪拿当赢跑？?]|$)|[{IDEOGRAPH}]+·[{IDEOGRAPH}]+"
)

_BY_SURNAME = re.compile(rf"[{SURNAMES_IN_TEXT}]某(?![日月天年种个些次家地处时市县区镇村乡])")


def people_in(text: str) -> list[str]:
    """The people a text names, as far as surnames and what stands around a name tell, in order."""
    return [match.group() for match in _PEOPLE.finditer(text)]


def people_by_surname(text: str) -> set[str]:
    """The people whom a text tells by their surname alone, as papers do in reports of the police (王某, 李某某)."""
    return set(_BY_SURNAME.findall(text))
