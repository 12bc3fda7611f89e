"""Every setting of Bode. They are read from the environment and from `.env`.

A wrong value stops the start with one sentence; `.env.example` documents them all.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from bode.environment import (
    Environment,
    database_settings,
    redis_url,
    site_settings,
    smtp_settings,
)
from bode.logs import logging_settings
from bode.providers import TRANSPORTS, provider_settings
from bode.safety import POLICY, UNREDIRECTED, YEAR
from bode.sentry import report_to_sentry

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(Path(os.environ.get("ENV_FILE") or BASE_DIR / ".env"))

# --- Who we are ---------------------------------------------------------------------
DEMO = env.switch("DEBUG", default=False)
# Technical error pages are for the one who develops, never for gunicorn's visitors.
DEBUG = DEMO and "runserver" in sys.argv[1:2]
SECRET_KEY = env.required("SECRET_KEY", "make one of 50 or more random characters")
ADDRESS_KEY = env.required(
    "ADDRESS_KEY", "make one of 50 or more random characters and never change it"
)
PORT = env.whole_number("PORT", 8000, least=1, most=65535)
_site_url = env.text("SITE_URL", f"http://127.0.0.1:{PORT}" if DEMO else "")
if not _site_url:
    raise ImproperlyConfigured("SITE_URL is not set: every link in a mail needs it.")
SITE_URL, SITE_HOST = site_settings(
    _site_url, schemes={"https", "http"} if DEMO else {"https"}
)
ALLOWED_HOSTS = env.names(
    "ALLOWED_HOSTS",
    [SITE_HOST, "127.0.0.1", "localhost", "[::1]"] if DEMO else [SITE_HOST],
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# --- Where the ledger is ------------------------------------------------------------
_sqlite = f"sqlite:///{BASE_DIR / 'bode.sqlite3'}"
DATABASE_URL = (
    env.text("DATABASE_URL", _sqlite)
    if DEMO
    else env.required("DATABASE_URL", "for example postgres://bode:password@host/bode")
)
DATABASES = {"default": database_settings(DATABASE_URL)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Several processes write: without IMMEDIATE they meet "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    # A machine that is gone says nothing: without these a page waits for minutes.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        **{"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3},
        **DATABASES["default"].get("OPTIONS", {}),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- By what way mail leaves --------------------------------------------------------
TRANSPORT = (
    env.text("TRANSPORT", "outbox")
    if DEMO
    else env.required("TRANSPORT", f"choose one of {', '.join(TRANSPORTS)}")
)
if TRANSPORT not in TRANSPORTS:
    raise ImproperlyConfigured(
        f"TRANSPORT {TRANSPORT!r} is unknown: choose one of {', '.join(TRANSPORTS)}."
    )
EMAIL_BACKEND = TRANSPORTS[TRANSPORT]
if TRANSPORT == "smtp":
    _smtp = smtp_settings(env.required("SMTP_URL", "for example smtp://localhost:25"))
    EMAIL_HOST, EMAIL_PORT = _smtp["EMAIL_HOST"], _smtp["EMAIL_PORT"]
    EMAIL_HOST_USER = _smtp["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = _smtp["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_SSL, EMAIL_USE_TLS = _smtp["EMAIL_USE_SSL"], _smtp["EMAIL_USE_TLS"]
EMAIL_TIMEOUT = 60
ANYMAIL = provider_settings(env, TRANSPORT)
# Such a host as 127.0.0.1 makes no address; the name that stands for it does.
_named = "." in SITE_HOST and SITE_HOST[-1].isalpha()
DEFAULT_FROM_EMAIL = env.address(
    "DEFAULT_FROM_EMAIL", f"bode@{SITE_HOST if _named else 'localhost.localdomain'}"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Where Celery's messages go. Unset: no broker; `run_sender` does all the work.
REDIS_URL = redis_url(env.text("REDIS_URL"))
# hold: a restored copy, or a server that waits for a person before it sends.
SENDING = env.choice("SENDING", "on", ("on", "hold"))
LATE_LIMIT = env.whole_number("LATE_LIMIT", 3600, least=1)  # seconds
PACE = env.number("PACE")
SMTP_CONNECTIONS = env.whole_number("SMTP_CONNECTIONS", 8, least=1)
BATCH = env.whole_number("BATCH", 50, least=1)
LEASE_SECONDS = env.whole_number("LEASE_SECONDS", 600, least=1)
RETRY_SECONDS = env.whole_number("RETRY_SECONDS", 60, least=1)
RETRY_LIMIT = env.whole_number("RETRY_LIMIT", 86400, least=1)  # seconds
UNDO_SECONDS = env.whole_number("UNDO_SECONDS", 60)
# --- For who keeps it running -------------------------------------------------------
OPERATORS = env.addresses("OPERATORS")
# Another way than TRANSPORT, which may be what is broken.
ALERT_SMTP_URL = env.text("ALERT_SMTP_URL")
if ALERT_SMTP_URL:
    smtp_settings(ALERT_SMTP_URL, name="ALERT_SMTP_URL")
METRICS_TOKEN = env.text("METRICS_TOKEN")
LOG_FORMAT = env.choice("LOG_FORMAT", "text", ("text", "json"))
SENTRY_DSN = env.text("SENTRY_DSN")
if SENTRY_DSN:
    report_to_sentry(SENTRY_DSN)
DKIM_SELECTOR = env.text("DKIM_SELECTOR")
DNS_SERVER = env.server("DNS_SERVER")
# Of the first administrator, made by `manage.py prepare`.
ADMIN_EMAIL = env.text("ADMIN_EMAIL")
ADMIN_PASSWORD = env.text("ADMIN_PASSWORD")
# Of the demo's administrator, made by `make run`.
DEMO_PASSWORD = env.text("DEMO_PASSWORD")

# --- Django -------------------------------------------------------------------------
INSTALLED_APPS = [
    "bode.admin.BodeAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "js_asset",
    "django_prose_editor",
    "senders",
    "subscribers",
    "mailings",
    "axes",
]
MIDDLEWARE = [
    "bode.watching.name_requests",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "bode.watching.answer_probes",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bode.keeping.keep_nothing",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "bode.urls"
WSGI_APPLICATION = "bode.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["bode.ui"],
        },
    }
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Guessing at passwords is made slow: bode/throttling.py, through django-axes.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_HANDLER = "bode.throttling.Throttle"
AXES_CLIENT_IP_CALLABLE = "bode.throttling.client_address"
AXES_LOCKOUT_CALLABLE = "bode.throttling.locked_page"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "username", "ip_address"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken", "next"]
LOGIN_REDIRECT_URL = "admin:index"
PASSWORD_RESET_TIMEOUT = 3600  # seconds that the link in the letter works
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LANGUAGE_CODE = env.text("LANGUAGE_CODE", "nl")
if LANGUAGE_CODE not in dict(LANGUAGES):
    raise ImproperlyConfigured(
        f"LANGUAGE_CODE must be nl or en, not {LANGUAGE_CODE!r}."
    )
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.text("TIME_ZONE", "Europe/Amsterdam")
try:
    ZoneInfo(TIME_ZONE)
except (ZoneInfoNotFoundError, ValueError):
    raise ImproperlyConfigured(
        f"TIME_ZONE {TIME_ZONE!r} is unknown: write it like Europe/Amsterdam."
    ) from None
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
# A demo serves its files from where they are: whitenoise warns about a missing folder.
STATIC_ROOT = None if DEMO else BASE_DIR / "static-collected"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEMO
# A pasted bulletin of 5 MB gets a sentence from the form, not a bare "bad request".
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

# --- Safety -------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {"DIRECTIVES": POLICY}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not DEMO
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
if not DEMO:
    # A browser takes these from this very host alone, and over https.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_HSTS_SECONDS = YEAR
# What other hosts of the domain do is for its owner to say, and so is its place in
# browsers' lists: no includeSubDomains, no preload.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
TRUST_PROXY = env.switch("TRUST_PROXY", default=False)
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = SITE_URL.startswith("https:")
    SECURE_SSL_HOST = SITE_URL.partition("://")[2].partition("/")[0]
    SECURE_REDIRECT_EXEMPT = UNREDIRECTED

LOGGING = logging_settings(LOG_FORMAT)
