"""What makes one bank's form look unlike another's: frames, names, logos, small print, bar codes.

None of it matters to a reader, and all of it can mislead one. Not for what is filled in or read (``form``).
"""

from __future__ import annotations

import numpy as np

from chequereader.box import Box
from chequereader.synthetic import names
from chequereader.synthetic.press import Press
from chequereader.synthetic.printing import Face

_SMALL_PRINT = (
    "Payable at par at all branches",
    "Valid for three months only",
    "Void after 90 days",
    "Security features. Details on back",
    "Not negotiable",
)


def print_frame(press: Press) -> None:
    """Print a frame around the page, plain or double."""
    height, width = press.page.shape
    inset = int(press.rng.integers(8, 30))
    press.frame(Box(inset, inset, width - inset, height - inset), float(press.rng.integers(1, 5)))
    if press.rng.random() < 0.6:
        inset += int(press.rng.integers(6, 16))
        press.frame(Box(inset, inset, width - inset, height - inset), 1)


def print_names(press: Press, bank: Box, holder: tuple[float, float] | None, face: Face) -> None:
    """Print the bank's logo, name and address in ``bank``, and the account's holder at ``holder`` (x, y)."""
    rng = press.rng
    height = press.px(float(rng.uniform(2.2, 4.0)))
    x = float(bank.x0)
    if rng.random() < 0.6:
        size = height * float(rng.uniform(1.2, 2.2))
        _print_logo(press, x, bank.y0, size)
        x += 1.25 * size
    bold = Face(face.font, face.stretch, face.slant, 1.0)
    press.text(names.bank(rng), x, bank.y0 + height * 1.2, height, bold)
    small = press.px(float(rng.uniform(1.1, 1.7)))
    for k, line in enumerate(names.address(rng)):
        press.text(line, x, bank.y0 + 1.2 * height + (1.8 * k + 1.9) * small, small, face)
    if holder is not None:
        bigger = press.px(float(rng.uniform(1.5, 2.4)))
        lines = [names.payee(rng).upper(), *names.address(rng)][: int(rng.integers(1, 4))]
        for k, line in enumerate(lines):
            size = bigger if k == 0 else 0.8 * bigger
            press.text(line, holder[0], holder[1] + 1.5 * bigger * (k + 1), size, face)


def _print_logo(press: Press, x: float, y: float, size: float) -> None:
    """Print a polygon or disc, ``size`` pixels across, its top left corner at (x, y)."""
    corners = int(press.rng.choice([3, 4, 5, 6, 24]))
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False) + float(press.rng.uniform(0, 6.3))
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1) * (size / 2) + (x + size / 2, y + size / 2)
    filled = bool(press.rng.random() < 0.5)
    press.outline(np.rint(points).astype(np.int32), max(int(size / 8), 1), fill=filled)


def print_extras(press: Press, face: Face) -> None:
    """Print what only some banks have, each by chance."""
    rng = press.rng
    height, width = press.page.shape
    small = press.px(float(rng.uniform(0.9, 1.4)))
    if rng.random() < 0.25:
        _print_bar_code(press, width - int(rng.integers(24, 40)))
    if rng.random() < 0.5:
        x, y = float(rng.uniform(0.2, 0.5)) * width, float(rng.choice([0.14, 0.80])) * height
        press.text(_SMALL_PRINT[int(rng.integers(len(_SMALL_PRINT)))], x, y, small * 1.3, face)
    if rng.random() < 0.3:
        x, y = 0.05 * width, 0.63 * height
        panel = Box(round(x), round(y), round(x + 0.26 * width), round(y + 0.15 * height))
        press.tint(panel, float(rng.uniform(0.03, 0.15)))
    if rng.random() < 0.3:
        _print_sideways(press, f"{names.bank(rng)} printed form {int(rng.integers(100, 999))}", small, face)
    if rng.random() < 0.12:  # two slanted lines: payable into the payee's account only
        x, y = float(rng.uniform(0.02, 0.3)) * width, float(rng.uniform(0.0, 0.1)) * height
        for reach in (0.2 * height, 0.27 * height):
            press.outline(np.array([[x, y + reach], [x + reach, y]]).astype(np.int32), 2)


def _print_bar_code(press: Press, x: int) -> None:
    height = press.page.shape[0]
    bars = np.repeat(press.rng.random(int(0.4 * height / 3)) < 0.5, 3).astype(np.float32)
    top = round(0.3 * height)
    press.page[top : top + len(bars), x : x + 18] *= 1 - 0.85 * bars[:, None]


def _print_sideways(press: Press, text: str, size: float, face: Face) -> None:
    """Print a line that runs upwards along the left edge."""
    height = press.page.shape[0]
    turned = Press(
        np.full((round(2 * size), round(0.6 * height)), 255, np.float32), press.dpi, press.rng, press.darkness
    )
    turned.text(text, 2, 1.5 * size, 0.8 * size, face)
    strip = np.rot90(turned.page) / 255
    x, y = int(press.rng.integers(4, 12)), height - 60 - strip.shape[0]
    press.page[y : y + strip.shape[0], x : x + strip.shape[1]] *= strip
