"""Who sees which proposals: the one condition in SQL, for every list, every page of one, every comparison."""

from typing import Any

from layers.rights.scope import Scope

_ENTERED = "p.author = :scope_person"
_OWN = {
    # what came with a file of the operator is nobody's, and is looked after by whoever sees the whole city
    "city": f"({_ENTERED} OR (p.author IS NULL AND p.company IS NULL))",
    "district": f"({_ENTERED})",
    "company": f"(p.company = :scope_company OR (p.company IS NULL AND {_ENTERED}))",
    "self": f"({_ENTERED})",
}


def own(scope: Scope) -> str:
    """SQL over ``p`` (proposals): theirs to change, drafts and versions that nobody was handed yet included."""
    return _OWN[scope.reach]


def visible(scope: Scope) -> str:
    """SQL over ``p`` (proposals): what they see. Offices see what was ever submitted to them; :func:`own` sees the rest."""
    mine = own(scope)
    if scope.reach == "city":
        return f"(p.submitted_at IS NOT NULL OR {mine})"
    if scope.reach == "district":
        return f"((p.submitted_at IS NOT NULL AND p.districts @> ARRAY[CAST(:scope_district AS text)]) OR {mine})"
    return mine


def given(scope: Scope) -> dict[str, Any]:
    """The values that both conditions ask for. Nobody has number 0, and no district is called nothing."""
    return {
        "scope_person": scope.person,
        "scope_company": scope.company,
        "scope_district": scope.district or None,
    }
