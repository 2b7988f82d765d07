"""Files that are sent in are searched for viruses by ClamAV, where the installation has one (CLAMD_ADDRESS).

By clamd's INSTREAM: a length, so many bytes, and a length of nothing. The clients that can be had are left alone by
those who made them, or leave sockets open.
"""

import socket

import structlog
from flask import current_app

from marketplace.errors import Invalid

_PATIENCE = 20  # seconds for the connection, and for the answer
_log = structlog.stdlib.get_logger(__name__)


def refuse_virus(content: bytes) -> None:
    """Called first by every service that takes a file. Raises Invalid, beside the field `file`, for one with a virus in
    it, and for any while the scanner that is set cannot tell."""
    address = current_app.config["CLAMD_ADDRESS"]
    if not address or not content:
        return
    try:
        said = answer_of(address, b"zINSTREAM\0" + len(content).to_bytes(4) + content + bytes(4))
    except OSError as error:
        said = type(error).__name__
    if said.endswith(" FOUND"):
        _log.warning("a file with a virus is refused", said=said)
        raise Invalid(
            "Filen har ett virus och är inte sparad. Sök igenom datorn som den kommer från.", field="file"
        )
    if said != "stream: OK":
        _log.error("a file cannot be searched for viruses", said=said)
        raise Invalid(
            "Filen kan inte sökas igenom efter virus just nu, och är inte sparad. Försök igen om en stund.",
            field="file",
        )


def answer_of(address: str, command: bytes) -> str:
    """Clamd's. Raises OSError when it gives none."""
    host, _, port = address.rpartition(":")
    with (
        socket.create_connection((host, int(port)), _PATIENCE) as clamd,
        clamd.makefile("rb") as answer,
    ):
        clamd.sendall(command)
        return answer.read().decode(errors="replace").strip("\0\n")
