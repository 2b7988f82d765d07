"""Where e-invoices are handed over: an access point of the Peppol network over HTTP, or a folder that another program
empties. Another kind is another class with the same one method.

The SHA-256 of the XML is the document's key: whoever receives the same key again has the document already.
"""

import json
from base64 import b64encode
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Protocol
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

_TIMEOUT_SECONDS = 20
_LONGEST_REASON = 300
_TOO_EARLY_OR_BUSY = frozenset({408, 425, 429})
"""Refusals for now, among those that are for good (4xx)."""


class Unreachable(Exception):
    """Nobody knows whether the document arrived: try again later, with the same key."""


class Refused(Exception):
    """The document is not accepted, and will not be until something is changed. The message is the reason."""


@dataclass(frozen=True, slots=True)
class EInvoice:
    name: str
    sha256: str
    xml: bytes


class AccessPoint(Protocol):
    def hand_over(self, invoice: EInvoice) -> str:
        """Gives the receipt: the same one for the same key. Raises Unreachable or Refused."""


@dataclass(frozen=True)
class FolderDrop:
    folder: Path

    def hand_over(self, invoice: EInvoice) -> str:
        """Whole or not at all; the key is in the name, so that what is dropped twice is one file."""
        dropped = self.folder / f"{invoice.name}-{invoice.sha256[:16]}.xml"
        half = dropped.with_suffix(".part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            half.write_bytes(invoice.xml)
            half.replace(dropped)
        except OSError as error:
            raise Unreachable(f"Mappen går inte att skriva i ({error.strerror}).") from error
        return dropped.name


@dataclass(frozen=True)
class HttpAccessPoint:
    """POSTs the XML with the key as Idempotency-Key; the answer is JSON with a receipt."""

    url: str
    authorization: str

    def hand_over(self, invoice: EInvoice) -> str:
        headers = {"Content-Type": "application/xml", "Idempotency-Key": invoice.sha256}
        if self.authorization:
            headers["Authorization"] = self.authorization
        request = Request(self.url, invoice.xml, headers)  # noqa: S310 - the settings take http and https only
        try:
            with urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - as above
                receipt = json.load(answer)["receipt"]
        except HTTPError as error:
            if 400 <= error.code < 500 and error.code not in _TOO_EARLY_OR_BUSY:
                raise Refused(_reason(error)) from error
            raise Unreachable(f"Accesspunkten svarade med fel ({error.code}).") from error
        except (OSError, HTTPException) as error:
            raise Unreachable("Accesspunkten svarade inte.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise Unreachable("Accesspunkten svarade utan kvitto.") from error
        return str(receipt)


def access_point(url: str) -> AccessPoint | None:
    """What ACCESS_POINT_URL names: file:///folder, or https:// with user and password where they are asked for."""
    if not url:
        return None
    address = urlsplit(url)
    if address.scheme == "file":
        return FolderDrop(Path(unquote(address.path)))
    if address.username is None:
        return HttpAccessPoint(url, "")
    credentials = f"{unquote(address.username)}:{unquote(address.password or '')}"
    host = address.netloc.rpartition("@")[2]
    return HttpAccessPoint(
        address._replace(netloc=host).geturl(), f"Basic {b64encode(credentials.encode()).decode()}"
    )


def _reason(error: HTTPError) -> str:
    """What the access point says of it, on one line."""
    told = " ".join(error.read(4 * _LONGEST_REASON).decode(errors="replace").split())[:_LONGEST_REASON]
    return f"Accesspunkten avvisade fakturan ({error.code}){f': {told}' if told else '.'}"
