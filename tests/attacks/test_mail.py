"""What somebody is called, or writes, begins no header of a letter."""

import pytest
from flask import Flask

from marketplace.clock import now
from marketplace.letters.messages import addressed


def test_a_name_with_line_breaks_adds_no_header(app: Flask) -> None:
    with app.app_context():
        letter = addressed(
            "anna@example.org",
            subject_sv="Beslut om Odling\r\nBcc: alla@example.org\r\n\r\nNy text",
            body="Hej\r\nBcc: alla@example.org\r\n.\r\nMAIL FROM:<x@example.org>",
            written_at=now(),
            key="1",
        )
    assert letter["Bcc"] is None
    assert letter.get_all("Subject") == ["Beslut om Odling Bcc: alla@example.org Ny text"]
    head, _, _ = letter.as_bytes().replace(b"\r", b"").partition(b"\n\n")
    assert b"\nBcc:" not in head


def test_an_address_with_line_breaks_is_no_address(app: Flask) -> None:
    with app.app_context(), pytest.raises(ValueError, match=r"linefeed|CR or LF"):
        addressed(
            "anna@example.org\r\nBcc: b@example.org", subject_sv="Hej", body="", written_at=now(), key="1"
        )
