"""What people and their systems write above a column: the words by which a file's columns are recognised.

A table's own synonyms stand beside its columns. Here are the words of other languages, and of systems that many
companies export from, for columns that mean the same in every table: English, German, French, Spanish, Polish,
Czech, Hungarian, and Chinese in both scripts. Words that leave the meaning open (a sum that may be yearly, a date
that may be any) stand only where nothing in the table could be meant instead.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

from keepwell.book.tables import Column, Table

# By column; the words in the order in which they are preferred, where a file has several.
_WORDS = {
    "account_id": """
        customer no, customer nr, customer number, customer code, customer ref, account no, account number,
        client no, client number, company record id, associated company id, associated company ids,
        associated company, Kundennummer, Kundennr, Kunden-Nr, Kunden-ID, Kd-Nr, KdNr, KUNNR, Debitor,
        Debitorennummer, Geschäftspartner, Kunde, Auftraggeber, numéro client, n° client, code client,
        id client, client, número de cliente, código cliente, id cliente, cliente, numer klienta,
        nr klienta, id klienta, identyfikator klienta, kod klienta, klient, kontrahent, numer kontrahenta,
        nabywca, číslo zákazníka, id zákazníka, kód zákazníka, zákazník, odběratel, ügyfélazonosító,
        ügyfél azonosító, ügyfél azonosítója, ügyfélszám, ügyfélkód, ügyfél id, vevőkód, vevőazonosító,
        vevő kódja, partnerkód, ügyfél, vevő, 客户编号, 客户编码, 客户代码, 客户号, 客户ID, 客户, 客戶編號,
        客戶代碼, 客戶代號, 客戶號碼, 客戶ID, 客戶""",
    "name": """
        Firmenname, Kundenname, Name des Kunden, Firma, Bezeichnung, NAME1, nom, nom du client,
        raison sociale, nombre, razón social, nazwa, nazwa firmy, nazwa klienta, firma, název, název firmy,
        jméno, név, cégnév, ügyfélnév, ügyfél neve, cég, 名称, 客户名称, 公司名称, 企业名称, 姓名, 名稱,
        客戶名稱, 公司名稱""",
    "segment": """
        Kundensegment, Kundengruppe, segmento, segment klienta, grupa, szegmens, ügyfélcsoport, 客户分类,
        客户等级, 客戶分類""",
    "industry": "Branche, secteur, sector, branża, obor, odvětví, iparág, ágazat, 行业, 產業, 行業",
    "country": """
        country region, customer country, Land, Ländercode, LAND1, pays, país, kraj, země, stát, ország,
        országkód, 国家, 國家""",
    "language": "Sprache, SPRAS, langue, idioma, język, jazyk, nyelv, 语言, 語言",
    "created_on": """
        create date, created date, customer since, Angelegt am, Kunde seit, ERDAT, date de création,
        fecha de alta, data utworzenia, klient od, vytvořeno, zákazník od, létrehozva, létrehozás dátuma,
        ügyfél ettől, 创建日期, 创建时间, 建立日期, 建檔日期""",
    "owner_email": """
        company owner, Kundenbetreuer, Betreuer, opiekun, správce, kapcsolattartó, 负责人, 負責人""",
    "domain": """
        company domain name, website url, Webseite, strona www, webové stránky, weboldal, 域名, 網域""",
    "salesperson": """
        sales person, Verkäufer, Vertriebsmitarbeiter, handlowiec, prodejce, értékesítő, 销售员, 业务员,
        業務員""",
    "channel": "original source, Vertriebskanal, Kanal, kanał, kanál, csatorna, 渠道, 管道",
    "subscription_id": """
        subscription no, subscription number, contract no, contract number, contract, agreement id, deal id,
        record id, Vertragsnummer, Vertragsnr, Vertrags-Nr, Vertrags-ID, Vertrag, Abonummer, Abo-Nr, Abo-ID,
        VBELN, numéro de contrat, n° contrat, contrat, número de contrato, contrato, numer umowy, nr umowy,
        id umowy, umowa, numer subskrypcji, id subskrypcji, subskrypcja, číslo smlouvy, id smlouvy, smlouva,
        id předplatného, předplatné, szerződésszám, szerződés száma, szerződés azonosító, szerződés,
        előfizetés azonosító, előfizetés száma, előfizetés, 订阅编号, 订阅ID, 合同编号, 合同号, 訂閱編號,
        訂閱ID, 合約編號, 合約號碼""",
    "started_on": """
        subscription start, subscription start date, contract start, contract start date, begin date,
        activated at, Vertragsbeginn, Laufzeitbeginn, Startdatum, Beginndatum, Beginn, Gültig ab,
        Gültig von, Anfang, Start, von, ab, date de début, début, fecha de inicio, inicio, data rozpoczęcia,
        data początku, początek, start umowy, ważne od, obowiązuje od, od, datum začátku, datum zahájení,
        začátek, platnost od, platí od, kezdő dátum, kezdés dátuma, kezdési dátum, kezdete, kezdet, kezdés,
        érvényes ettől, érvényesség kezdete, mettől, 开始日期, 起始日期, 开始时间, 生效日期, 開始日期,
        開始時間""",
    "ended_on": """
        subscription end, subscription end date, contract end, contract end date, Vertragsende,
        Laufzeitende, Enddatum, Ende, Gültig bis, bis, date de fin, fin, fecha de fin, fecha fin,
        data zakończenia, data końca, koniec, ważne do, obowiązuje do, do, datum konce, datum ukončení,
        konec, platnost do, platí do, záró dátum, befejezés dátuma, befejezés, vége, lejárat,
        lejárat dátuma, érvényes eddig, érvényesség vége, meddig, 结束日期, 终止日期, 结束时间, 結束日期,
        終止日期, 結束時間""",
    "mrr": """
        monthly recurring revenue mrr, mrr amount, monthly value, monthly rate, per month, Monatsbetrag,
        Monatlicher Betrag, Betrag pro Monat, Monatspreis, Monatsgebühr, Monatliche Gebühr, Monatsrate,
        montant mensuel, prix mensuel, importe mensual, cuota mensual, kwota miesięczna, miesięczna kwota,
        opłata miesięczna, abonament miesięczny, cena miesięczna, měsíční částka, měsíční poplatek,
        měsíční cena, havidíj, havi díj, havi összeg, havi előfizetési díj, 月费, 月租费, 月租, 每月金额,
        月度金额, 月费用, 月費, 月租費, 每月金額, 月費用""",
    "amount": """
        amount paid, net amount, net total, amount in company currency, Nettobetrag, Nettowert,
        Betrag netto, Netto, NETWR, Betrag, Wert, Umsatz, Summe, Preis, montant HT, montant, importe neto,
        importe, monto, kwota netto, wartość netto, kwota, wartość, cena, částka bez DPH, částka,
        cena bez DPH, cena celkem, nettó összeg, nettó érték, összeg, érték, ár, 净额, 金额, 总额, 淨額,
        金額, 總額""",
    "interval": """
        billing frequency, billing period unit, recurring interval, Abrechnungsintervall,
        Abrechnungszeitraum, Intervall, Turnus, Zahlungsweise, périodicité, periodicidad,
        okres rozliczeniowy, częstotliwość, fakturační období, období, számlázási időszak, gyakoriság,
        计费周期, 付费周期, 計費週期, 付費週期""",
    "currency": """
        currency iso code, deal currency, Währung, Währungsschlüssel, Währungscode, WAERS, Waehrung, devise,
        monnaie, moneda, divisa, waluta, kod waluty, měna, kód měny, pénznem, deviza, devizanem, valuta,
        币种, 货币, 货币代码, 幣別, 幣種, 貨幣, 貨幣代碼""",
    "product": """
        plan id, item price id, product id, line item name, Produkt, Artikel, Artikelbezeichnung, Tarif,
        Material, MATNR, produit, article, producto, artículo, produkt, taryfa, pakiet, nazwa produktu,
        název produktu, tarif, zboží, termék, terméknév, csomag, 产品, 产品名称, 套餐, 商品, 商品名称, 產品,
        產品名稱, 方案, 商品名稱""",
    "quantity": """
        Menge, Anzahl, Stück, KWMENG, quantité, cantidad, ilość, liczba sztuk, množství, počet, počet kusů,
        mennyiség, darab, darabszám, db, 数量, 數量""",
    "renewal_on": """
        next renewal date, Verlängerung am, Verlängerungsdatum, data odnowienia, datum obnovení,
        megújítás dátuma, 续订日期, 续费日期, 續訂日期, 續約日期""",
    "cancelled_on": """
        cancelled date, canceled date, cancellation date, notice date, Kündigungsdatum, Kündigung am,
        Gekündigt am, Kündigung zum, date de résiliation, fecha de cancelación, data wypowiedzenia,
        data rezygnacji, datum výpovědi, felmondás dátuma, felmondva, 取消日期, 退订日期, 取消时间,
        取消時間, 退訂日期""",
    "status": "Vertragsstatus, Zustand, statut, estado, stan, stav, státusz, állapot, 状态, 狀態",
    "end_reason": """
        Kündigungsgrund, motif de résiliation, motivo de cancelación, powód rezygnacji, powód wypowiedzenia,
        důvod výpovědi, důvod ukončení, felmondás oka, lemondás oka, 取消原因, 退订原因, 退訂原因""",
    "purchase_id": """
        order no, order number, order, document number, transaction, Bestellnummer, Bestellnr, Bestell-Nr,
        Auftragsnummer, Auftragsnr, Belegnummer, Belegnr, VBELN, numéro de commande, n° commande,
        número de pedido, numer zamówienia, nr zamówienia, zamówienie, číslo objednávky, objednávka,
        rendelésszám, rendelés száma, rendelés azonosító, rendelés, 订单编号, 订单号, 订单ID, 交易号,
        訂單編號, 訂單號碼, 交易編號""",
    "occurred_at": """
        created, created date, order time, transaction date, purchased, paid at, Bestelldatum,
        Auftragsdatum, Kaufdatum, Rechnungsdatum, Belegdatum, Buchungsdatum, FKDAT, BUDAT, Zeitpunkt, Datum,
        date de commande, fecha de pedido, fecha, data zamówienia, data zakupu, data sprzedaży, data,
        datum objednávky, datum nákupu, datum, rendelés dátuma, vásárlás dátuma, dátum, 订单日期, 下单时间,
        购买日期, 交易时间, 日期, 時間, 时间, 訂單日期, 下單時間, 購買日期""",
    "invoice_id": """
        number, Rechnungsnummer, Rechnungsnr, Rechnungs-Nr, Rechnung, VBELN, numéro de facture, n° facture,
        facture, número de factura, factura, numer faktury, nr faktury, faktura, číslo faktury, számlaszám,
        számla száma, számla sorszáma, 发票号, 发票号码, 发票编号, 發票號碼, 發票編號""",
    "issued_on": """
        finalized at, Rechnungsdatum, Ausstellungsdatum, Belegdatum, FKDAT, Datum, date de facture,
        fecha de factura, data wystawienia, data faktury, data, datum vystavení, datum, számla kelte, kelte,
        kiállítás dátuma, dátum, 开票日期, 发票日期, 日期, 開票日期, 發票日期""",
    "due_on": """
        payment due, Fälligkeitsdatum, Fällig am, Fälligkeit, FAEDT, échéance, date d'échéance, vencimiento,
        fecha de vencimiento, termin płatności, datum splatnosti, splatnost, fizetési határidő, esedékesség,
        到期日, 付款期限, 到期日期""",
    "paid_on": """
        paid date, Bezahlt am, Zahlungsdatum, Zahlungseingang, date de paiement, fecha de pago,
        data płatności, data zapłaty, datum úhrady, datum platby, fizetés dátuma, fizetve, kifizetés dátuma,
        付款日期, 支付日期""",
    "kind": """
        event, event kind, Ereignis, Art, Typ, typ, zdarzenie, rodzaj, událost, druh, esemény, típus, 事件,
        类型, 類型""",
    "contact_id": """
        Kontakt-ID, Ansprechpartner-ID, id kontaktu, kapcsolattartó azonosító, 联系人编号, 聯絡人編號""",
    "email": "E-Mail-Adresse, adres e-mail, e-mail cím, 邮箱, 电子邮件, 電子郵件",
    "phone": "Telefon, Telefonnummer, numer telefonu, telefonszám, 电话, 手机, 電話, 手機",
    "role": "Funktion, Position, stanowisko, pozice, beosztás, 职位, 職位",
    "month": "Monat, mois, mes, miesiąc, měsíc, hónap, 月份",
    "cost_to_serve": "Kosten, coût, coste, koszt, náklady, költség, 成本",
    "valid_from": "Gültig ab, Kursdatum, Datum, data, obowiązuje od, platnost od, dátum, 日期, 生效日期",
    "rate": "Kurs, Wechselkurs, Umrechnungskurs, taux, tipo de cambio, kurs, kurz, árfolyam, 汇率, 匯率",
}


# Of these it cannot be told whether they are of one piece or of all.
_PRICES = """
    price, unit price, Preis, Einzelpreis, prix, prix unitaire, precio, cena, cena jednostkowa, ár,
    egységár, 单价, 單價"""


def is_price(header: str) -> bool:
    """Whether a header speaks of a price."""
    return folded(header) in set(map(folded, _PRICES.split(",")))


@cache
def words_for(column: Column) -> tuple[str, ...]:
    """The words for a column beside its name, folded: first the table's own synonyms, then those of everybody."""
    said = (*column.also, *_WORDS.get(column.name, "").split(","))
    return tuple(dict.fromkeys(filter(None, map(folded, said))))


def folded(name: str) -> str:
    """A header without what people write in different ways: case, accents, signs and blanks."""
    apart = unicodedata.normalize("NFKD", name.casefold().replace("ł", "l"))
    return re.sub(r"[\W_]+", "", "".join(c for c in apart if not unicodedata.combining(c)))


def by_folded(table: Table, names: Iterable[str]) -> dict[str, str]:
    """The headers by each form under which they may be recognised, whole ones before parts.

    A part leaves out what stands in brackets ("Start Date (UTC)") or names the table ("subscriptions.id"); where two
    headers have the same part it tells neither.
    """
    headers = list(names)
    found: dict[str, str] = {}
    for name in headers:
        found.setdefault(folded(name), name)
    parts: dict[str, list[str]] = {}
    for name in headers:
        for part in {folded(p) for p in _parts(table, name)} - {folded(name), ""}:
            parts.setdefault(part, []).append(name)
    for part, those in parts.items():
        if len(those) == 1:
            found.setdefault(part, those[0])
    return found


def _parts(table: Table, name: str) -> Sequence[str]:
    bare = re.sub(r"[(\[（【][^)\]）】]*[)\]）】]", " ", name).strip()
    own = re.sub(rf"^{table.name.removesuffix('s')}s?\s*[.:/]\s*", "", bare, flags=re.IGNORECASE)
    return (bare, own)
