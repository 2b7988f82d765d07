"""The open data as OpenAPI 3.1 tells of it, made out of its schemas: for programs that read such descriptions."""

from collections.abc import Mapping
from typing import Any

_LARGEST = 2**31 - 1  # of our numbers
_PROBLEM = {
    "type": "object",
    "required": ["title", "status"],
    "properties": {"title": {"type": "string"}, "status": {"type": "integer"}},
}


def openapi(schemas: Mapping[str, Mapping[str, Any]], parts: str, server: str) -> dict[str, Any]:
    """`schemas` by name, of which `parts` defines what the others share; `server`: what addresses begin with."""
    described = {name: schema for name, schema in schemas.items() if name != parts}
    shared: Mapping[str, Any] = schemas[parts]["$defs"]
    number = {"type": "integer", "minimum": 1, "maximum": _LARGEST}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Öppna data",
            "version": "1",
            "license": {"name": "CC0 1.0", "identifier": "CC0-1.0"},
        },
        "servers": [{"url": server}],
        "paths": {
            "/oppna-data/valfrihetssystem.json": _read(described, "valfrihetssystem"),
            "/oppna-data/valfrihetssystem/{system_id}/leverantorer.json": _read(
                described,
                "leverantorer",
                {"name": "system_id", "in": "path", "required": True, "schema": number},
            ),
            "/oppna-data/platser.json": _read(
                described, "platser", {"name": "sida", "in": "query", "schema": number}
            ),
        },
        "components": {
            "schemas": {name: _within(schema) for name, schema in {**shared, **described}.items()}
        },
    }


def _read(
    described: Mapping[str, Mapping[str, Any]], name: str, *parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """One address, that is only fetched."""
    answers: dict[str, Any] = {
        "200": {
            "description": described[name]["title"],
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}},
        },
        "304": {"description": "Inget är ändrat sedan den ETag som frågan hade med sig."},
    }
    if any(one["in"] == "path" for one in parameters):
        problem = {"application/problem+json": {"schema": _PROBLEM}}
        answers["404"] = {"description": "Det finns inget med det numret.", "content": problem}
    return {
        "get": {
            "operationId": name,
            "summary": described[name]["description"],
            "parameters": list(parameters),
            "responses": answers,
        }
    }


def _within(schema: Any) -> Any:
    """As it stands in the description: what it shares with others is found there too."""
    match schema:
        case {"$ref": str(address), **more}:
            return {"$ref": f"#/components/schemas/{address.rpartition('/')[2]}", **_within(more)}
        case dict():
            return {key: _within(value) for key, value in schema.items() if key not in {"$id", "$schema"}}
        case list():
            return [_within(value) for value in schema]
    return schema
