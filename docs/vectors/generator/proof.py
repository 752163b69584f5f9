"""Proofs with only Python's standard library, so that the vectors are independent of Chathooks' own code."""

import base64
import hashlib
import hmac
import json


def hmac_hex(secret, body, digest="sha1"):
    """Returns the HMAC of a body in lower-case hex. A text secret is encoded in UTF-8."""
    key = secret.encode() if isinstance(secret, str) else secret
    return hmac.new(key, body, digest).hexdigest()


def b64(text):
    """Returns the base64 of text (UTF-8) or bytes."""
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def basic(secret):
    """Returns `Basic` and the base64 of a token or of `user:password`."""
    return "Basic " + b64(secret)


def b64url(part):
    """Returns base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(part.encode() if isinstance(part, str) else part).rstrip(b"=").decode()


def jwt(secret, claims, header='{"alg":"HS256","typ":"JWT"}', digest=hashlib.sha256):
    """Returns a JWT; header and claims are JSON texts, bytes, or objects."""
    parts = [json.dumps(part, separators=(",", ":")) if isinstance(part, dict) else part for part in (header, claims)]
    signed = ".".join(b64url(part) for part in parts)
    key = secret.encode() if isinstance(secret, str) else secret
    return f"{signed}.{b64url(hmac.new(key, signed.encode(), digest).digest())}"
