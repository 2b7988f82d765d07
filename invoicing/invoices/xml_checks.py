"""The finished XML held to the official schema of UBL 2.1 and to the rules of Peppol BIS Billing 3.

What they find is a fault of the program, not of what somebody typed; the wrong invoice is stopped all the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree
from peppol import check_rules, validate_xsd

_UNAWARE_OF_ROUNDING = "BR-CO-16"
"""The library leaves PayableRoundingAmount out of this sum, which document_rules makes."""


def parsed(xml: str) -> etree._Element:
    """The root of an invoice's XML. Raises XMLSyntaxError, and ValueError for a DOCTYPE: an invoice has none, and
    entities are how XML is made to fetch a file or to fill the memory."""
    root = etree.fromstring(xml.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    if root.getroottree().docinfo.doctype:
        raise ValueError("DOCTYPE")
    return root


def problems_in_xml(xml: str) -> list[str]:
    """Why the XML may not be sent, in Swedish; empty when it may."""
    try:
        tree = etree.ElementTree(parsed(xml))
    except (etree.XMLSyntaxError, ValueError) as error:
        return [_problem("är inte XML", str(error))]
    return [*_schema_problems(tree), *_rule_problems(tree)]


def _schema_problems(tree: etree._ElementTree) -> Iterator[str]:
    _, errors = validate_xsd(tree)
    for error in errors:
        yield _problem("följer inte formatets schema", error)
    for element in tree.iter(etree.Element):
        if len(element) == 0 and not (element.text or "").strip():
            yield _problem("har ett tomt fält", etree.QName(element).localname)


def _rule_problems(tree: etree._ElementTree) -> Iterator[str]:
    is_rounded = tree.find(".//{*}PayableRoundingAmount") is not None
    for finding in check_rules(tree):
        if not (is_rounded and finding.rule_id == _UNAWARE_OF_ROUNDING):
            yield _problem("bryter mot en regel", f"{finding.rule_id} {finding.message}")


def _problem(what_sv: str, detail: str) -> str:
    return f"E-fakturan {what_sv} ({detail}). Säg till den som förvaltar Platstorget."
