"""The open data answers as its own OpenAPI description says, whatever it is asked. ATTACK_EXAMPLES asks for more."""

import os
import re
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.specs.openapi import checks

from enterprises.directory.openapi_rules import openapi
from enterprises.directory.views.open_data import SCHEMAS
from tests.isolation.conftest import ClientFor
from tests.support.routes import EVERY_ROUTE
from tests.world import World

DESCRIBED = openapi(SCHEMAS, "delar", "http://localhost")
SCHEMA = schemathesis.openapi.from_dict(DESCRIBED)
OF_THE_DOCUMENTS = frozenset({"open_data.description", "open_data.schema"})
CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


def test_every_document_is_described(fresh_client: ClientFor) -> None:
    answer = fresh_client(None).get("/oppna-data/openapi.json")
    assert answer.json is not None
    assert answer.json["paths"] == DESCRIBED["paths"]
    documents = {
        re.sub(r"<(?:int:)?(\w+)>", r"{\1}", route.rule.rule)
        for route in EVERY_ROUTE
        if route.rule.rule.startswith("/oppna-data/") and route.rule.endpoint not in OF_THE_DOCUMENTS
    }
    assert documents == set(DESCRIBED["paths"])


def test_what_there_is_follows_the_description(fresh_client: ClientFor, world: World) -> None:
    """What is made up seldom hits on a number that there is."""
    for path, operations in SCHEMA.items():
        case = operations["GET"].Case(path_parameters={"system_id": world.own["open_system_id"]})
        answer = fresh_client(None).get(case.formatted_path)
        assert answer.status_code == 200, path
        case.validate_response(answer, checks=CHECKS)


@SCHEMA.parametrize()
@settings(
    max_examples=int(os.environ.get("ATTACK_EXAMPLES", "10")),
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_what_is_asked_is_answered_as_described(case: "Case[Any]", fresh_client: ClientFor) -> None:
    answer = fresh_client(None).open(
        case.formatted_path, method=case.method, query_string=dict(case.query or {})
    )
    assert answer.status_code < 500
    if answer.mimetype != "text/html":  # the router's: no such address
        case.validate_response(answer, checks=CHECKS)
