"""All settings, from the environment only. `.env.example` lists every variable."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import structlog
from csp.constants import NONCE, NONE, SELF

from config.env import env_bool, env_int, env_list, env_str
from config.keys import local_key
from config.logs import without_card_numbers
from config.postgres import database_url

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env_str("TILLBRIDGE_VAR", str(BASE_DIR / "var")))
# Where the watched folders of bank accounts are, a folder for each pair (docs/statements.md).
STATEMENT_INBOX = Path(env_str("STATEMENT_INBOX", str(VAR_DIR / "statements")))
TESTING = "pytest" in sys.modules

# Without DATABASE_URL Tillbridge keeps its own PostgreSQL and its own keys under var/.
SELF_CONTAINED = "DATABASE_URL" not in os.environ


def _key(name: str) -> str:
    """A key from the environment; one of our own under var/ only in self-contained mode."""
    return env_str(name, local_key(VAR_DIR, name) if SELF_CONTAINED else None)


DEBUG = env_bool("DEBUG", default=False)
SECRET_KEY = _key("SECRET_KEY")
# Newest first: the first key encrypts, all of them decrypt (see docs/operations.md, key rotation).
ENCRYPTION_KEYS = [key.strip() for key in _key("ENCRYPTION_KEYS").split(",") if key.strip()]
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost")
SITE_URL = env_str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "sync",  # before django_q: its qcluster command takes the place of the other
    "django_q",
    "lucide",
    "rest_framework",
    "template_partials",
    "integrations",
    "mapping",
    "reconciliation",
    "dashboard",
    "sandbox",
]

MIDDLEWARE = [
    "integrations.inbound.fast_path.InboundFastPath",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "dashboard.context.shell",
            ],
        },
    },
]

DATABASES = {"default": database_url().as_django()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "integrations.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
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
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "integrations.members.adapter.InvitedOnly"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Tillbridge"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "dashboard.finders.PlotlyFinder",
]
_MANIFEST = "whitenoise.storage.CompressedManifestStaticFilesStorage"
_PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _PLAIN if DEBUG or TESTING else _MANIFEST},
}
WHITENOISE_USE_FINDERS = DEBUG or TESTING

HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        # Plotly draws with inline style attributes; scripts stay strict.
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# Orders may be large, but not without end: 10 MB is refused before it is read.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

EMAIL_HOST = env_str("EMAIL_HOST", "127.0.0.1")
EMAIL_PORT = env_int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env_str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env_str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env_str("DEFAULT_FROM_EMAIL", "Tillbridge <tillbridge@localhost>")

# One task is one batch; state, leases, attempts and back-off live in our own rows (docs/architecture.md).
# retry >= timeout * (1 + (queue_limit + bulk) / workers) + 30 s, or late tasks would run twice.
Q_CLUSTER = {
    "name": "tillbridge",
    "orm": "default",
    "workers": env_int("WORKERS", 4),
    "timeout": 90,
    "retry": 360,
    "queue_limit": 4,
    "bulk": 1,
    "poll": 0.2,
    "save_limit": -1,
    "ack_failures": True,
    "max_attempts": 1,
    "catch_up": False,
    "label": "Task queue",
}

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# The outside systems. Defaults are the live services; the demo points them at the sandbox.
XERO_LOGIN_URL = env_str("XERO_LOGIN_URL", "https://login.xero.com").rstrip("/")
XERO_IDENTITY_URL = env_str("XERO_IDENTITY_URL", "https://identity.xero.com").rstrip("/")
XERO_API_URL = env_str("XERO_API_URL", "https://api.xero.com").rstrip("/")
# Where people look at their books; documents link there.
XERO_APP_URL = env_str("XERO_APP_URL", "https://go.xero.com").rstrip("/")
OPAYO_LIVE_URL = env_str("OPAYO_LIVE_URL", "https://live.opayo.eu.elavon.com").rstrip("/")
OPAYO_TEST_URL = env_str("OPAYO_TEST_URL", "https://sandbox.opayo.eu.elavon.com").rstrip("/")
HTTP_TIMEOUT_SECONDS = env_int("HTTP_TIMEOUT_SECONDS", 30)
# Only the demo sets this: a file with the seconds by which the sandbox's business clock is moved.
DEMO_CLOCK_FILE = env_str("TILLBRIDGE_DEMO_CLOCK", "")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}

LOG_LEVEL = env_str("LOG_LEVEL", "INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
                without_card_numbers,
            ],
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
