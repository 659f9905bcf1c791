"""Django's settings. What differs from place to place comes from the environment: see `keepwell.site.office`."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from keepwell.site.office import book_home, database, office_folder, secret_key

HERE = Path(__file__).parent
HOME, OFFICE = book_home(), office_folder()
ADDRESS = os.environ.get("KEEPWELL_URL", "http://localhost:8000").rstrip("/")
SECURE = ADDRESS.startswith("https://")

SECRET_KEY = secret_key(OFFICE)
DEBUG = False
ALLOWED_HOSTS = sorted({"localhost", "127.0.0.1", "[::1]", urlsplit(ADDRESS).hostname or "localhost"})
CSRF_TRUSTED_ORIGINS = [ADDRESS]

INSTALLED_APPS = [
    "keepwell.site",
    "keepwell.followups",
    "keepwell.alerts",
    "keepwell.conversations",
    "keepwell.reach",
    "keepwell.retention",
    "keepwell.accounts",
    "keepwell.api",
    "keepwell.members",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_q",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django.forms",  # last: its templates are ours where we have one
]
FORM_RENDERER = "keepwell.site.rendering.Renderer"
MIDDLEWARE = [
    "keepwell.site.speed.timed",
    "django.middleware.security.SecurityMiddleware",
    "keepwell.site.middleware.policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "keepwell.members.sessions.lasting",
    "keepwell.site.middleware.language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "keepwell.members.gate.Gate",
]
ROOT_URLCONF = "keepwell.site.urls"
WSGI_APPLICATION = "keepwell.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "keepwell.site.templating.loader.Loader",
                    ["django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "keepwell.site.pages.shared",
            ],
            "builtins": ["keepwell.site.templatetags.addresses", "keepwell.site.templatetags.dates"],
        },
    }
]

DATABASES = {"default": database(OFFICE)}
# What limits count, and which one-time codes are used, holds for every process of every machine. Calls of the API are
# counted in memory where the office is a SQLite file: a read of theirs is not to wait for whoever writes.
_SHARED = {"BACKEND": "keepwell.site.counting.Counting"}
CACHES = {
    "default": _SHARED,
    "calls": _SHARED
    if "postgresql" in DATABASES["default"]["ENGINE"]
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}},
    "workers": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},  # how they are, twice a second
    "pages": {  # pages of figures as each process drew them
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 200},
    },
}
SILENCED_SYSTEM_CHECKS = ["templates.W003"]  # our i18n stands in the place of Django's on purpose
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- who signs in ---------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "members.Member"
AUTHENTICATION_BACKENDS = ["keepwell.members.backend.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "keepwell.members.passwords.NotOurWords"},
    {"NAME": "keepwell.members.breached.NotBreached"},
]
BREACHED_PASSWORDS = os.environ.get("KEEPWELL_BREACHED_PASSWORDS", "")  # a file of their hashes
PASSWORD_RESET_TIMEOUT = 3600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "keepwell.members.signing_in.ByInvitation"
SOCIALACCOUNT_ADAPTER = "keepwell.members.signing_in.KnownElsewhere"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # a member is invited by an administrator who knows the address
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key,20/5m/ip", "reset_password": "5/h/key,20/h/ip"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
MFA_FORMS = {
    "authenticate": "keepwell.members.forms.SecondStep",
    "activate_totp": "keepwell.members.forms.FirstCode",
}
MFA_ADAPTER = "keepwell.members.signing_in.Sealed"
SECOND_STEP_ASKED = os.environ.get("KEEPWELL_SECOND_STEP") == "1"  # of everybody, not only of who wants one
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
MFA_TOTP_ISSUER = "Keepwell"
# The company's own sign-in. Its origin may be sent forms to; further ones that it leads on to are said beside it.
OIDC_ISSUER = os.environ.get("KEEPWELL_OIDC_ISSUER", "").rstrip("/")
OIDC_ORIGINS = [
    f"{at.scheme}://{at.netloc}"
    for at in map(urlsplit, [OIDC_ISSUER, *os.environ.get("KEEPWELL_OIDC_ORIGINS", "").split()])
    if at.netloc
]
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "company",
                "name": os.environ.get("KEEPWELL_OIDC_NAME", "OpenID Connect"),
                "client_id": os.environ.get("KEEPWELL_OIDC_CLIENT_ID", ""),
                "secret": os.environ.get("KEEPWELL_OIDC_CLIENT_SECRET", ""),
                "settings": {"server_url": OIDC_ISSUER},
            }
        ]
        if OIDC_ISSUER
        else [],
    }
}
PAGES_A_MINUTE = int(os.environ.get("KEEPWELL_PAGES_A_MINUTE", "1200"))  # that one member opens
USERSESSIONS_TRACK_ACTIVITY = False  # a write for each page: signing in and out is known without it

# --- what a browser may do ------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = (
    ("__Host-session", "__Host-csrf") if SECURE else ("sessionid", "csrftoken")
)
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # a message may name a customer
SESSION_COOKIE_AGE = SIGNED_IN_LONGEST = 12 * 3600  # whatever happens, one signs in once a working day
SIGNED_IN_IDLE = 2 * 3600  # without a page opened
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("KEEPWELL_BEHIND_PROXY") == "1" else None
)
BEHIND_PROXY = SECURE_PROXY_SSL_HEADER is not None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0  # whose word for where somebody comes from is believed
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

# --- words and days -------------------------------------------------------------------------------------------

FORMAT_MODULE_PATH = "keepwell.site.formats"
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("zh-hans", "简体中文"),
    ("zh-hant", "繁體中文"),
    ("hu", "magyar"),
    ("pl", "polski"),
]
LOCALE_PATHS = [HERE.parent / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- files, mail, jobs ----------------------------------------------------------------------------------------

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = os.environ.get("KEEPWELL_SMTP_HOST", "localhost")
MAIL_SET_UP = bool(os.environ.get("KEEPWELL_SMTP_HOST"))  # else this machine is tried, and may take none
EMAIL_PORT = int(os.environ.get("KEEPWELL_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("KEEPWELL_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("KEEPWELL_SMTP_PASSWORD", "")
_HERE = EMAIL_HOST in ("localhost", "127.0.0.1", "::1")
EMAIL_USE_TLS = os.environ.get("KEEPWELL_SMTP_TLS", "0" if _HERE else "1") == "1"
EMAIL_TIMEOUT = 20
MAY_REACH = tuple(os.environ.get("KEEPWELL_MAY_REACH", "").split())  # hosts that messages go to; none: any
DEFAULT_FROM_EMAIL = os.environ.get("KEEPWELL_MAIL_FROM", "keepwell@localhost")
Q_CLUSTER = {
    "name": "keepwell",
    "orm": "default",
    "broker_class": "keepwell.site.queues.ByWork",  # which says how many workers each queue has
    "cache": "workers",
    "timeout": 540,  # the night asks for longer itself
    "retry": 600,
    "max_attempts": 3,
    "ack_failures": True,
    "catch_up": False,
    "save_limit": 1000,
    "label": "Jobs",
    "poll": 1,
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "keepwell.site.logging.Line"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("KEEPWELL_LOG", "WARNING")},
}
