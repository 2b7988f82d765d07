"""How a message leaves: an SMTP server, or a folder for the demo and the tests."""

import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 20


def hand_over(message: EmailMessage, mail_url: str) -> None:
    """Sends through MAIL_URL: smtp:// (STARTTLS when there is a password), smtps:// or file:///folder.

    Raises OSError or smtplib.SMTPException when it cannot.
    """
    address = urlsplit(mail_url)
    if address.scheme == "file":
        folder = Path(unquote(address.path))
        folder.mkdir(parents=True, exist_ok=True)
        name = str(message["Message-ID"]).strip("<>")
        (folder / f"{name}.eml").write_bytes(message.as_bytes())
        return
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
        server.send_message(message)
