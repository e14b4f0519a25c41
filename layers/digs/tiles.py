"""Vector tiles of digging once: works, and the stretches that they share. Quiet plans are in none of them."""

from collections.abc import Mapping

DIG_LAYERS = ("works", "matches")
_WORKS = ("work_id", "kind", "party", "project", "utility", "start::text AS start", '"end"::text AS "end"', "firm", "route")
_MATCHES = (
    "match_id", "kind", "status", "shared_m", "days_in_common", "same_party", "a", "b", "road_name", "note",
)  # fmt: skip
_JOINED = (
    "SELECT p.id, p.geometry, p.kind, p.shared_m, p.road_name, m.match_id, m.status, m.days_in_common, m.same_party, m.a, m.b,"
    " m.note FROM match_parts p JOIN matches_seen m ON m.id = p.match"
)
# What a tile shows of each feature, and where its rows come from: {box} is the tile in the work CRS.
ATTRIBUTES: Mapping[str, str] = {
    # a feature of a tile has a number: that of its route, or none (paving)
    "works": ", ".join(["t.route AS id", *(f"t.{name}" for name in _WORKS)]),
    "matches": ", ".join(["t.id", *(f"t.{name}" for name in _MATCHES)]),
}
SOURCES: Mapping[str, str] = {
    "works": "SELECT t.* FROM works_seen t WHERE t.geometry && {box} AND t.gone_at IS NULL",
    "matches": _JOINED + " WHERE p.geometry && {box} AND p.valid",
}
# Of what remains below the full zoom the most important come first.
IMPORTANCE: Mapping[str, str] = {"works": "ST_Length(t.geometry) DESC", "matches": "p.shared_m DESC NULLS LAST"}
