"""The whole story of the product, by mouse and keyboard in a browser: from an advertised system to attested invoice
and statistics. Every page on the way is looked at, see visitor.py."""

import pytest
from playwright.sync_api import Browser
from redis import Redis

from tests.browser import story_outcome, story_supply, story_training
from tests.browser.story_town import Town, build_town
from tests.support.application import Database

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def town(browser: Browser, live_server: str, database: Database, redis: Redis) -> Town:
    database.app.config.update(WTF_CSRF_ENABLED=True)
    return build_town(browser, live_server, database)


def test_the_whole_story(town: Town) -> None:
    story_supply.the_authority_advertises(town)
    story_supply.the_enterprise_registers(town)
    story_supply.it_applies(town)
    story_supply.it_is_approved(town)
    story_supply.both_sign(town)
    story_supply.places_are_published(town)

    story_training.training_is_granted(town)
    story_training.places_are_shown(town)
    story_training.the_participant_chooses(town)

    story_training.the_supervisor_accepts(town)
    story_training.training_starts_with_a_plan(town)
    story_training.all_three_agree(town)
    story_training.weeks_pass(town)
    story_training.training_ends_with_a_report(town)
    story_training.the_coordinator_receives_it(town)

    story_outcome.the_month_is_invoiced(town)
    story_outcome.its_xml_is_valid(town)
    story_outcome.the_limits_are_set(town)
    story_outcome.one_examines_and_another_attests(town)

    story_outcome.indicators_are_counted(town)
    story_outcome.the_enterprise_sees_its_own(town)
    story_outcome.the_strategist_sees_capacity(town)
    story_outcome.the_strategist_sees_what_was_chosen(town)
    town.leave()
