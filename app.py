"""外线通 Waixian: the command line, and the ASGI application for who serves it. The only file that reads the environment.

Exit codes: 0 done, every row answered; 1 done, some rows rejected; 2 nothing done.
The last line of ``classify``, ``match`` and ``load`` on stdout is a JSON summary; everything else goes to stderr.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.commands import interrupt  # alone and light: Ctrl-C is looked after before the rest is brought in

if TYPE_CHECKING:
    from api.commands.house import House
    from api.sso.settings import SingleSignOn
    from api.tianditu import Tianditu

ROOT = Path(__file__).resolve().parent
REJECTED, NOTHING_DONE = 1, 2
SSO = (
    "WAIXIAN_OIDC_ISSUER", "WAIXIAN_OIDC_CLIENT", "WAIXIAN_OIDC_SECRET", "WAIXIAN_OIDC_NAME", "WAIXIAN_OIDC_LOGIN",
    "WAIXIAN_OIDC_ROLE", "WAIXIAN_OIDC_COMPANY", "WAIXIAN_OIDC_DISTRICT", "WAIXIAN_OIDC_NEW_ROLE", "WAIXIAN_OIDC_SCOPE",
    "WAIXIAN_OIDC_CA",
)  # fmt: skip


def house() -> "House":
    """The places and settings that this process was started with."""
    from api.commands.house import House

    home = os.environ.get("WAIXIAN_HOME", "")
    return House(
        home=Path(home) if home else None,
        database_url=os.environ.get("DATABASE_URL", ""),
        packs=Path(os.environ.get("WAIXIAN_PACKS", "") or ROOT / "data" / "packs"),
        default_pack=os.environ.get("WAIXIAN_PACK", ""),
        demo=ROOT / "data" / "demo",
        web=ROOT / "web" / "dist",
        lang=_lang(),
        sso=_single_sign_on(),
        tianditu=_tianditu(),
        public_url=os.environ.get("WAIXIAN_PUBLIC_URL", ""),
        ice=(
            os.environ.get("WAIXIAN_ICE", ""),
            os.environ.get("WAIXIAN_TURN_SECRET", ""),
            os.environ.get("WAIXIAN_ICE_RELAY_ONLY", "") not in ("", "0"),
        ),
    )


def _single_sign_on() -> "SingleSignOn | None":
    """Single sign-on, where an issuer is named."""
    given = {name.split("_", 2)[2].lower(): os.environ[name] for name in SSO if os.environ.get(name)}
    if "issuer" not in given:
        return None
    from api.sso.settings import SingleSignOn

    ca = given.pop("ca", "")
    words: dict[str, Any] = {"client": "", "secret": "", **given}
    return SingleSignOn(address=os.environ.get("WAIXIAN_ADDRESS", ""), ca=Path(ca) if ca else None, **words)


def _tianditu() -> "Tianditu | None":
    """Tianditu as a background, where a key is set."""
    key = os.environ.get("WAIXIAN_TIANDITU_KEY", "")
    if not key:
        return None
    from api.tianditu import NATIONAL, Tianditu

    return Tianditu(key, os.environ.get("WAIXIAN_TIANDITU_URL", "") or NATIONAL)


def _lang() -> str:
    return "en" if os.environ.get("WAIXIAN_LANG", "zh").startswith("en") else "zh"


def asgi() -> Any:
    """The ASGI application, for a server that starts workers by name (``app:asgi`` as a factory)."""
    from api.commands.serve import application

    return application(house())


def edge() -> Any:
    """The public edge of the same installation (``serve --links-only``)."""
    from api.commands.serve import application

    return application(house(), links_only=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is the result."""
    try:
        with interrupt.at_once(_lang()):
            from geo.errors import WaixianError

            asked = _parser().parse_args(arguments)
            here = house()
            module, _, verb = asked.run.partition(".")  # imported when asked for: nobody waits for the parts of another command
            command = getattr(import_module(f"api.commands.{module}"), verb)
        with interrupt.never_lost():
            return int(command(here, asked) or 0)
    except KeyboardInterrupt:
        print(f"\n{interrupt.LINES[_lang()]}", file=sys.stderr)
        return interrupt.code()
    except WaixianError as error:
        print(f"✗ {error.text(_lang())}", file=sys.stderr)
        return NOTHING_DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="app.py",
        description="外线通 Waixian: 外线工程的测量、判定与同步开挖 / survey and permitting of external lines",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="命令 / COMMAND")
    for add in (
        _serve,
        _load,
        _rematch,
        _inspect,
        _classify,
        _match,
        _survey_map,
        _pack,
        _people,
        _audit,
        _record,
        _db,
        _demo,
        _warm,
    ):
        add(commands)
    return parser


def _serve(commands: Any) -> None:
    one = commands.add_parser("serve", help="打开网页 / serve the map")
    _address(one)
    text = "公网边界：只有凭链接可到的页面 / the public edge: what links open, and nothing else"
    one.add_argument("--links-only", action="store_true", help=text)
    one.set_defaults(run="serve.serve")


def _address(one: argparse.ArgumentParser) -> None:
    one.add_argument("--host", default="127.0.0.1")
    one.add_argument("--port", type=int, default=8000)
    one.add_argument("--workers", type=int, default=1)
    one.set_defaults(links_only=False)


def _load(commands: Any) -> None:
    one = commands.add_parser("load", help="装入图层、外线或整个城市 / load a layer, routes, or a whole city")
    one.add_argument("layer", nargs="?", metavar="LAYER")
    one.add_argument("file", nargs="?", type=Path, metavar="FILE")
    one.add_argument("--city", type=Path, metavar="PATH", help="城市文件夹或 GeoPackage / folder or GeoPackage of a city")
    one.add_argument("--as-of", type=_day, dest="as_of")
    one.add_argument("--complete-since", type=_day, dest="complete_since")
    one.add_argument("--source", default="")
    one.add_argument("--owner", default="")
    one.add_argument("--licence", default="")
    one.add_argument("--coverage", metavar="FILE|bounds")
    _reading(one)
    one.set_defaults(run="load.load")


def _rematch(commands: Any) -> None:
    one = commands.add_parser("rematch", help="重新查找已入库工程的共用路段 / match the stored works anew")
    one.add_argument("--all", action="store_true", help="全部重配，不只有变化的 / all of them, not only what changed")
    one.add_argument("--pack", default="", metavar="ID")
    one.set_defaults(run="rematch.match_stored")


def _inspect(commands: Any) -> None:
    one = commands.add_parser("inspect", help="查看文件读出的内容 / show what a file reads as")
    one.add_argument("file", type=Path)
    one.add_argument("--city", type=Path, metavar="PATH")
    one.add_argument("--json", action="store_true")
    _reading(one)
    one.set_defaults(run="inspect.inspect")


def _classify(commands: Any) -> None:
    one = commands.add_parser("classify", help="逐条判定外线 / judge every route of a file")
    one.add_argument("routes", type=Path)
    one.add_argument("--city", type=Path, metavar="PATH")
    one.add_argument("--pack", default="", metavar="ID")
    one.add_argument("--on", type=_day, default=None, metavar="DATE")
    one.add_argument("--assume-complete", dest="assume_complete", default="", metavar="LAYERS")
    one.add_argument("-o", "--output", type=Path, required=True, metavar="OUT")
    one.add_argument("--report", type=Path, metavar="FILE.html")
    one.add_argument("--rejects", type=Path, metavar="FILE.csv")
    _reading(one)
    one.set_defaults(run="classify.classify")


def _match(commands: Any) -> None:
    one = commands.add_parser("match", help="查找共用路段，排定同步开挖 / works on the same stretch, and digging once")
    one.add_argument("works", type=Path)
    one.add_argument("--city", type=Path, metavar="PATH")
    one.add_argument("--pack", default="", metavar="ID")
    one.add_argument("--on", type=_day, default=None, metavar="DATE")
    one.add_argument("--min-shared", type=float, default=None, metavar="M", dest="min_shared")
    one.add_argument("-o", "--output", type=Path, required=True, metavar="OUT")
    one.add_argument("--plan", action="store_true", help="并排定同步开挖 / plan joint digs too")
    one.add_argument("--report", type=Path, metavar="FILE.html")
    one.add_argument("--rejects", type=Path, metavar="FILE.csv")
    _reading(one)
    one.set_defaults(run="match.match_file")


def _survey_map(commands: Any) -> None:
    one = commands.add_parser("survey-map", help="可带走的踏勘地图，一个文件，断网可用 / a map to carry away, one file")
    one.add_argument("routes", type=Path)
    one.add_argument("--city", type=Path, metavar="PATH")
    one.add_argument("--pack", default="", metavar="ID")
    one.add_argument("--on", type=_day, default=None, metavar="DATE")
    one.add_argument("--assume-complete", default="", metavar="LAYERS", dest="assume_complete")
    one.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.html")
    one.add_argument("--title", default="", help="地图的标题，缺省为文件名 / its title; the name of the file")
    one.add_argument("--pipes", action="store_true", help="收入现状管线（文件勿外传） / with existing pipes: not to be passed on")
    one.add_argument("--rejects", type=Path, metavar="FILE.csv")
    _reading(one)
    one.set_defaults(run="survey_map.survey_map")


def _pack(commands: Any) -> None:
    one = commands.add_parser("pack", help="规则包 / packs of rules")
    verbs = one.add_subparsers(required=True, metavar="VERB")
    check = verbs.add_parser("check", help="检查规则包 / check a pack")
    check.add_argument("folder", type=Path)
    check.set_defaults(run="packs.check")
    verbs.add_parser("list", help="列出规则包 / list the packs").set_defaults(run="packs.show_list")
    explain = verbs.add_parser("explain", help="可读的规则说明 / a readable page of a pack")
    explain.add_argument("pack")
    explain.add_argument("-o", "--output", type=Path, metavar="FILE.html")
    explain.set_defaults(run="packs.explain")


def _db(commands: Any) -> None:
    one = commands.add_parser("db", help="自带的 PostGIS / the private PostGIS")
    verbs = one.add_subparsers(required=True, metavar="VERB")
    for name in ("start", "stop", "status"):
        verbs.add_parser(name).set_defaults(run=f"database.{name}")


def _people(commands: Any) -> None:
    one = commands.add_parser("people", help="帐号与个人信息 / accounts, and personal data")
    verbs = one.add_subparsers(required=True, metavar="list|add|password|disable|forget")
    verbs.add_parser("list").set_defaults(run="people.listed")
    new = verbs.add_parser("add")
    new.add_argument("login", metavar="LOGIN")
    new.add_argument("--role", required=True)
    for name in ("name", "company", "district"):
        new.add_argument(f"--{name}", default="")
    new.set_defaults(run="people.add")
    for name in ("password", "disable"):
        verb = verbs.add_parser(name)
        verb.add_argument("login", metavar="LOGIN")
        verb.set_defaults(run=f"people.{name}")
    old = verbs.add_parser("forget", help="清除超期的个人信息 / forget personal data that is old enough")
    old.add_argument("--dry-run", action="store_true", dest="dry_run", help="只统计 / count only")
    old.set_defaults(run="people.forget_old")


def _audit(commands: Any) -> None:
    one = commands.add_parser("audit", help="核对操作记录的链 / check the chain of the audit")
    one.add_argument("--head", default="", metavar="HASH", help="以前记下的末尾哈希 / a last hash that was kept elsewhere")
    one.set_defaults(run="people.check_audit")


def _record(commands: Any) -> None:
    one = commands.add_parser("record", help="踏勘记录 / records of surveys")
    verbs = one.add_subparsers(required=True, metavar="verify|key")
    verbs.add_parser("key", help="本机签名的公钥 / the public key of this installation").set_defaults(run="records.key")
    check = verbs.add_parser("verify", help="核对签名 / check a signature")
    check.add_argument("file", type=Path, metavar="FILE", help=".json, .html")
    check.add_argument("--key", default="", metavar="HEX", help="签名方的公钥，缺省为本机的 / who signed; this installation")
    check.set_defaults(run="records.verify")


def _demo(commands: Any) -> None:
    one = commands.add_parser("demo", help="示范城：生成、装入、判定 / the demo city: make, load, judge")
    one.add_argument("--serve", action="store_true", help="随后打开网页 / then serve the map")
    _address(one)
    one.set_defaults(run="demo.demo")


def _warm(commands: Any) -> None:
    commands.add_parser("warm", help="预编译计算内核 / compile the kernel once").set_defaults(run="warm.warm")


def _reading(one: argparse.ArgumentParser) -> None:
    one.add_argument("--encoding")
    one.add_argument("--crs")
    one.add_argument("--layer", dest="inside", metavar="NAME", help="文件内的图层或工作表 / layer or sheet inside the file")
    one.add_argument("--map", action="append", default=[], metavar="COLUMN=FIELD", dest="mapping")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}: 日期写作 2026-12-01 / a date is written 2026-12-01") from None


if __name__ == "__main__":
    sys.exit(main())
