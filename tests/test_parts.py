"""The parts right below an organization, and how each stands in the rules of a pack."""

from datetime import date

from conftest import ORGS, materialised
from pyoxigraph import NamedNode

from aiopkg.derive.parts import part_of_each
from aiopkg.engine import assess

EX = "https://example.org/"


def parts(turtle: str) -> dict[str, str]:
    found = part_of_each(materialised(turtle).store, NamedNode(EX + "top"))
    return {unit.removeprefix(EX): part.removeprefix(EX) for unit, part in found.items()}


def test_a_unit_lies_in_the_part_right_below_the_organization() -> None:
    assert parts(
        """
        ex:top a org:FormalOrganization .
        ex:agency a org:FormalOrganization ; org:subOrganizationOf ex:top .
        ex:bureau a org:OrganizationalUnit ; org:unitOf ex:agency .
        ex:office a org:OrganizationalUnit ; org:unitOf ex:bureau .
        """
    ) == {"agency": "agency", "bureau": "agency", "office": "agency"}


def test_what_is_not_below_the_organization_is_no_part_of_it() -> None:
    assert parts(
        """
        ex:top a org:FormalOrganization .
        ex:unit a org:OrganizationalUnit ; org:unitOf ex:top .
        ex:vendor a aiop:Vendor .
        ex:branch a org:OrganizationalUnit ; org:unitOf ex:vendor .
        """
    ) == {"unit": "unit"}


def test_units_that_belong_to_one_another_end_the_search() -> None:
    found = parts(
        """
        ex:top a org:FormalOrganization .
        ex:one a org:OrganizationalUnit ; org:unitOf ex:top , ex:other .
        ex:other a org:OrganizationalUnit ; org:unitOf ex:one .
        """
    )
    assert found == {"one": "one", "other": "one"}


def test_practices_are_counted_once_for_each_part_and_add_up() -> None:
    found = assess(ORGS / "bank.ttl", as_of=date(2026, 6, 30), packs=["us-omb-m-25-21"])
    codes = {rule.code for rule in found.rules if rule.pack}
    assert codes
    for code in codes:
        rows = [score.verdicts for score in found.overview.practices if score.rule == code]
        judged = sum(found.verdicts[code].values())
        assert sum(sum(row.values()) for row in rows) >= judged
