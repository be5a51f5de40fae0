"""What lines say, against a search through all grammars."""

from __future__ import annotations

from collections import Counter

import numpy as np
import torch
from toy_lines import line_of

from chequereader.graph import forward, viterbi
from chequereader.micr.fonts import E13B, Form
from chequereader.micr.grammar import FREE_PENALTY, micr_grammar
from chequereader.micr.ink import InkTexts
from chequereader.micr.interpretation import interpret
from chequereader.segmentation.packing import pack_arcs

TEXTS = "A021000021A12C", "A021000022A12C", "C083654C500025033A290062C31", "C1234A5", "B0000012500B"


def smudged(text: str, sure: float, seed: int) -> InkTexts:
    """A line of one candidate a character, and one more beside the first, by ``sure`` for what it says."""
    rng = np.random.default_rng(seed)
    arcs = [(0, 1), *((i, i + 1) for i in range(len(text)))]
    cost = rng.uniform(0, 8, (len(arcs), len(E13B.labels.labels))).astype(np.float32)
    cost[:, len(E13B.classes.labels) :] = np.inf
    cost[np.arange(1, len(arcs)), E13B.labels.encode(text)] -= np.float32(sure)
    return InkTexts(line_of(arcs), cost)


def test_lines_say_what_the_best_path_of_all_grammars_says() -> None:
    grammar = micr_grammar(E13B)
    inks = [smudged(text, sure, seed) for text in TEXTS for sure in (2, 4, 8) for seed in range(4)]
    forms: Counter[Form] = Counter()
    for ink, said in zip(inks, interpret(inks), strict=True):
        graph = pack_arcs([ink.line.cuts], [len(ink.cost)], ink.line.source, ink.line.target)
        penalties = torch.from_numpy(ink.cost)
        labels, arcs, grammar_arcs = viterbi(graph, penalties, grammar.graph).path(0)
        assert said.text == E13B.labels.decode(labels)
        assert [arc for arc, _ in said.characters] == [
            arc for arc, label in zip(arcs, labels, strict=True) if label != E13B.labels.rubbish
        ]
        assert said.form == grammar.form(grammar_arcs)
        if said.form == Form.FREE:
            total = float(forward(graph, penalties.double(), grammar.graph)) - FREE_PENALTY
            assert abs(said.total - total) < 1e-4
        forms[said.form] += 1
    assert forms[Form.FREE] >= 8 and forms[Form.US] >= 8 and forms[Form.IN] >= 4


def test_a_line_without_characters_says_nothing() -> None:
    cost = np.full((1, len(E13B.labels.labels)), np.inf, np.float32)
    cost[:, E13B.labels.rubbish] = 0.0
    assert interpret([InkTexts(line_of([(0, 1)]), cost)])[0].text == ""
    assert interpret([]) == []
