"""What Kommunicate's token and Qikchat's login have in common: `Basic` and base64 in a header, and no signature."""

from proof import b64, basic
from vector import base64_event, vector


class Webhook:
    """A webhook: its header, its path without a channel, its secret, a body, and whether its base64 can be wrapped."""

    def __init__(self, header, root, secret, body, may_wrap=False):
        self.header, self.root, self.secret, self.body, self.may_wrap = header, root, secret, body, may_wrap
        self.path = f"{root}/shop-berlin"

    def case(self, flag, id, comment, header=None, *, body=None, keys=None, path=None, name=None, headers=None, **more):
        """Returns a vector with a valid proof, unless `header` is given; False means no header."""
        header = basic(self.secret) if header is None else header
        keys = self.secret if keys is None else keys
        if headers is None:
            values = header if isinstance(header, list) else [header]
            headers = [] if header is False else [(name or self.header, value) for value in values]
        keyring = {"*": [keys]} if isinstance(keys, str) else keys
        body = self.body if body is None else body
        return vector(flag, id, comment, keyring=keyring, path=path or self.path, headers=headers, body=body, **more)

    def common(self, other):
        """Returns the vectors that both webhooks have; `other` returns another secret of the same form."""
        return [*self._keys(other), *self._header(), *self._bytes()]

    def _keys(self, other):
        case, secret = self.case, self.secret
        three = {"*": [other("newest"), secret, other("oldest")]}
        own = {"*": [other("star")], "shop-berlin": [secret]}
        return [
            case("Valid", "valid", "an ordinary message"),
            case("Rotation", "rotated-newest", "the newest of three secrets", basic(other("newest")), keys=three),
            case("Rotation", "rotated-previous", "the previous secret", keys=three, key=1),
            case("Rotation", "rotated-oldest", "the oldest secret", basic(other("oldest")), keys=three, key=2),
            case("Rotation", "retired", "a removed secret", basic(other("retired")), keys=three, reason="wrong_token"),
            case("Keyring", "own-entry", "the channel has an entry", keys=own),
            case("Keyring", "own-entry-excludes-star", "the secret of *, but the channel has its own entry", basic(other("star")), keys=own, reason="wrong_token"),
            case("Keyring", "star-for-others", "a channel without an entry", basic(other("star")), keys=own, path=f"{self.root}/other"),
            case("Keyring", "another-channels", "the secret of another channel", basic(other("b")),
                 keys={"shop-berlin": [secret], "b": [other("b")]}, reason="wrong_token"),
            case("Keyring", "unknown-channel", "neither an entry for the channel nor *", keys={"b": [secret]}, reason="unknown_channel"),
            case("Keyring", "unknown-channel-unproved", "neither an entry for the channel nor a header", False, keys={"b": [secret]}, reason="unknown_channel"),
            case("Keyring", "channel-names-have-a-case", "an entry that differs in case", keys={"Shop-Berlin": [secret]}, reason="unknown_channel"),
            case("Keyring", "star-in-the-path", "the path names the channel *, which is not a channel", basic(other("star")), keys=own, path=f"{self.root}/*"),
            case("Keyring", "encoded-channel", "a channel is percent-decoded", path=f"{self.root}/caf%C3%A9", keys={"café": [secret]}),
            case("Keyring", "no-channel", "without a channel, only * counts", path=self.root),
            case("Keyring", "no-channel-no-star", "without a channel and without *", path=self.root, keys={"b": [secret]}, reason="unknown_channel"),
        ]

    def _header(self):
        coded = b64(self.secret)
        bare = coded.rstrip("=")
        good = {"scheme-lower-case": f"basic {coded}", "scheme-upper-case": f"BASIC {coded}", "several-spaces": f"Basic    {coded}",
                "tab": f"Basic\t{coded}", "padded": f"  Basic {coded} ", "without-padding": f"Basic {bare}"}
        malformed = {"empty": "", "scheme-alone": "Basic", "nothing-after-it": "Basic ", "without-scheme": coded, "bearer": f"Bearer {coded}",
                     "scheme-glued": f"Basic{coded}", "space-within": f"Basic {coded[:4]} {coded[4:]}", "quoted": f'Basic "{coded}"',
                     "comma-after-it": f"Basic {coded},", "percent-encoded": f"Basic {bare}%3D", "hex-with-colon": "Basic 61:62", "no-break-space-within": f"Basic {coded[:4]}\u00a0{coded[4:]}"}
        if self.may_wrap:
            good["space-within"] = malformed.pop("space-within")
        return [self.case("Header", f"form-{id}", f"the header in another format: {id.replace('-', ' ')}", value) for id, value in good.items()] + [
            self.case("Header", f"malformed-{id}", f"a malformed header: {id.replace('-', ' ')}", value, reason="malformed_header") for id, value in malformed.items()
        ] + [
            self.case("Header", "name-in-capitals", "header names are case-insensitive", name=self.header.upper()),
            self.case("Header", "missing", "no header", False, reason="missing_header"),
            self.case("Header", "another-name", "the valid value in another header", name="x-authorization", reason="missing_header"),
            self.case("Header", "twice-the-same", "two headers, both valid", [basic(self.secret)] * 2, reason="malformed_header"),
            self.case("Header", "twice-good-first", "two headers, the second one invalid", [basic(self.secret), "Basic eDp5"], reason="malformed_header"),
            self.case("Header", "twice-good-last", "two headers, the first one invalid", ["Basic eDp5", basic(self.secret)], reason="malformed_header"),
        ] + [
            self.case("WrongKey", f"secret-{id}", f"the secret in another form: {id.replace('-', ' ')}", basic(value), reason="wrong_token") for id, value in {
                "with-newline": self.secret + "\n", "with-space": self.secret + " ", "after-space": " " + self.secret, "longer": self.secret + "x",
                "cut": self.secret[:-1], "in-capitals": self.secret.upper(), "with-nul": self.secret + "\0", "with-byte-order-mark": "\ufeff" + self.secret,
                "coded-twice": b64(self.secret), "with-its-scheme": basic(self.secret),
            }.items()
        ]

    def _bytes(self):
        raw = b'{"text":"\xff\xfe"}'
        return [
            self.case("NotProven", "another-body", "the body is not signed", body=self.body.replace(b"Hello", b"Hullo")),
            self.case("NotProven", "truncated", "a truncated body", body=self.body[:-1]),
            self.case("NotProven", "emptied", "no body", body=b""),
            self.case("NotProven", "replay", "the same request a year later", now=1_831_536_000),
            self.case("NotProven", "another-url", "sent to the URL of another channel with the same secret", path=f"{self.root}/shop-paris"),
            self.case("Bytes", "trailing-newline", "a newline after the body", body=self.body + b"\n"),
            self.case("Bytes", "not-utf-8", "bytes that are not UTF-8", body=raw, event=base64_event(raw)),
            self.case("Bytes", "base64-event", "the body in base64 in the event", event=base64_event(self.body)),
            self.case("Unicode", "lone-surrogate", "half an emoji as an escape in the body", body=rb'{"message":"half \ud83d"}'),
        ]
