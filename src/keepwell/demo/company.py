"""What the simulated company is: its markets, people and prices. Every number here is invented."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Segment:
    """A market: how much of the company it is and how its accounts buy.

    `leaving` multiplies the base chance of leaving; `seats` is the median number; `spend` the median
    amount in EUR of one purchase of an irregular buyer; `cycle` its median days between purchases.
    """

    name: str
    share: float
    irregular: float
    annual: float
    seats: float
    high_touch: float
    card: float
    leaving: float
    spend: float
    cycle: float


SEGMENTS = (
    Segment("Enterprise", 0.10, 0.00, 1.00, 110, 0.95, 0.00, 0.75, 9000, 60),
    Segment("Mid-market", 0.25, 0.08, 0.80, 34, 0.60, 0.10, 1.00, 2400, 45),
    Segment("Small business", 0.30, 0.25, 0.25, 7, 0.05, 0.75, 1.45, 480, 40),
    Segment("Public sector", 0.12, 0.05, 1.00, 60, 0.60, 0.00, 0.55, 3000, 75),
    Segment("Trade", 0.23, 0.95, 0.30, 5, 0.10, 0.50, 1.20, 900, 35),
)


@dataclass(frozen=True)
class Country:
    """Where accounts are: the currency and language usual there and the support region that serves it."""

    code: str
    share: float
    currency: str
    language: str
    region: str


COUNTRIES = (
    Country("DE", 0.16, "EUR", "en", "West"),
    Country("FR", 0.08, "EUR", "en", "West"),
    Country("AT", 0.05, "EUR", "en", "West"),
    Country("NL", 0.05, "EUR", "en", "West"),
    Country("GB", 0.12, "GBP", "en", "Islands and America"),
    Country("IE", 0.03, "EUR", "en", "Islands and America"),
    Country("US", 0.12, "USD", "en", "Islands and America"),
    Country("PL", 0.13, "PLN", "pl", "Central Europe"),
    Country("HU", 0.10, "HUF", "hu", "Central Europe"),
    Country("CN", 0.10, "CNY", "zh-Hans", "Asia"),
    Country("TW", 0.06, "USD", "zh-Hant", "Asia"),
)
REGIONS = ("West", "Islands and America", "Central Europe", "Asia")
LANGUAGES = ("en", "zh-Hans", "zh-Hant", "hu", "pl")


@dataclass(frozen=True)
class Seller:
    """A salesperson or channel, its share of new accounts and how well what it sells fits (0 is average)."""

    name: str
    share: float
    fit: float


SALESPEOPLE = (
    Seller("Anna Berger", 0.12, 0.30),
    Seller("Tom Hughes", 0.11, 0.15),
    Seller("Zsófia Kiss", 0.10, 0.25),
    Seller("Marek Zieliński", 0.10, 0.10),
    Seller("Wei Li", 0.10, 0.20),
    Seller("Claire Martin", 0.10, 0.20),
    Seller("Dan Fowler", 0.11, -0.95),
    Seller("Eva Lindqvist", 0.09, 0.35),
    Seller("Gergő Balogh", 0.09, -0.75),
    Seller("Piotr Lis", 0.08, 0.15),
)
CHANNELS = (
    Seller("direct", 0.40, 0.10),
    Seller("web", 0.20, 0.00),
    Seller("partner", 0.15, 0.15),
    Seller("reseller", 0.15, -0.55),
    Seller("event", 0.10, 0.10),
)


@dataclass(frozen=True)
class Currency:
    """A currency: EUR for one unit at the start, and how far that moves in a month (share of itself)."""

    code: str
    euros: float
    drift: float


CURRENCIES = (
    Currency("EUR", 1.0, 0.0),
    Currency("USD", 0.92, 0.012),
    Currency("GBP", 1.16, 0.010),
    Currency("PLN", 0.23, 0.010),
    Currency("HUF", 0.0026, 0.014),
    Currency("CNY", 0.128, 0.009),
)
CURRENCY_CODES = tuple(c.code for c in CURRENCIES)


@dataclass(frozen=True)
class Product:
    """What contract accounts pay for: monthly EUR a seat, and how many new accounts take it at once."""

    name: str
    price: float
    at_start: float


PRODUCTS = (
    Product("Core", 24.0, 1.0),
    Product("Analytics", 6.5, 0.18),
    Product("Connect", 4.0, 0.14),
    Product("Care", 3.0, 0.10),
)
GOODS = ("Sensors", "Spare parts", "Filters", "Cables", "Tool sets")
INDUSTRIES = ("Machinery", "Food", "Logistics", "Chemicals", "Retail", "Construction", "Health", "Energy")
EVENT_KINDS = ("session", "report", "export", "workflow", "api_sync", "invite")
ONBOARDING = ("onboarding_import", "onboarding_integration", "onboarding_training", "onboarding_first_report")
