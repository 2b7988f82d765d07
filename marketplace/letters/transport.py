"""How a message leaves: an SMTP server, or a folder for the demo and the tests."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from rq import get_current_job

TIMEOUT_SECONDS = 10
SILENT = "platstorget:mail:silent"
"""In Redis while nothing more is handed over to a server that did not answer: each letter would hold a worker."""
_SILENT_SECONDS = 300
"""Shorter than a message waits to be sent again."""


def hand_over(message: EmailMessage, mail_url: str) -> None:
    """Sends through MAIL_URL: smtp:// (STARTTLS when there is a password), smtps:// or file:///folder.

    Raises OSError when it cannot, as smtplib.SMTPException is. When a job has waited for a server that does not answer,
    the letters after it are not tried for a while.
    """
    address = urlsplit(mail_url)
    if address.scheme == "file":
        folder = Path(unquote(address.path))
        folder.mkdir(parents=True, exist_ok=True)
        name = str(message["Message-ID"]).strip("<>")
        (folder / f"{name}.eml").write_bytes(message.as_bytes())
        return
    job = get_current_job()
    if job and job.connection.exists(SILENT):
        raise TimeoutError("the mail server did not answer the letter before")
    try:
        with _server(address) as server:
            server.send_message(message)
    except OSError as error:
        if job and isinstance(error.__context__ or error, TimeoutError):  # smtplib makes its own of it
            job.connection.set(SILENT, 1, ex=_SILENT_SECONDS)
        raise


def connected(mail_url: str) -> str:
    """Where letters go, when it is there and lets us in. Raises as hand_over()."""
    address = urlsplit(mail_url)
    if address.scheme == "file":
        return f"letters are files in {unquote(address.path)}"
    with _server(address) as server:
        server.noop()
    return f"{address.hostname} takes letters"


@contextmanager
def _server(address: SplitResult) -> Iterator[smtplib.SMTP]:
    host = address.hostname or ""
    if address.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, address.port or 465, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, address.port or 25, timeout=TIMEOUT_SECONDS)
    with server:
        if address.username and address.password:
            if address.scheme == "smtp":
                server.starttls(context=ssl.create_default_context())
            server.login(unquote(address.username), unquote(address.password))
        yield server
