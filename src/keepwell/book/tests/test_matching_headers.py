"""A file's columns are recognised by what people and their systems write above them, in several languages."""

import pytest

from keepwell.book.headers import words_for
from keepwell.book.importing import import_files
from keepwell.book.mapping import Mapping
from keepwell.book.matching import matched
from keepwell.book.quarantine import counts
from keepwell.book.reading import Layout, opened
from keepwell.book.tables import all_tables, table_named
from keepwell.book.tests.importing_kit import PURCHASES, SUBSCRIPTIONS, Desk
from keepwell.lib.errors import BadInput

CONTRACT = ("subscription_id", "account_id", "started_on", "ended_on", "mrr", "currency")
ORDER = ("purchase_id", "account_id", "occurred_at", "amount", "currency")


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def found(tmp_path, table, header):
    path = tmp_path / "file.csv"
    path.write_text(f"{header}\n{';' * header.count(';')}\n", encoding="utf-8")
    source = opened(path, Layout(delimiter=";"), scratch=tmp_path)
    return dict(matched(source, table_named(table), Mapping(table)).columns)


@pytest.mark.parametrize(
    "header",
    [
        "Vertragsnr.;Kundennummer;Beginn;Ende;Monatsbetrag;Währung",
        "Contract no;Customer no;Begin;End;Monthly fee;Currency",
        "Numer umowy;Nr klienta;Data rozpoczęcia;Data zakończenia;Kwota miesięczna;Waluta",
        "Číslo smlouvy;Zákazník;Začátek;Konec;Měsíční částka;Měna",
        "Szerződésszám;Ügyfélkód;Kezdete;Vége;Havi díj;Pénznem",
        "N° contrat;Code client;Date de début;Date de fin;Montant mensuel;Devise",
        "合同编号;客户编号;开始日期;结束日期;月费;币种",
        "合約編號;客戶編號;開始日期;結束日期;月費;幣別",
        "Record ID;Associated Company IDs;Contract Start Date;Contract End Date;"
        "Monthly recurring revenue (MRR);Currency",
    ],
)
def test_contracts_are_recognised_in_the_languages_of_their_countries(tmp_path, header):
    assert found(tmp_path, "subscriptions", header) == dict(zip(CONTRACT, header.split(";"), strict=True))


@pytest.mark.parametrize(
    "header",
    [
        "Belegnr.;Debitor;Belegdatum;Nettobetrag;Währung",
        "VBELN;KUNNR;FKDAT;NETWR;WAERS",
        "Nr zamówienia;Klient;Data zamówienia;Kwota;Waluta",
        "Rendelésszám;Vevő;Dátum;Összeg;Pénznem",
        "订单号;客户;下单时间;金额;货币",
        "訂單編號;客戶;訂單日期;金額;貨幣",
        "id;Customer ID;Created date (UTC);Amount;Currency",
    ],
)
def test_orders_are_recognised_in_the_languages_of_their_countries(tmp_path, header):
    assert found(tmp_path, "purchases", header) == dict(zip(ORDER, header.split(";"), strict=True))


def test_exports_of_billing_systems_need_no_mapping(tmp_path):
    stripe = found(
        tmp_path,
        "subscriptions",
        "id;Customer ID;Plan;Quantity;Currency;Interval;Amount;Status;Created (UTC);Start Date (UTC);"
        "Current Period Start (UTC);Current Period End (UTC);Canceled At (UTC);Ended At (UTC)",
    )
    assert stripe["started_on"] == "Start Date (UTC)"
    assert (stripe["ended_on"], stripe["cancelled_on"]) == ("Ended At (UTC)", "Canceled At (UTC)")
    chargebee = found(
        tmp_path,
        "subscriptions",
        "subscriptions.id;subscriptions.customer_id;subscriptions.plan_id;subscriptions.started_at;"
        "subscriptions.cancelled_at;subscriptions.mrr;subscriptions.currency_code",
    )
    assert chargebee["account_id"] == "subscriptions.customer_id"
    assert chargebee["mrr"] == "subscriptions.mrr"


def test_exports_of_help_desks_need_no_mapping(tmp_path):
    header = "Ticket ID;Customer ID;Created at;Solved;Subject"
    wanted = ("ticket_id", "account_id", "opened_at", "resolved_at", "subject")
    assert found(tmp_path, "tickets", header) == dict(zip(wanted, header.split(";"), strict=True))


def test_the_period_now_billed_is_not_taken_for_the_beginning(tmp_path):
    with pytest.raises(BadInput, match="started_on"):
        found(tmp_path, "subscriptions", "id;customer;current_period_start;mrr;currency")


def test_two_headers_that_differ_only_in_brackets_are_not_guessed_between(tmp_path):
    with pytest.raises(BadInput, match="amount"):
        found(tmp_path, "purchases", "id;customer;date;Amount (EUR);Amount (USD);currency")


def test_a_price_beside_a_quantity_is_asked_about(tmp_path):
    with pytest.raises(BadInput, match="price of one or of all") as told:
        found(tmp_path, "purchases", "order;customer;date;Price;Qty;currency")
    assert 'amount = "Price * Qty"' in str(told.value)


def test_an_amount_without_its_interval_may_be_monthly(tmp_path):
    with pytest.raises(BadInput, match="mrr") as told:
        found(tmp_path, "subscriptions", "Kunde;Beginn;Ende;Betrag;Währung")
    assert 'mrr = "Betrag"' in str(told.value)


def test_a_currency_is_proposed_only_where_a_header_names_one(tmp_path):
    with pytest.raises(BadInput) as named:
        found(tmp_path, "subscriptions", "Kunde;Beginn;Monatsbetrag (PLN)")
    assert "--currency PLN" in str(named.value)
    with pytest.raises(BadInput) as unnamed:
        found(tmp_path, "subscriptions", "Kunde;Beginn;Monatsbetrag")
    assert 'currency = "?"' in str(unnamed.value)


@pytest.mark.parametrize(("said", "meant"), [("EURO", "EUR"), ("€", "EUR"), ("ZŁ", "PLN"), ("USDD", "USD")])
def test_what_is_no_currency_is_refused_with_the_one_meant(desk, said, meant):
    path = desk.file("purchase_id,account_id,occurred_at,amount\n1,A1,2026-01-01,5\n")
    with pytest.raises(BadInput, match="not a currency in use") as told:
        import_files(desk.book, "purchases", [path], currency=said)
    assert meant in told.value.ways[0]


def test_no_word_means_two_columns_of_a_table():
    for table in all_tables().values():
        words = [word for column in (*table.columns, *table.inputs) for word in words_for(column)]
        assert len(words) == len(set(words)), table.name


@pytest.mark.parametrize(
    "said",
    [
        "mrr = 5",
        'table = "subscriptions"\n[columns]\nmrr = 5',
        'table = "subscriptions"\ncolumns = "x"',
        '[columns]\nmrr = "Fee"',
        'table = "subscriptons"',
        "table = 5",
        'table = "purchases"\nkey = "rows"',
        'table = "purchases"\n[formats]\ndate_order = "dym"',
        'table = "purchases"\n[constants]\nknown_at = "2026-01-01"',
        'table = "purchases"\n[meaning]\nend_inclusive = "yes"',
        'table = "purchases"\n[[negative]]\nequals = "x"',
        "a = = b",
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused_with_one_kind_of_error(tmp_path, said):
    path = tmp_path / "m.toml"
    path.write_text(said, encoding="utf-8")
    with pytest.raises(BadInput) as told:
        Mapping.load(path)
    assert told.value.wrong
    assert told.value.seen or told.value.ways


def test_a_row_wrong_in_two_ways_is_one_row_everywhere(desk):
    bad = "1,A9,2026-02-30,5,EUR\n2,A1,2026-01-01,5,EURO\n"
    report = desk.load("purchases", PURCHASES + bad + "3,A1,2026-01-01,5,EUR\n")
    assert report.reasons == {"impossible_date": 1, "unknown_currency": 1}
    assert [len(row.problems) for row in desk.aside()] == [2, 1]
    assert counts(desk.book) == {("purchases", reason): n for reason, n in report.reasons.items()}


def test_an_unknown_currency_makes_no_bad_number_of_its_amount(desk):
    desk.load("subscriptions", SUBSCRIPTIONS + "1,A1,2026-01-01,,5.00,EURO\n2,A1,2026-01-01,,x,EURO\n")
    assert [[p.reason for p in row.problems] for row in desk.aside()] == [
        ["unknown_currency"],
        ["unreadable_number", "unknown_currency"],
    ]
