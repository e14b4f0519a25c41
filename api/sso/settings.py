"""What is set about single sign-on: the provider, what its claims mean here, and what becomes of people nobody knows."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from geo.errors import BadInput
from layers.people.offices import offices

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class SingleSignOn:
    """``address``: of this server, as browsers see it; ``issuer``, ``client``, ``secret``: as the provider gave them; ``name``:
    on the button; ``login``, ``role``, ``company``, ``district``: claims ("" = the account's own word holds); ``new_role``: of
    people who have no account yet ("" = they are refused); ``ca``: a file of certificates besides the public ones."""

    address: str
    issuer: str
    client: str
    secret: str
    name: str = ""
    login: str = "preferred_username"
    role: str = ""
    company: str = ""
    district: str = ""
    new_role: str = ""
    scope: str = "openid profile email"
    ca: Path | None = None

    def check(self) -> None:
        """Raises :class:`geo.errors.BadInput` for what cannot be, with the name of the setting."""
        for name, url in (("WAIXIAN_ADDRESS", self.address), ("WAIXIAN_OIDC_ISSUER", self.issuer)):
            if not safe(url) or urlsplit(url).query or urlsplit(url).fragment:
                _wrong(name, url, "应为 https 地址（仅本机可用 http）", "an https address (http on this machine alone)")
        if urlsplit(self.address).path.strip("/"):
            _wrong("WAIXIAN_ADDRESS", self.address, "只写到主机名和端口", "host and port alone, without a path")
        if not self.client or not self.secret:
            _wrong("WAIXIAN_OIDC_CLIENT, WAIXIAN_OIDC_SECRET", "", "两项都要填", "both are needed")
        if not self.login:
            _wrong("WAIXIAN_OIDC_LOGIN", "", "须写明哪个声明是登录名", "names the claim that is the login")
        if "openid" not in self.scope.split():
            _wrong("WAIXIAN_OIDC_SCOPE", self.scope, "须含 openid", "openid is one of them")
        if self.new_role and (self.new_role not in offices().roles or offices().may(self.new_role, "manage")):
            _wrong(
                "WAIXIAN_OIDC_NEW_ROLE", self.new_role, "不是角色，或是能管理帐号的角色", "no role, or one that manages accounts"
            )
        if self.ca is not None and not self.ca.is_file():
            _wrong("WAIXIAN_OIDC_CA", self.ca.name, "没有这个文件", "there is no such file")

    @property
    def back(self) -> str:
        """Where the provider sends browsers back to: one address, to be entered there."""
        return self.address.rstrip("/") + "/api/session/sso/back"

    @property
    def home(self) -> str:
        """Where browsers come after signing out at the provider."""
        return self.address.rstrip("/") + "/"


def safe(url: object) -> bool:
    """May a secret go there? https, or this machine."""
    if not isinstance(url, str):
        return False
    parts = urlsplit(url)
    if parts.username or parts.password or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _wrong(name: str, value: str, zh: str, en: str) -> None:
    raise BadInput(why_zh=f"单点登录设置 {name}（{value}）：{zh}", why_en=f"single sign-on, {name} ({value}): {en}")
