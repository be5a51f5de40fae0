"""Draw the sample cheques in ``data/samples``: one of each of a few layouts, a cheque set of its own.

    python -m pipelines.make_samples

Not for measuring: they were taken because they show what a cheque of each kind looks like.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from PIL import Image

from chequereader.cheque_set import Truth, write_truth
from chequereader.synthetic import SyntheticConfig, generate

FOLDER = Path("data/samples")
SEED = 11
SAMPLES = {"us-personal": 2, "us-business": 1, "uk": 3, "in-cts": 5, "fr": 10, "uy": 8}
"""Layouts, and the number of the cheque that is drawn of each."""


def main() -> None:
    """Write the images and their truth."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    truths = []
    for layout, number in SAMPLES.items():
        cheque = generate(SEED, number, SyntheticConfig(preset="easy", layouts=(layout,)))
        file = f"{layout}.png"
        Image.fromarray(cheque.image).save(FOLDER / file, dpi=(cheque.dpi, cheque.dpi), optimize=True)
        truths.append(
            Truth(
                file,
                amount=Decimal(cheque.amount),
                digits=cheque.digits,
                text=cheque.text,
                words=cheque.words,
                date=cheque.date,
                micr=cheque.micr,
                box=cheque.zone,
                group=f"w{cheque.writer}" if cheque.writer >= 0 else "printed",
            )
        )
    write_truth(FOLDER, truths)


if __name__ == "__main__":
    main()
