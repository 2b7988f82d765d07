"""A provider that each test finds as it was, and an authority that uses it."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from marketplace.identity_provider.client import forget_published
from tests.support.identity_place import PEOPLE, Place, build_place
from tests.support.openid_provider import OpenIdProvider, openid_provider


@pytest.fixture(scope="module")
def _running() -> Iterator[OpenIdProvider]:
    with openid_provider(PEOPLE) as running:
        yield running


@pytest.fixture
def provider(_running: OpenIdProvider) -> OpenIdProvider:
    forget_published()
    _running.begin_anew(PEOPLE)
    return _running


@pytest.fixture
def place(session: Session, provider: OpenIdProvider) -> Place:
    return build_place(provider)
