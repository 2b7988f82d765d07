"""Personal numbers at rest: encrypted under a key ring, found by a keyed hash."""

import hashlib
import hmac

from cryptography.fernet import Fernet, MultiFernet


class KeyRing:
    """The first key encrypts, all of them decrypt: add a new key in front to rotate."""

    def __init__(self, keys: list[str], lookup_key: str) -> None:
        """`keys` are Fernet keys (32 bytes, urlsafe base64), newest first; `lookup_key` keys the hash."""
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._lookup_key = lookup_key.encode()

    def encrypt(self, plain: str) -> bytes:
        return self._fernet.encrypt(plain.encode())

    def decrypt(self, token: bytes) -> str:
        """Raises cryptography.fernet.InvalidToken when no key in the ring fits."""
        return self._fernet.decrypt(token).decode()

    def lookup(self, plain: str) -> str:
        """HMAC-SHA256, hex: equal for equal text, and useless without the key."""
        return hmac.new(self._lookup_key, plain.encode(), hashlib.sha256).hexdigest()
