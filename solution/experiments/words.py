"""What the figures and tables say, in the language that the checks speak."""

import functools
from pathlib import Path
from typing import Any

try:
    from checks.messages import say  # type: ignore[import-not-found]
except ImportError:  # nobody has chosen a language

    def say(template: str, /, **values: object) -> str:
        """Return a message with its values filled in."""
        return template.format(**values)


__all__ = ["choose_font", "label", "say", "upright"]

CHINESE_FONTS = {
    "Noto Sans CJK TC": "NotoSansCJK",
    "Noto Sans CJK JP": "NotoSansCJK",  # one file for all, which goes by its first
    "Noto Sans TC": "NotoSansTC",
    "Source Han Sans TC": "SourceHanSans",
    "Microsoft JhengHei": "msjh",
    "PingFang TC": "PingFang",
    "Heiti TC": "STHeiti",
    "WenQuanYi Zen Hei": "wqy-zenhei",
    "Droid Sans Fallback": "DroidSansFallback",
    "Arial Unicode MS": "Arial Unicode",
}
"""Fonts with Chinese characters, the best first, and how their files' names begin."""


def label(template: str, /, **values: object) -> str:
    """Return a message for a figure: in English if no font here can draw the translation."""
    text = str(say(template, **values))
    if text.isascii() or _chinese_font():
        return text
    _miss_font()
    return template.format(**values)


def upright(text: str, side: str = "left") -> dict[str, Any]:
    """Return a label for a vertical axis on a side: Chinese characters stand one below another."""
    if not any("\u4e00" <= character <= "\u9fff" for character in text):
        return {"ylabel": text}
    towards = "right" if side == "left" else "left"
    style = {"rotation": 0, "ha": towards, "va": "center", "linespacing": 1.05}
    return {"ylabel": "\n".join(text.replace(" ", "")), **style}


def choose_font() -> None:
    """Have figures that are begun from now on drawn with a font for the language."""
    if not say("loss").isascii() and (font := _chinese_font()):
        import matplotlib

        matplotlib.rcParams["font.family"] = ["DejaVu Sans", font]


@functools.cache
def _miss_font() -> None:
    """Say once that there is no font."""
    print(
        say(
            "The figures are labelled in English, since this computer has no font with Chinese "
            "characters; install one, such as Noto Sans CJK TC, and begin anew."
        )
    )


@functools.cache
def _chinese_font() -> str | None:
    # Imported here: it takes a while, and whoever only trains needs none.
    from matplotlib.font_manager import findSystemFonts, fontManager

    for search in (False, True):  # matplotlib remembers which fonts there were when it first ran
        if search:
            for path in findSystemFonts():
                if Path(path).stem.startswith(tuple(CHINESE_FONTS.values())):
                    fontManager.addfont(path)
        known = {font.name for font in fontManager.ttflist}
        for name in CHINESE_FONTS:
            if name in known:
                return name
    return None


choose_font()
