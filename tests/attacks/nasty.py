"""What attackers and broken programs send, and what must never be read in an answer."""

import re
from urllib.parse import urlsplit

from werkzeug.test import TestResponse

from app import ROOT

NASTY = (
    "9999-12-31",
    "0001-01-01",
    "9" * 5000,
    "2147483648",
    "99999999999999999999",
    "-1",
    "0",
    "",
    "NaN",
    "1e309",
    "²",
    "٣",
    "' OR 1=1 --",
    "namn; DROP TABLE participant",
    "%s %(id)s {0} {{ 7 * 7 }} ${7*7}",
    '"><script>alert(1)</script>',
    "../../../etc/passwd",
    "Rubrik\r\nBcc: alla@example.org",
    "=HYPERLINK(1)",
    "[{]}",
    "null",
    "2026-02-30",
    "2026-W99",
    "9999-W53",
    "9999-12",
    "2026-13",
    "24:61",
    "å" * 20_000,
    "\u202ebakvänt\u0007\ufffe",
    "\U0001f9e8",
    "//evil.example",
    "https://evil.example/",
)

_INSIDE = re.compile(
    r"Traceback \(most|psycopg2|sqlalchemy|werkzeug|jinja2\.|SELECT .+ FROM |INSERT INTO|site-packages|\.py\b"
    r"|Hemlig \w+ foreign|" + re.escape(str(ROOT))
)
"""Words of the machinery, and what another tenant has written in the world."""


def assert_tells_nothing(answer: TestResponse) -> None:
    """Refused or done, but in our own words and on our own pages: no fault, nothing of how it is made, nothing of
    another tenant's, nothing that another site can frame or that leads there."""
    assert answer.status_code < 500, answer.status_code
    assert "evil.example" not in urlsplit(answer.location or "").netloc
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert all(
        "HttpOnly" in cookie and "SameSite=" in cookie for cookie in answer.headers.getlist("Set-Cookie")
    )
    if (answer.mimetype or "").startswith("text/") or answer.is_json:
        found = _INSIDE.search(answer.text)
        assert found is None, found
        assert "<script>alert(1)" not in answer.text
