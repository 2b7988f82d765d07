"""Personal numbers and secrets at rest: encrypted under a key ring; a personal number is found by a keyed hash.

What is encrypted says under which key, so that a ring can be rotated while it is in use (key_rotation.py).
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import cast

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app

_MARK = b":"
"""Between the key's name and what it has encrypted; no token has it."""


def key_name(key: str) -> str:
    """What a key is called where the key itself must not be: it tells nothing of it."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


class KeyRing:
    """The first key encrypts, all of them decrypt: add a new key in front to rotate."""

    def __init__(self, keys: Sequence[str], lookup_keys: Sequence[str]) -> None:
        """`keys` are Fernet keys (32 bytes, urlsafe base64), newest first; `lookup_keys` key the hash, newest first."""
        self._fernets = {key_name(key): Fernet(key) for key in keys}
        self._lookup_keys = [key.encode() for key in lookup_keys]
        self.newest = key_name(keys[0])
        lookups = [key_name(key) for key in lookup_keys]
        self.stamp = f"{self.newest}/{lookups[-1]}/{lookups[0]}"
        """Under which keys a personal number is kept now: encrypted, and found by the oldest and the newest hash."""

    @property
    def names(self) -> list[str]:
        """Of the keys that encrypt, newest first."""
        return list(self._fernets)

    def encrypt(self, plain: str) -> bytes:
        return self.newest.encode() + _MARK + self._fernets[self.newest].encrypt(plain.encode())

    def decrypt(self, sealed: bytes) -> str:
        """Raises cryptography.fernet.InvalidToken when no key in the ring fits."""
        name, mark, token = bytes(sealed).partition(_MARK)
        if not mark:  # from before keys were named
            return MultiFernet(list(self._fernets.values())).decrypt(name).decode()
        if name.decode() not in self._fernets:
            raise InvalidToken
        return self._fernets[name.decode()].decrypt(token).decode()

    def lookup(self, plain: str) -> str:
        """HMAC-SHA256 under the newest key, hex: equal for equal text, and useless without the key."""
        return self.lookups(plain)[0]

    def lookups(self, plain: str) -> list[str]:
        """As lookup(), under each key: what was hashed before the newest came is found by the others."""
        return [hmac.new(key, plain.encode(), hashlib.sha256).hexdigest() for key in self._lookup_keys]


def key_ring() -> KeyRing:
    """The application's."""
    return cast(KeyRing, current_app.extensions["key_ring"])
