"""The key ring: what is sealed says by which key, and older keys still read."""

import pytest
from cryptography.fernet import Fernet, InvalidToken

from marketplace.crypto import KeyRing, key_name

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_the_newest_key_seals_and_older_ones_read() -> None:
    before, between, after = KeyRing([OLD], ["a"]), KeyRing([NEW, OLD], ["b", "a"]), KeyRing([NEW], ["b"])
    sealed = before.encrypt("197010632391")
    assert sealed.startswith(key_name(OLD).encode())
    assert between.decrypt(sealed) == "197010632391"
    anew = between.encrypt(between.decrypt(sealed))
    assert after.decrypt(anew) == "197010632391"
    with pytest.raises(InvalidToken):
        after.decrypt(sealed)


def test_what_was_sealed_before_keys_were_named_is_read() -> None:
    assert KeyRing([NEW, OLD], ["a"]).decrypt(Fernet(OLD).encrypt(b"hemligt")) == "hemligt"


def test_a_number_is_looked_up_under_each_key() -> None:
    old, between = KeyRing([OLD], ["a"]), KeyRing([OLD], ["b", "a"])
    assert between.lookups("x") == [between.lookup("x"), old.lookup("x")]
    assert len({*between.lookups("x"), *between.lookups("y")}) == 4


def test_names_tell_nothing_of_the_keys() -> None:
    ring = KeyRing([NEW, OLD], ["b", "a"])
    assert ring.names == [key_name(NEW), key_name(OLD)]
    assert ring.stamp == f"{key_name(NEW)}/{key_name('a')}/{key_name('b')}"
    assert OLD[:8] not in ring.stamp
