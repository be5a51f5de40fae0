"""Views of digits and what teachers say of them, by hand."""

from __future__ import annotations

import torch
from toy_digits import strokes

from chequereader.recognition.family import digit_network, digit_penalties
from chequereader.training.digit_recipes import RecipePupil
from chequereader.training.passes import DigitSet
from chequereader.training.taught import TaughtPasses, TaughtViews

DIGITS = strokes(12)


def views(count: int = 3, distortion: str = "mild") -> TaughtViews:
    torch.manual_seed(0)
    return TaughtViews.of([digit_network("lenet1"), digit_network("lenet4")], DIGITS, distortion, count)


def test_what_is_told_is_the_teachers_geometric_mean() -> None:
    torch.manual_seed(0)
    teachers = [digit_network("lenet1"), digit_network("lenet4")]
    found = TaughtViews.of(teachers, DIGITS, "mild", 2)
    with torch.no_grad():
        for pictures, told in zip(found.pictures, found.told, strict=True):
            shares = [torch.softmax(-digit_penalties(teacher, pictures), dim=1) for teacher in teachers]
            both = (shares[0] * shares[1]).sqrt()
            wanted = -(both / both.sum(dim=1, keepdim=True)).log()
            assert torch.allclose(told.float(), wanted, rtol=2e-3, atol=2e-3)


def test_views_differ_and_are_always_the_same() -> None:
    found, again = views(), views()
    assert torch.equal(found.pictures, again.pictures)
    assert torch.equal(found.told, again.told)
    assert not torch.equal(found.pictures[0], found.pictures[1])
    assert torch.equal(views(2, "none").pictures, DIGITS.pictures.expand(2, -1, -1, -1))


def test_a_pass_shows_each_digit_once_with_what_is_told_of_that_view() -> None:
    found = views()
    numbered = DigitSet(DIGITS.pictures, torch.arange(12))
    passes = TaughtPasses(RecipePupil(epochs=2, batch=5), numbered, 4, "cpu", found)
    drawn = []
    for first in (0, passes.pass_steps):
        seen = []
        for step in range(first, first + passes.pass_steps):
            patterns = passes.patterns(step)
            assert patterns.told is not None
            for picture, digit, told in zip(patterns.pictures, patterns.labels, patterns.told, strict=True):
                (view,) = (v for v in range(3) if torch.equal(found.pictures[v, digit], picture))
                assert torch.equal(told, found.told[view, digit].float())
                seen.append(int(digit))
                drawn.append(view)
        assert sorted(seen) == list(range(12))
    assert len(set(drawn)) > 1
