"""Time and memory of graph composition and search, beside OpenFst by kaldifst and pynini, and gtn.

``python -m pipelines.benchmark graph [--batches 1 64 512] [--repeats 7]`` prints a table in Markdown: CPU
milliseconds a lattice, one thread, the best of the repeats. CPU time, so that other programs on the machine
don't count. Building the graphs from plain arrays or lists of arcs is included. A lattice has 16 pieces in
runs of up to 4 and 14 classes, 812 arcs; the grammar 11 states and 85 arcs. On 2 cores of an AMD EPYC expect
below 0.1 ms for the fused best path at batch 64; docs/results/graph.md has a full run.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from chequereader import graph
from chequereader.graph import Graph

PIECES, RUN, CLASSES, STATES, GRAMMAR_ARCS = 16, 4, 14, 11, 85
LARGE_BATCH = 4096
MEMORY_LIMIT_GIB = 2.0


@dataclass(frozen=True)
class Problem:
    """A batch of lattices as plain data: arcs (piece, piece), penalties [batch, arcs, classes], a grammar."""

    arcs: list[tuple[int, int]]
    penalties: np.ndarray
    grammar_arcs: list[tuple[int, int, int, float]]

    @property
    def batch(self) -> int:
        """How many lattices."""
        return self.penalties.shape[0]

    def lattices(self, device: str = "cpu") -> Graph:
        """The packed segmentation graph."""
        source, target = torch.tensor(self.arcs, device=device).t()
        shift = (PIECES + 1) * torch.arange(self.batch, device=device)[:, None]
        node = torch.arange(PIECES + 1, device=device).repeat(self.batch)
        return Graph(
            source=(source + shift).view(-1),
            target=(target + shift).view(-1),
            label=torch.zeros(self.batch * len(self.arcs), dtype=torch.int64, device=device),
            penalty=torch.zeros(self.batch * len(self.arcs), device=device),
            node_member=torch.arange(self.batch, device=device).repeat_interleave(PIECES + 1),
            start=node == 0,
            final=node == PIECES,
            members=self.batch,
        )

    def label_penalties(self, device: str = "cpu") -> torch.Tensor:
        """Penalties [all arcs, classes], a leaf that wants gradients."""
        return torch.from_numpy(self.penalties.reshape(-1, CLASSES)).to(device).requires_grad_()

    def grammar(self, device: str = "cpu") -> Graph:
        """The grammar: all states may end."""
        return Graph.from_arcs(self.grammar_arcs, final=range(STATES)).to(device)

    def lattice_rows(self, member: int) -> list[tuple[int, int, int, float]]:
        """One recognition graph as a list of arcs."""
        table = self.penalties[member].tolist()
        return [
            (s, t, c, row[c]) for (s, t), row in zip(self.arcs, table, strict=True) for c in range(CLASSES)
        ]


def problem(batch: int, seed: int = 0) -> Problem:
    """Draw a batch of lattices and a grammar in which every state has arcs in and out."""
    generator = np.random.default_rng(seed)
    arcs = [(i, j) for i in range(PIECES) for j in range(i + 1, min(i + RUN, PIECES) + 1)]
    ring = [(s, (s + 1) % STATES) for s in range(STATES)]
    others = generator.integers(0, STATES, (GRAMMAR_ARCS - STATES, 2)).tolist()
    labels = generator.integers(0, CLASSES, GRAMMAR_ARCS).tolist()
    penalties = generator.exponential(size=GRAMMAR_ARCS).tolist()
    ends = [*ring, *((s, t) for s, t in others)]
    grammar = [(s, t, label, p) for (s, t), label, p in zip(ends, labels, penalties, strict=True)]
    costs = generator.exponential(2.0, (batch, len(arcs), CLASSES)).astype(np.float32)
    return Problem(arcs, costs, grammar)


def fused_best(given: Problem, device: str = "cpu") -> list[float]:
    """Best paths without building the composition."""
    best = graph.viterbi(
        given.lattices(device), given.label_penalties(device).detach(), given.grammar(device)
    )
    return best.penalty.tolist()


def fused_gradient(given: Problem, device: str = "cpu") -> list[float]:
    """Forward penalty and its gradient without building the composition."""
    penalties = given.label_penalties(device)
    total = graph.forward(given.lattices(device), penalties, given.grammar(device))
    total.sum().backward()
    return total.tolist()


def general_best(given: Problem) -> list[float]:
    """Recognition graph, general composition, best paths."""
    lattice = graph.expand(given.lattices(), given.label_penalties().detach())
    return graph.best_path(graph.compose(lattice, given.grammar())).penalty.tolist()


def general_gradient(given: Problem) -> list[float]:
    """Recognition graph, general composition, forward penalty and its gradient."""
    lattice = graph.expand(given.lattices(), given.label_penalties())
    total = graph.forward_penalty(graph.compose(lattice, given.grammar()))
    total.sum().backward()
    return total.tolist()


def kaldifst_best(given: Problem) -> list[float]:
    """The same by kaldifst: composition, shortest path."""
    import kaldifst

    def build(rows: list[tuple[int, int, int, float]], nodes: int, finals: range) -> Any:
        fst = kaldifst.StdVectorFst()
        for _ in range(nodes):
            fst.add_state()
        fst.start = 0
        for node in finals:
            fst.set_final(node, 0.0)
        for s, t, label, penalty in rows:
            fst.add_arc(s, kaldifst.StdArc(label + 1, label + 1, penalty, t))
        return fst

    grammar = build(given.grammar_arcs, STATES, range(STATES))
    kaldifst.arcsort(grammar, sort_type="ilabel")
    result = []
    for member in range(given.batch):
        lattice = build(given.lattice_rows(member), PIECES + 1, range(PIECES, PIECES + 1))
        kaldifst.arcsort(lattice, sort_type="olabel")
        best = kaldifst.shortest_path(kaldifst.compose(lattice, grammar))
        result.append(kaldifst.get_linear_symbol_sequence(best)[3].value)
    return result


def pynini_fsts(given: Problem, arc_type: str) -> tuple[Any, Callable[[int], Any]]:
    """The grammar, and a function that builds one lattice."""
    pynini: Any = importlib.import_module("pynini")

    def build(rows: list[tuple[int, int, int, float]], nodes: int, finals: range) -> Any:
        fst = pynini.Fst(arc_type=arc_type)
        fst.add_states(nodes)
        fst.set_start(0)
        for node in finals:
            fst.set_final(node, pynini.Weight.one(fst.weight_type()))
        kind = fst.weight_type()
        for s, t, label, penalty in rows:
            fst.add_arc(s, pynini.Arc(label + 1, label + 1, pynini.Weight(kind, penalty), t))
        return fst

    grammar = build(given.grammar_arcs, STATES, range(STATES)).arcsort(sort_type="ilabel")
    return grammar, lambda member: build(given.lattice_rows(member), PIECES + 1, range(PIECES, PIECES + 1))


def pynini_best(given: Problem) -> list[float]:
    """The same by pynini: composition, shortest path."""
    pynini: Any = importlib.import_module("pynini")

    grammar, lattice = pynini_fsts(given, "standard")
    result = []
    for member in range(given.batch):
        best = pynini.shortestpath(pynini.compose(lattice(member), grammar))
        result.append(float(pynini.shortestdistance(best, reverse=True)[best.start()]))
    return result


def pynini_gradient(given: Problem) -> list[float]:
    """Composition and the distances from both ends, all that a gradient needs, by pynini."""
    pynini: Any = importlib.import_module("pynini")

    grammar, lattice = pynini_fsts(given, "log")
    result = []
    for member in range(given.batch):
        composed = pynini.compose(lattice(member), grammar)
        pynini.shortestdistance(composed)
        result.append(float(pynini.shortestdistance(composed, reverse=True)[composed.start()]))
    return result


def gtn_best(given: Problem) -> list[float]:
    """The same by gtn: composition, Viterbi score and path."""
    return _gtn(given, gradient=False)


def gtn_gradient(given: Problem) -> list[float]:
    """The same by gtn: composition, forward score, backward."""
    return _gtn(given, gradient=True)


def _gtn(given: Problem, gradient: bool) -> list[float]:
    import gtn

    def build(rows: list[tuple[int, int, int, float]], nodes: int, finals: range) -> Any:
        result = gtn.Graph(gradient)
        for node in range(nodes):
            result.add_node(node == 0, node in finals)
        for s, t, label, penalty in rows:
            result.add_arc(s, t, label, label, -penalty)
        return result

    grammar = build(given.grammar_arcs, STATES, range(STATES))
    result = []
    for member in range(given.batch):
        lattice = build(given.lattice_rows(member), PIECES + 1, range(PIECES, PIECES + 1))
        composed = gtn.compose(lattice, grammar)
        if gradient:
            score = gtn.forward_score(composed)
            gtn.backward(score)
        else:
            score = gtn.viterbi_score(composed)
            gtn.viterbi_path(composed)
        result.append(-score.item())
    return result


Runner = Callable[[Problem], list[float]]

ROWS: list[tuple[str, str, Runner, Runner | None]] = [
    ("chequereader, fused", "chequereader", fused_best, fused_gradient),
    ("chequereader, general", "chequereader", general_best, general_gradient),
    ("pynini", "pynini", pynini_best, pynini_gradient),
    ("kaldifst", "kaldifst", kaldifst_best, None),
    ("gtn", "gtn", gtn_best, gtn_gradient),
]


def cpu_milliseconds(run: Callable[[], object], repeats: int) -> float:
    """Least CPU time of several runs after one to warm up."""
    run()
    times = []
    for _ in range(repeats):
        begin = time.process_time()
        run()
        times.append(time.process_time() - begin)
    return 1000 * min(times)


def cell(given: Problem, run: Runner | None, expected: list[float], repeats: int) -> str:
    """Milliseconds a lattice, once the scores are seen to be those expected."""
    if run is None:
        return "no log semiring in it"
    np.testing.assert_allclose(run(given), expected, rtol=1e-3, atol=1e-3)
    return f"{cpu_milliseconds(lambda: run(given), repeats) / given.batch:.3f}"


def peak_gib(queue: multiprocessing.Queue[tuple[float, float]]) -> None:
    """Peak memory of this process before and after scoring a large batch with gradients; Linux only."""

    def peak() -> float:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 2**20

    torch.set_num_threads(1)
    fused_gradient(problem(1))
    before = peak()
    given = problem(LARGE_BATCH)
    fused_best(given)
    fused_gradient(given)
    queue.put((before, peak()))


def report_memory() -> None:
    """Print the peak memory of a large batch, measured in a process of its own."""
    context = multiprocessing.get_context("spawn")
    queue: multiprocessing.Queue[tuple[float, float]] = context.Queue()
    process = context.Process(target=peak_gib, args=(queue,))
    process.start()
    before, after = queue.get()
    process.join()
    verdict = "within" if after <= MEMORY_LIMIT_GIB else "OVER"
    print(
        f"{LARGE_BATCH} lattices, fused, best path and gradient: peak {after:.2f} GiB, {before:.2f} GiB of "
        f"it before the batch; {verdict} {MEMORY_LIMIT_GIB} GiB"
    )


def report_gpu(repeats: int) -> None:
    """Print wall milliseconds a lattice on the GPU at a large batch, or that there is none."""
    if not torch.cuda.is_available():
        print(f"GPU, batch {LARGE_BATCH}: skipped, no GPU here")
        return
    given = problem(LARGE_BATCH)
    for name, run in (("best path", fused_best), ("forward and backward", fused_gradient)):
        run(given, "cuda")
        times = []
        for _ in range(repeats):
            begin = time.perf_counter()
            run(given, "cuda")
            torch.cuda.synchronize()
            times.append(time.perf_counter() - begin)
        card, milliseconds = torch.cuda.get_device_name(), 1000 * min(times) / LARGE_BATCH
        print(f"{card}, batch {LARGE_BATCH}, {name}: {milliseconds:.4f} ms a lattice")


def main(arguments: list[str]) -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.benchmark graph", description=__doc__)
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 64, 512])
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    print(
        "| library | batch | compose + best path, ms | compose + forward + backward, ms |\n|---|---|---|---|"
    )
    for batch in options.batches:
        given = problem(batch)
        expected = fused_best(given), fused_gradient(given)
        for name, module, best, gradient in ROWS:
            if importlib.util.find_spec(module) is None:
                print(f"| {name} | {batch} | not installed | |")
                continue
            pairs = zip((best, gradient), expected, strict=True)
            cells = [cell(given, run, scores, options.repeats) for run, scores in pairs]
            print(f"| {name} | {batch} | {cells[0]} | {cells[1]} |", flush=True)
    report_memory()
    report_gpu(options.repeats)
