"""Made-up names: streets, estates, offices. Words of landscape and craft, never of persons."""

_FIRST: tuple[str, ...] = tuple(
    word
    for line in (
        "龙津 青麓 御柳 桐荫 槐安 杏花 兰台 梅溪 竹影 松涛 荷风 菊圃 桂香 榆林 枫桥 银河 明月 春晖 夏荫 秋实",
        "冬青 晨光 晚照 云锦 雨花 雪松 霜叶 虹桥 星海 朝阳 汴水 清波 碧潭 平湖 长堤 芦荻 鹭洲 雁池 鹤鸣 鹿苑",
        "锦鲤 画舫 渔歌 樵径 牧野 麦香 稻田 桑园 棉田 茶亭 书院 墨香 砚池 琴台 棋盘 画院 诗巷 丹青 石坊 瓦窑",
        "铁匠 木作 染坊 油坊 酒务 盐仓 米市 布政 绣坊 灯市 马道 箭楼 鼓角 钟亭 井台 砖桥 文昌 崇德 敦信 尚义",
        "乐善 安泰 康宁 永丰 顺和 广济 惠民 同春 长乐 嘉禾 瑞云 祥符里 太平 福寿 宝相 延庆",
    )
    for word in line.split()
)
_LANE = ("街", "巷", "胡同", "里", "坊")
_PLAIN = ("路", "街")
_ORDER = ("", "东", "西", "南", "北", "中", "前", "后", "一", "二", "三", "四")
_ESTATE = ("花园", "雅苑", "小区", "家园", "公馆", "新村", "名邸")
_WORKS = ("机械厂", "纺织厂", "食品厂", "物流园", "科技园", "仪表厂", "印务园")
_PUBLIC = ("中学", "小学", "医院", "幼儿园", "文化馆", "体育馆", "商场", "广场", "酒店")


class Namer:
    """Hands out street names, each once."""

    def __init__(self) -> None:
        self._next = {"old": 0, "new": 0}
        self._used: set[str] = set()

    def street(self, old: bool) -> str:
        """The next free name: lanes in the old city, 路 and 街 elsewhere."""
        key = "old" if old else "new"
        kinds = _LANE if old else _PLAIN
        while True:
            step = self._next[key]
            self._next[key] += 1
            stem = _FIRST[(step * 37 + (11 if old else 0)) % len(_FIRST)]
            order = _ORDER[(step // len(_FIRST)) % len(_ORDER)]
            name = f"{stem}{order}{kinds[(step * 7 // 3) % len(kinds)]}"
            if name not in self._used:
                self._used.add(name)
                return name


def site(use: str, number: int) -> str:
    """The name of a parcel by its use {living, works, public, old}."""
    kinds = {"living": _ESTATE, "works": _WORKS, "public": _PUBLIC, "old": ("大院", "宅院", "会馆", "旧址", "院落")}[use]
    return f"示范{_FIRST[(number * 29 + 5) % len(_FIRST)]}{kinds[number % len(kinds)]}"


WATER, GAS, HEAT, POWER, DRAIN = "示范水务公司", "示范燃气公司", "示范热力公司", "示范供电公司", "示范排水管理处"
COMMS = ("示范电信公司", "示范移动公司", "示范联通公司", "示范广电网络公司")
