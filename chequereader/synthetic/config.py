"""What can be chosen about synthetic cheques, with the defaults. Not for what one cheque draws by chance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from chequereader.errors import UsageError
from chequereader.synthetic.degrade import PRESETS, Difficulty
from chequereader.synthetic.glyph_sources import GlyphSource, open_glyphs
from chequereader.synthetic.layouts import BY_NAME
from chequereader.synthetic.printing import find_fonts


@dataclass(frozen=True)
class SyntheticConfig:
    """The choices of a synthetic set; the same values and seed give the same cheques.

    ``preset`` is the difficulty (easy, mixed, hard); ``layouts`` names the layouts to draw from, all if
    empty; ``printed`` is the share of amounts filled in by a machine; ``amounts`` the range in units,
    log-uniform; ``whole`` the share without hundredths; ``writers`` and ``banks`` how many different ones
    there are; ``glyphs`` and ``fonts`` folders of real glyphs (``glyph_sources``) and of TTF or OTF fonts,
    used beside the built-in ones.
    """

    preset: str = "mixed"
    layouts: tuple[str, ...] = ()
    printed: float = 0.25
    amounts: tuple[float, float] = (1.0, 9_999_999.0)
    whole: float = 0.5
    writers: int = 400
    banks: int = 400
    glyphs: Path | None = None
    fonts: Path | None = None

    def __post_init__(self) -> None:
        if self.preset not in PRESETS:
            raise UsageError(f"no preset is called {self.preset!r}: choose one of {', '.join(PRESETS)}")
        unknown = sorted(set(self.layouts) - set(BY_NAME))
        if unknown:
            raise UsageError(f"no layout is called {unknown[0]!r}: choose among {', '.join(BY_NAME)}")
        if not 0 <= self.printed <= 1 or not 0 <= self.whole <= 1:
            raise UsageError("shares of printed and whole amounts lie between 0 and 1")
        if not 0.01 <= self.amounts[0] <= self.amounts[1] < 1e9:
            raise UsageError(f"amounts {self.amounts} are no range between 0.01 and 999999999")
        if self.writers < 1 or self.banks < 1:
            raise UsageError("a set needs one writer and one bank at least")

    @property
    def difficulty(self) -> Difficulty:
        """What the preset allows."""
        return PRESETS[self.preset]

    @property
    def glyph_source(self) -> GlyphSource | None:
        """The real glyphs, read once; ``UnreadableInputError`` if the folder holds none."""
        return None if self.glyphs is None else _glyphs(self.glyphs)

    @property
    def font_files(self) -> tuple[str, ...]:
        """The fonts found; ``UnreadableInputError`` if the folder holds none."""
        return () if self.fonts is None else _fonts(self.fonts)


@lru_cache(maxsize=4)
def _glyphs(folder: Path) -> GlyphSource:
    return open_glyphs(folder)


@lru_cache(maxsize=4)
def _fonts(folder: Path) -> tuple[str, ...]:
    return find_fonts(folder)
