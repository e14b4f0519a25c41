"""What the server is told when it starts. Values only: ``app.py`` alone reads the environment."""

from dataclasses import dataclass, field
from pathlib import Path

from api.sso.settings import SingleSignOn
from api.survey.ice import Ice
from api.tianditu import Tianditu

MIB = 1 << 20


@dataclass(frozen=True)
class Settings:
    """One city's server.

    ``home`` is the data folder: uploads and the answers of jobs are kept below it, under names of our own.
    ``web_dir`` holds the built page; where it is missing, ``/`` says how to build it.
    ``default_pack`` is the id of the pack that judges when a request names none; empty = the city's own that is in
    force on the day of filing (:func:`layers.packs.choice.pack_for`). ``sso``: single sign-on; None: passwords alone.
    ``tianditu``: a background from outside; None: nothing from outside.
    ``position_accuracy_m``: a phone's position less exact than this is shown in a survey's room and not kept.
    ``guest_link_hours``: how long a link of a survey's guest may be good.
    ``ice``: servers by which the video of a survey finds its way; none: direct ways alone.
    ``links_only``: the public edge (:mod:`api.edge`). ``public_url``: its address (https://host), with which links are sent.
    """

    database_url: str
    packs_dir: Path
    home: Path
    web_dir: Path | None = None
    default_pack: str = ""
    max_upload_bytes: int = 512 * MIB
    pool_size: int = 8
    tile_cache_bytes: int = 64 * MIB
    sso: SingleSignOn | None = None
    tianditu: Tianditu | None = None
    position_accuracy_m: float = 50.0
    guest_link_hours: int = 168
    ice: Ice = field(default_factory=Ice)
    links_only: bool = False
    public_url: str = ""
