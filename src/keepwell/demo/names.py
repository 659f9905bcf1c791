"""Invented names of persons and companies, plausible in each language."""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """A name as it is written, and the local part of a mail address made of it."""

    name: str
    address: str


@dataclass(frozen=True)
class Pool:
    """Given and family names of a language, each with its Latin spelling where it has another."""

    given: tuple[tuple[str, str], ...]
    family: tuple[tuple[str, str], ...]
    family_first: bool = False
    joint: str = " "

    def draw(self, u: float) -> Person:
        """The person that a number from 0 to 1 stands for."""
        place = int(u * len(self.given) * len(self.family))
        given, family = self.given[place % len(self.given)], self.family[place // len(self.given)]
        parts = (family[0], given[0]) if self.family_first else (given[0], family[0])
        return Person(self.joint.join(parts), f"{latin(given[1])}.{latin(family[1])}")


def latin(text: str) -> str:
    """Lower-case letters a to z only: what a mail address or a domain is made of."""
    plain = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L"))
    return "".join(c for c in plain.lower() if c.isascii() and c.isalnum())


def _same(words: str) -> tuple[tuple[str, str], ...]:
    return tuple((w, w) for w in words.split())


def _two(words: str) -> tuple[tuple[str, str], ...]:
    return tuple((a, b) for a, b in (w.split("/") for w in words.split()))


PERSONS = {
    "en": Pool(
        _same("Emma Oliver Sophie James Laura Daniel Claire Peter Julia Martin Hannah Simon Alice Robert Nina Paul "
              "Kate Thomas Marie Jonas Sarah Michael Lena David"),
        _same("Baker Meyer Collins Dubois Hughes Schmidt Walsh Janssen Turner Bauer Moore Laurent Reed Fischer Ward "
              "Hofer Kelly Visser Grant Weber Brooks Moreau Stone Keller"),
    ),
    "pl": Pool(
        _same("Agnieszka Tomasz Katarzyna Paweł Małgorzata Krzysztof Joanna Michał Ewa Łukasz Monika Grzegorz Beata "
              "Wojciech Dorota Rafał"),
        _same("Nowak Mazur Krawczyk Wójcik Lis Zając Pawlak Król Wrona Dudek Sikora Bąk Kubiak Szulc Wilk Kozioł"),
    ),
    "hu": Pool(
        _same("Katalin Gábor Eszter László Ágnes Péter Zsuzsanna András Réka Balázs Judit Tamás Dóra Zoltán Ildikó "
              "Márton"),
        _same("Nagy Kovács Tóth Szabó Horváth Varga Kiss Molnár Németh Farkas Balogh Papp Lakatos Takács Juhász "
              "Mészáros"),
        family_first=True,
    ),
    "zh-Hans": Pool(
        _two("伟/wei 芳/fang 敏/min 静/jing 建国/jianguo 丽华/lihua 志强/zhiqiang 晓梅/xiaomei 海涛/haitao 雪/xue "
             "国栋/guodong 文静/wenjing 鹏飞/pengfei 玉兰/yulan"),
        _two("王/wang 李/li 张/zhang 刘/liu 陈/chen 杨/yang 赵/zhao 黄/huang 周/zhou 吴/wu "
             "徐/xu 孙/sun 马/ma 朱/zhu"),
        family_first=True, joint="",
    ),
    "zh-Hant": Pool(
        _two("志明/chihming 淑芬/shufen 家豪/chiahao 雅婷/yating 俊傑/chunchieh 怡君/yichun 建宏/chienhung "
             "美玲/meiling 宗翰/tsunghan 佩珊/peishan 冠宇/kuanyu 詩涵/shihhan"),
        _two("陳/chen 林/lin 黃/huang 張/chang 李/lee 王/wang 吳/wu 劉/liu 蔡/tsai 楊/yang 許/hsu 鄭/cheng"),
        family_first=True, joint="",
    ),
}  # fmt: skip

# What a company of a country is called: first words, what it does, and its form. Latin spellings make the domain.
_FIRST = {
    "en": _same("Northgate Alder Brightwater Halden Kestrel Lindor Maribel Norden Orchard Pellworm Quarry Rosswell "
                "Stelling Tamarin Umber Vantor Westmark Yarrow Zenner Ashby Corvin Dunmore Elbing Fenwick"),
    "pl": _same("Wisła Bałtyk Sosna Orlik Jantar Tatry Granit Kopernik Polana Warta Bursztyn Zefir"),
    "hu": _same("Tisza Duna Mátra Alföld Bakony Kárpát Pannon Villám Sólyom Napkelet Körös Balaton"),
    "zh-Hans": _two("华明/huaming 东海/donghai 金桥/jinqiao 瑞丰/ruifeng 长青/changqing 新宇/xinyu 恒达/hengda "
                    "天成/tiancheng 安泰/antai 远航/yuanhang"),
    "zh-Hant": _two("台新工/taixingong 宏遠/hungyuan 光華/kuanghua 永昌/yungchang 協和/hsieho "
                    "大同興/tatunghsing 聯盛/liensheng 順發/shunfa"),
}  # fmt: skip
_WORK = {
    "en": _same("Works Foods Logistics Chemicals Stores Builders Clinics Power Tools Systems"),
    "pl": _same("Maszyny Spożywcza Logistyka Chemia Handel Budownictwo Zdrowie Energia Narzędzia Systemy"),
    "hu": _same("Gépgyár Élelmiszer Logisztika Vegyipar Kereskedelem Építő Egészség Energia Szerszám Rendszer"),
    "zh-Hans": _two("机械/jixie 食品/shipin 物流/wuliu 化工/huagong 贸易/maoyi 建设/jianshe 医疗/yiliao "
                    "能源/nengyuan"),
    "zh-Hant": _two("機械/jixie 食品/shipin 物流/wuliu 化工/huagong 貿易/maoyi 營造/yingzao 醫療/yiliao "
                    "能源/nengyuan"),
}  # fmt: skip
_FORM = {
    "DE": "GmbH", "AT": "GmbH", "FR": "SAS", "NL": "B.V.", "GB": "Ltd", "IE": "Ltd", "US": "Inc.", "PL": "Sp. z o.o.",
    "HU": "Kft.", "CN": "有限公司", "TW": "股份有限公司",
}  # fmt: skip


def company_name(language: str, country: str, u: float, number: int) -> tuple[str, str]:
    """A company's name and its domain; the number keeps both apart from all others."""
    first, work = _FIRST[language], _WORK[language]
    place = int(u * len(first) * len(work))
    a, b = first[place % len(first)], work[place // len(first)]
    joint = "" if language.startswith("zh") else " "
    return joint.join((a[0] + joint + b[0], _FORM[country])), f"{latin(a[1])}-{latin(b[1])}-{number}.example"
