"""Numbers that stand for money or for a person, known by their check digits: cards, accounts, identity papers.

Each function takes the characters without spaces or dashes and says whether they are such a number.
"""

import re
from datetime import date

# Lengths of an IBAN by country, as the registry of SWIFT lists them.
_COUNTRIES = {
    15: "NO",
    16: "BE BI",
    18: "DK FO FI GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU XK MN",
    21: "CH CR HR LI LV",
    22: "BG BH DE GB GE IE ME RS VA",
    23: "AE GI IL IQ TL OM",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
_IBAN = {country: length for length, countries in _COUNTRIES.items() for country in countries.split()}
_LETTERS = {letter: n for n, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 10)}
# Taiwan's letters stand for these numbers.
_TAIWAN = dict(zip("ABCDEFGHJKLMNPQRSTUVXYWZIO", range(10, 36), strict=True))


def _digits(text: str) -> list[int]:
    return [int(character) for character in text]


def _weighed(text: str, weights: tuple[int, ...]) -> int:
    return sum(digit * weight for digit, weight in zip(_digits(text), weights, strict=False))


def is_card(text: str) -> bool:
    """A payment card: 13 to 19 digits that begin as one of the card schemes' do, with Luhn's check digit."""
    if not re.fullmatch(r"[0-9]{13,19}", text) or not _scheme(text):
        return False
    total = 0
    for place, digit in enumerate(reversed(_digits(text))):
        twice = digit * 2 if place % 2 else digit
        total += twice - 9 if twice > 9 else twice
    return total % 10 == 0


def _scheme(text: str) -> bool:
    first, two, three, four, size = int(text[0]), int(text[:2]), int(text[:3]), int(text[:4]), len(text)
    return (
        (first == 4 and size in (13, 16, 19))  # Visa
        or ((51 <= two <= 55 or 2221 <= four <= 2720) and size == 16)  # Mastercard
        or (two in (34, 37) and size == 15)  # American Express
        or (two in (50, 56, 57, 58, 63, 67) and 13 <= size <= 19)  # Maestro
        or (two == 62 and 16 <= size <= 19)  # UnionPay
        or ((four == 6011 or two in (64, 65)) and size in (16, 19))  # Discover
        or (3528 <= four <= 3589 and size in (16, 19))  # JCB
        or ((300 <= three <= 305 or two in (36, 38, 39)) and size in (14, 16))  # Diners
    )


def is_iban(text: str) -> bool:
    """An IBAN: a country, its length, and 1 as the remainder of division by 97."""
    text = text.upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,29}", text) or _IBAN.get(text[:2]) != len(text):
        return False
    turned = text[4:] + text[:4]
    return int("".join(str(_LETTERS.get(character, character)) for character in turned)) % 97 == 1


def is_polish_account(text: str) -> bool:
    """A Polish bank account as it is written at home: an IBAN without its country."""
    return bool(re.fullmatch(r"[0-9]{26}", text)) and is_iban("PL" + text)


def is_hungarian_account(text: str) -> bool:
    """A Hungarian bank account as it is written at home: 16 or 24 digits, with two check digits."""
    if not re.fullmatch(r"[0-9]{16}(?:[0-9]{8})?", text) or len(set(text)) < 3:
        return False
    return all(_weighed(part, (9, 7, 3, 1) * 4) % 10 == 0 for part in (text[:8], text[8:]))


def _a_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def is_chinese_id(text: str) -> bool:
    """A resident identity number of China: region, day of birth, and a check digit of GB 11643."""
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9Xx]", text):
        return False
    if not 1900 <= int(text[6:10]) <= 2100 or not _a_day(int(text[6:10]), int(text[10:12]), int(text[12:14])):
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[_weighed(text[:17], weights) % 11] == text[17].upper()


def is_taiwan_id(text: str) -> bool:
    """An identity number of Taiwan: a letter and nine digits, the last of them a check digit."""
    text = text.upper()
    if not re.fullmatch(r"[A-Z][1289][0-9]{8}", text):
        return False
    number = _TAIWAN[text[0]]
    weights = (8, 7, 6, 5, 4, 3, 2, 1, 1)
    return (number // 10 + number % 10 * 9 + _weighed(text[1:], weights)) % 10 == 0


def is_hong_kong_id(text: str) -> bool:
    """A Hong Kong identity card: one or two letters, six digits and a check digit, often in brackets."""
    text = text.upper().replace("(", "").replace(")", "")
    if not re.fullmatch(r"[A-Z]{1,2}[0-9]{6}[0-9A]", text):
        return False
    values = [36] * (9 - len(text)) + [_LETTERS.get(one, 0) or int(one) for one in text[:-1]]
    check = 10 if text[-1] == "A" else int(text[-1])
    return (
        sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True)) + check
    ) % 11 == 0


def is_pesel(text: str) -> bool:
    """A Polish PESEL: day of birth with the century in its month, and a check digit."""
    if not re.fullmatch(r"[0-9]{11}", text):
        return False
    century = {0: 1900, 2: 2000, 4: 2100, 6: 2200, 8: 1800}[int(text[2]) // 2 * 2]
    if not _a_day(century + int(text[:2]), int(text[2:4]) % 20, int(text[4:6])):
        return False
    return (10 - _weighed(text[:10], (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10) % 10 == int(text[10])


def is_grown_up_pesel(text: str) -> bool:
    """A PESEL of somebody born from 1925 to 2012: others are Chinese telephone numbers more often."""
    if not is_pesel(text):
        return False
    year = int(text[:2])
    return year >= 25 if text[2] in "01" else text[2] in "23" and year <= 12


def is_nip(text: str) -> bool:
    """A Polish tax number."""
    return bool(re.fullmatch(r"[1-9][0-9]{9}", text)) and _weighed(
        text[:9], (6, 5, 7, 2, 3, 4, 5, 6, 7)
    ) % 11 == int(text[9])


def is_polish_card(text: str) -> bool:
    """A Polish identity card: three letters, a check digit, five digits."""
    text = text.upper()
    if not re.fullmatch(r"[A-Z]{3}[0-9]{6}", text):
        return False
    values = [_LETTERS[one] if one in _LETTERS else int(one) for one in text[:3] + text[4:]]
    weights = (7, 3, 1, 7, 3, 1, 7, 3)
    return sum(v * w for v, w in zip(values, weights, strict=True)) % 10 == int(text[3])


def is_hungarian_tax_id(text: str) -> bool:
    """A Hungarian person's tax number: 8, the day of birth counted from 1867, and a check digit."""
    if not re.fullmatch(r"8[0-9]{9}", text):
        return False
    return sum(n * digit for n, digit in enumerate(_digits(text[:9]), 1)) % 11 == int(text[9])


def is_taj(text: str) -> bool:
    """A Hungarian social security number."""
    if not re.fullmatch(r"[0-9]{9}", text) or len(set(text)) < 3:
        return False
    return _weighed(text[:8], (3, 7) * 4) % 10 == int(text[8])


def is_hungarian_personal_id(text: str) -> bool:
    """A Hungarian personal number: a digit for the sex and century, the day of birth, and a check digit."""
    if not re.fullmatch(r"[1-8][0-9]{10}", text):
        return False
    century = {1: 1900, 2: 1900, 3: 2000, 4: 2000, 5: 1900, 6: 1900, 7: 2000, 8: 2000}[int(text[0])]
    year = century + int(text[1:3])
    if not _a_day(year, int(text[3:5]), int(text[5:7])):
        return False
    ten = text[:10]
    weights = tuple(range(1, 11)) if year < 1997 else tuple(range(10, 0, -1))
    return _weighed(ten, weights) % 11 == int(text[10])


def is_hungarian_card(text: str) -> bool:
    """A Hungarian identity card: six digits and two letters, or two letters and six digits; there is no check."""
    return bool(re.fullmatch(r"[0-9]{6}[A-Z]{2}|[A-Z]{2}[0-9]{6}", text.upper()))


def is_ssn(text: str) -> bool:
    """A social security number of the United States: nine digits in groups that were given out."""
    return bool(re.fullmatch(r"(?!000|666|9)[0-9]{3}(?!00)[0-9]{2}(?!0000)[0-9]{4}", text))


def is_nino(text: str) -> bool:
    """A national insurance number of the United Kingdom: prefixes that were given out, six digits, A to D."""
    text = text.upper()
    return bool(
        re.fullmatch(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]", text)
    )
