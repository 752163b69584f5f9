"""Shared by the four platforms: a request, how it is sent, and where settings come from."""

import http.client
import json
import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMEOUT_S = 10
LARGEST_ANSWER = 65_536

# The settings whose form is checked, and what they must be.
FORMS = (
    (
        r"https?://([\w-]{1,63}(\.[\w-]{1,63})*|\[[\da-fA-F:]+\])(:\d{1,5})?(/\S*)?",
        "a valid URL that begins with https:// or http://",
        ("KOMMO_URL", "KOMMUNICATE_URL", "QIKCHAT_URL", "KORE_WEBHOOK_URL", "KORE_POST_URL"),
    ),
    (r"[^\s:]+:\S+", "clientId:clientSecret, with a colon between them", ("KORE_CLIENT",)),
    # Sent in headers.
    (r"[!-~]+", "visible ASCII characters without spaces", ("KOMMUNICATE_API_KEY", "KORE_ACCESS_TOKEN", "QIKCHAT_API_KEY")),
    # With a space, KOMMUNICATE_SENDER would not be recognized as the writer of its own answers.
    (r"\S(.*\S)?", "without spaces at its ends", ("KOMMO_SECRET", "KOMMO_SCOPE_ID", "KOMMUNICATE_SENDER", "KORE_BOT_ID")),
)


@dataclass(frozen=True)
class Request:
    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    # The member of a 2xx response that must be true, on a platform that reports failures with 200.
    success: str | None = None


class Unanswerable(Exception):
    """Nothing can or should be sent for this event, and a retry does not help."""


class NotConfigured(Exception):
    """A setting is missing or malformed."""


class NotRead(Exception):
    """A line is not an event that this program can parse, or an event's original body cannot be parsed."""


class NotSent(Exception):
    """The platform did not accept the request."""


def setting(name, meaning):
    value = os.environ.get(name)
    if not value:
        raise NotConfigured(f"{name} is not set; it must be {meaning}")
    return value


def check_settings():
    """Checks the form of the settings that are set. Which settings an event needs depends on its platform."""
    for form, meaning, names in FORMS:
        for name in names:
            value = os.environ.get(name)
            if value and not (re.fullmatch(form, value, re.ASCII) and is_parsed(name, value)):
                raise NotConfigured(f"{name} is malformed; it must be {meaning}")


def is_parsed(name, value):
    """Returns whether a URL has a valid address and port, which the pattern does not ensure."""
    if not name.endswith("_URL"):
        return True
    try:
        # Reading the port checks it.
        return urlsplit(value).port != 0
    except ValueError:
        return False


def base_url(name, default):
    return (os.environ.get(name) or default).rstrip("/")


def to_json(body):
    """Serializes a body once, because the bytes that are signed must be the bytes that are sent."""
    return json.dumps(body).encode()


def send(request):
    """Sends a request. Does not follow redirects, which could send the secrets in the headers to another host."""
    url = urlsplit(request.url)
    connect = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = connect(url.hostname, url.port, timeout=TIMEOUT_S)
    try:
        connection.request(request.method, url._replace(scheme="", netloc="").geturl() or "/", request.body, request.headers)
        response = connection.getresponse()
        status, answer = response.status, response.read(LARGEST_ANSWER)
    except (OSError, http.client.HTTPException) as error:
        raise NotSent(f"{url.hostname} cannot be reached: {type(error).__name__}") from error
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise NotSent(f"{url.hostname} responded with {status}")
    if request.success and not is_true(answer, request.success):
        raise NotSent(f"{url.hostname} responded with {status} without \"{request.success}\": true")


def is_true(answer, member):
    try:
        parsed = json.loads(answer)
    except ValueError:
        return False
    return isinstance(parsed, dict) and parsed.get(member) is True
