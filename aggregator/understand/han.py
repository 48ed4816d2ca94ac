"""Where a name written in Han ends, for nothing parts it from what follows.

A Chinese name is a surname and one or two characters more; a foreign one goes on until a word that follows
names (a verb, a particle, a stop).

Touches: nothing.
"""

from __future__ import annotations

import re

SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边"
    "張劉陳楊趙黃吳孫馬羅鄭謝韓馮許鄧蕭蘇盧蔣賈葉閻鍾譚鄒陸顧龍萬錢湯賀賴龔龐蘭顏嚴溫蘆韋畢聶齊莊塗祁關費紀項衛單寧阮閔車邊裘潭赛習习朴安范"
)
_FOLLOWERS = re.compile(
    r"会见|会谈|会晤|会面|會|举行|舉行|表示|说|說|指出|强调|強調|与|與|和|同|在|将|將|于|於|率|出席|一行|等|分别|今天|当天|日前|昨|今|\d|[，。、；：（）()\s“”《》]|率团|访|應|应|抵|对|對|就|从|從|介绍|介紹|认为|認為|主持|签署|簽署|通|共|到|前|接|代|致|宣|参|參|发|發|是|已|曾|也|还|並|并|及|向|由|为|為|先生|女士|阁下|上将|近日|一起|进行|共同|双方|出|提|透|重|没|則|则|希|感|高|赞|祝|再|于|当|當|[A-Za-z]|$"
)


def han_name_end(text: str, start: int, ceiling: int) -> int:
    """Where a Han name that begins at `start` ends; `start` when there is none."""
    if start >= ceiling or not "\u4e00" <= text[start] <= "\u9fff":
        return start
    longest = start
    while longest < ceiling and longest - start < 12 and ("\u4e00" <= text[longest] <= "\u9fff" or text[longest] == "·"):
        longest += 1
    window = text[start:longest]
    if "·" in window:
        dot = window.rfind("·")
        for size in range(dot + 2, len(window) + 1):
            if size == len(window) or _FOLLOWERS.match(text, start + size):
                return start + size
    limit = 3 if text[start] in SURNAMES else 6
    ends = [size for size in range(2, min(limit, len(window)) + 1) if _FOLLOWERS.match(text, start + size) or start + size >= ceiling]
    if ends:
        return start + ends[0]
    return start + 3 if text[start] in SURNAMES and len(window) >= 3 else start
