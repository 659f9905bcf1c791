"""How mail programs and people of five languages begin a quotation, end a letter, and append what nobody reads."""

import re

# "On 3 May 2026, Anna wrote:", on up to three lines; a digit stands in it, for a date, or an address.
ATTRIBUTIONS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"on\b.{4,300}\bwrote\s*:",  # en
        r".{4,300}\bírta(?:\s*\(.{4,60}\))?\s*(?:\(időpont:.{4,60}\))?\s*:",  # hu
        r"(?:w dniu|dnia|w dn\.|(?:pon|wt|śr|czw|pt|sob|niedz)\.).{4,300}\b(?:pisze|wrote)\s*:",  # pl
        r".{4,300}\bnapisał(?:\(a\)|a)?\s*:",  # pl
        r"(?:am|vom?)\b.{4,300}\bschrieb\b.{0,200}:",  # de
        r"(?:在|於|于)?.{4,300}(?:写道|寫道|写到|寫到|写了|來信)\s*[:：]",  # zh
    )
)

_HEADS = {
    "from": "from|feladó|von|od|nadawca|发件人|發件人|寄件者|寄件人",
    "rest": (
        "sent|date|to|cc|subject|elküldve|küldve|dátum|címzett|másolatot kap|másolat|tárgy|gesendet|datum|an|betreff"
        "|wysłano|wysłane|data|do|dw|temat|发送时间|发送日期|發送時間|日期|收件人|收件者|抄送|副本|主题|主題|主旨|傳送時間|寄件日期"
    ),
}
# "From: …" with other headers below it, as Outlook quotes.
HEADER_FROM = re.compile(rf"\s*[*_]{{0,2}}(?:{_HEADS['from']})\s*[:：][*_]{{0,2}}\s*\S", re.I)
HEADER_REST = re.compile(rf"\s*[*_]{{0,2}}(?:{_HEADS['rest']})\s*[:：]", re.I)

DIVIDERS = re.compile(
    r"\s*[-_=—]{2,}\s*(?:original message|forwarded message|original appointment|eredeti üzenet|továbbított üzenet"
    r"|ursprüngliche nachricht|weitergeleitete nachricht|originalnachricht|wiadomość oryginalna|oryginalna wiadomość"
    r"|(?:treść )?przekazan(?:a|ej) wiadomo(?:ść|ści)|wiadomość przekazana|原始邮件|原始郵件|原始信件|转发邮件"
    r"|轉寄郵件|转发的邮件|轉寄的郵件|邮件原件)\s*[-_=—]{2,}\s*",
    re.I,
)

CLOSINGS = re.compile(
    r"\s*(?:(?:with |many |my )?(?:best|kind(?:est)?|warm(?:est)?)(?: regards| wishes)?|regards|sincerely(?: yours)?"
    r"|yours (?:sincerely|faithfully|truly)|cheers|all the best|many thanks"
    r"|thanks(?: and (?:best |kind )?regards)?|thank you"
    r"|üdvözlettel|szívélyes üdvözlettel|tisztelettel|üdv|köszönettel|baráti üdvözlettel|minden jót"
    r"|pozdrawiam(?: serdecznie)?|z poważaniem|z wyrazami szacunku|serdecznie pozdrawiam|z pozdrowieniami"
    r"|pozdrowienia|(?:mit )?(?:freundlichen?|besten?|herzlichen?|viele|liebe|beste) gr(?:ü|ue)(?:ß|ss)en?"
    r"|mfg|hochachtungsvoll"
    r"|此致|敬礼|敬禮|此致敬礼|此致敬禮|祝好|顺祝商祺|順祝商祺|顺颂商祺|順頌商祺|谢谢|謝謝|祝您工作愉快)\s*[,.!:，。！：]*\s*",
    re.I,
)

DEVICES = re.compile(
    r"\s*(?:sent from my .{2,40}|get outlook for .{2,40}|küldve .{2,40}(?:ról|ről|ból|ből|fonomról)|wysłane z .{2,40}"
    r"|von meinem .{2,40} gesendet|gesendet (?:von|mit) .{2,40}|发自我的.{2,40}|發自我的.{2,40}"
    r"|從我的.{2,40}傳送|来自我的.{2,40})\s*",
    re.I,
)

# A paragraph is a footer where it holds a sign of one of these pairs and a sign of the other.
FOOTERS = tuple(
    (re.compile(one, re.I), re.compile(other, re.I))
    for one, other in (
        (r"confidential|privileged", r"recipient|addressee|in error|disclos|unauthori[sz]ed"),
        (r"bizalmas|titoktart", r"címzett|tévedésb|illetéktelen"),
        (r"poufn|zastrzeżon", r"adresat|odbiorc|omyłkow|przez pomyłkę"),
        (r"vertraulich", r"empfänger|irrtümlich|unbefugt|adressat"),
        (r"保密|机密|機密", r"收件人|收件者|误|誤|擅自"),
        (
            r"unsubscribe|leiratkoz|wypisz się|wypisać się|abmelden|abbestellen|退订|退訂|取消订阅|取消訂閱",
            r"https?:|www\.|click|kattint|kliknij|klick|点击|點擊|list\b",
        ),
        (
            r"consider the environment|gondoljon a környezet|pomyśl o środowisku"
            r"|denken sie an die umwelt|考虑环保|環保",
            r"print|nyomtat|wydruk|drukowa|druck|ausdruck|打印|列印",
        ),
        (r"(?:mailing list|google groups)", r"https?:|unsubscribe|subscribed"),
    )
)
