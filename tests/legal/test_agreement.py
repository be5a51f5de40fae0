"""Words and figures: what both say is surer, what one says is less so, useless words change little."""

import itertools
import math

import pytest
import torch
from looks import look_at_text
from torch.nn import functional as F

from chequereader.grammar import Amount
from chequereader.interpretation import Answer, Path
from chequereader.legal import agreement
from chequereader.legal.agreement import agree, fit
from chequereader.legal.phrases import phrases
from chequereader.legal.reader import LegalLook
from chequereader.legal.slots import LETTERS, texts


def answers(*told: tuple[int, float]) -> list[Answer]:
    """Return answers of so many hundredths and confidences."""
    path = Path((), (), "")
    return [
        Answer(Amount(m, None), str(m), str(m), confidence, 0, 0, path, torch.zeros(0))
        for m, confidence in told
    ]


def one(told: list[Answer], look: LegalLook) -> agreement.Agreement:
    (found,) = agree([(told, look)])
    return found


def amounts_of(found: agreement.Agreement) -> list[int]:
    return [answer.amount.minor_units for answer in found.answers]


def test_words_that_say_the_best_answer_make_it_surer() -> None:
    found = one(answers((23300, 0.8), (28300, 0.15)), look_at_text("two hundred thirty three"))
    assert amounts_of(found) == [23300, 28300]
    assert found.agrees and not found.doubtful and found.language == "en"
    assert found.answers[0].confidence > 0.97


def test_words_that_say_another_answer_bring_it_to_the_front() -> None:
    found = one(answers((23300, 0.8), (28300, 0.15)), look_at_text("two hundred eighty three"))
    assert amounts_of(found) == [28300, 23300]
    assert found.agrees


def test_words_that_say_none_of_the_answers_leave_doubt() -> None:
    told = answers((23300, 0.8), (28300, 0.15))
    found = one(told, look_at_text("nine thousand seven hundred"))
    assert amounts_of(found)[0] == 23300
    assert not found.agrees and found.doubtful
    assert found.answers[0].confidence < 0.8


def test_useless_words_leave_a_sure_answer_sure() -> None:
    found = one(answers((23300, 0.999)), look_at_text("x", doubt=0.95))
    assert found.answers[0].confidence > 0.99
    assert not found.doubtful


def test_confidences_are_shares_of_one_whole() -> None:
    for doubt in (0.01, 0.3, 0.9):
        found = one(answers((23300, 0.5), (28300, 0.3), (100, 0.1)), look_at_text("two hundred", doubt))
        confidences = [answer.confidence for answer in found.answers]
        assert confidences == sorted(confidences, reverse=True)
        assert 0 < sum(confidences) <= 1


def test_the_language_is_that_of_the_words() -> None:
    for words, minor_units, language in [
        ("deux cent trente quatre euros et 50/100", 23450, "fr"),
        ("two lakh seventy thousand only", 27000000, "in"),
        ("doscientos treinta pesos", 23000, "es"),
        ("duzentos e trinta reais", 23000, "pt"),
    ]:
        found = one(answers((minor_units, 0.6), (minor_units + 100, 0.3)), look_at_text(words))
        assert (found.language, found.agrees, amounts_of(found)[0]) == (language, True, minor_units)


def test_amounts_that_nobody_spells_say_nothing() -> None:
    found = one(answers((100 * 10**9, 0.6), (23300, 0.3)), look_at_text("two hundred thirty three"))
    assert amounts_of(found)[0] == 23300


def test_pages_do_not_meddle_with_each_other() -> None:
    pages = [
        (answers((23300, 0.6), (28300, 0.3)), look_at_text("two hundred eighty three only")),
        (answers((500, 0.9)), look_at_text("five")),
        (answers((7520, 0.4), (7500, 0.4), (7800, 0.1)), look_at_text("seventy five and 20/100")),
    ]
    for alone, together in zip([one(*page) for page in pages], agree(pages), strict=True):
        assert amounts_of(alone) == amounts_of(together)
        for a, b in zip(alone.answers, together.answers, strict=True):
            assert a.confidence == b.confidence


def test_the_penalty_is_that_of_all_ways_to_write_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each text by PyTorch's own loss; passing over is out of reach, so that words alone count."""
    monkeypatch.setattr(agreement, "PASSED_OVER", 1e4)
    look = look_at_text("ten dolars", doubt=0.4)
    said = [
        F.ctc_loss(
            -look.penalties[:, None],
            torch.tensor([LETTERS.encode(text)]),
            torch.tensor([len(look.penalties)]),
            torch.tensor([len(text)]),
            blank=LETTERS.rubbish,
            reduction="sum",
        ).item()
        for text, _ in itertools.groupby(sorted(texts(phrases(1000, "es"))))
    ]
    found = agreement._penalties([look], [(0, 1000, "es")])[0]
    assert found == pytest.approx(-math.log(sum(math.exp(-penalty) for penalty in said)), rel=1e-4)


def test_the_amount_said_fits_best() -> None:
    look = look_at_text("one lakh fifty thousand", doubt=0.2)
    fits = {amount: fit(look, amount) for amount in (15_000_000, 15_500_000, 5_000_000)}
    assert min(fits, key=lambda amount: fits[amount]) == 15_000_000
