"""The options of reading on the command line: one decorator gives them to a command, as one ``ReadOptions``.

Not for what they mean, for their defaults or for what values make sense: see ``options``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from chequereader.errors import UsageError
from chequereader.options import RECOGNISERS, ReadOptions


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of reading, which it gets as one ``ReadOptions``."""

    @click.option(
        "--field",
        default=ReadOptions.field,
        show_default=True,
        metavar="auto|whole|micr|X0,Y0,X1,Y1",
        help="Where the amount stands: look for it, the whole image, or a zone in pixels; or micr: the image "
        "is a MICR line.",
    )
    @click.option(
        "--locale",
        default=ReadOptions.locale,
        show_default=True,
        metavar="auto|us|uk|in|eu|...",
        help="How amounts are written.",
    )
    @click.option(
        "--max-error",
        type=float,
        help="Accept as long as no more than this share of all cheques is expected to be read wrongly."
        f"  [default: {ReadOptions.max_error}]",
    )
    @click.option("--threshold", type=float, help="Accept from this confidence on, instead of --max-error.")
    @click.option(
        "--device",
        default=ReadOptions.device,
        show_default=True,
        metavar="auto|cpu|cuda[:N]",
        help="Where the network runs.",
    )
    @click.option(
        "--recogniser",
        default=ReadOptions.recogniser,
        show_default=True,
        metavar="|".join(RECOGNISERS),
        help="Who scores the characters: candidates between cuts, a sliding network, or all by one vote.",
    )
    @click.option(
        "--weights",
        default=ReadOptions.weights,
        show_default=True,
        metavar="standard|small|FILE",
        help="Weights of the amount reader: either of the package's, or what 'train reader' has written.",
    )
    @functools.wraps(command)
    def with_options(
        *,
        field: str,
        locale: str,
        max_error: float | None,
        threshold: float | None,
        device: str,
        recogniser: str,
        weights: str,
        **others: Any,
    ) -> Any:
        if max_error is not None and threshold is not None:
            raise UsageError("--max-error and --threshold exclude each other; give one of them")
        if max_error is None:
            max_error = ReadOptions.max_error
        options = ReadOptions(field, locale, max_error, threshold, device, recogniser, weights)
        return command(options=options, **others)

    return with_options
