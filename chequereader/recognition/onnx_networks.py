"""Networks as ONNX Runtime runs them: the same function of the same pictures, on a CPU in less time.

For reading, where the extra ``chequereader[onnx]`` is installed. Not for training, not for a GPU; what the
layers are is told by ``lenet`` and ``maxpool``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from chequereader.recognition.folded import STATE, FoldedMaps
from chequereader.recognition.lenet import INK, PAPER, UNIT_DISTANCE, LeNet5
from chequereader.recognition.maxpool import MaxPoolLeNet5
from chequereader.segmentation.strip import STRIP

_OPSET, _FORMAT = 17, 8
"""Versions of ONNX's operators and of its files: of 2022, which every ONNX Runtime in use knows."""


def installed() -> bool:
    """Return whether networks can be run so."""
    return all(find_spec(name) is not None for name in ("onnx", "onnxruntime"))


class OnnxNetwork(nn.Module):
    """A network by its weights as they are now, in as many threads as torch has when it first runs."""

    def __init__(self, network: LeNet5 | MaxPoolLeNet5) -> None:
        super().__init__()
        self._source = network

    def picture_scores(self, pictures: Tensor) -> Tensor:
        """Return scores [batch, positions, outputs] of pictures uint8 [batch, 32, width].

        Higher is better.
        """
        single = pictures.shape[2] == STRIP
        session = self._of_one_position if single else self._of_strips
        (scores,) = session.run(None, {"pictures": np.ascontiguousarray(pictures.numpy())})
        found = torch.from_numpy(scores)
        return found[:, None] if single else found[:, :, 0].transpose(1, 2)

    @cached_property
    def _of_one_position(self) -> Any:
        return _session(exported(self._source, single=True))

    @cached_property
    def _of_strips(self) -> Any:
        return _session(exported(self._source, single=False))


def put_in(module: nn.Module) -> None:
    """Let all networks in a recogniser on a CPU run so, in place, by the weights that they have."""
    for parent in list(module.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, LeNet5 | MaxPoolLeNet5):
                setattr(parent, name, OnnxNetwork(child))


def exported(network: LeNet5 | MaxPoolLeNet5, *, single: bool) -> bytes:
    """Return a network as an ONNX model; scores, higher is better, of "pictures" uint8 [batch, 32, width].

    ``single``: pictures are as wide as high, and their one position is a product of matrices, scores [batch,
    outputs]; else scores [batch, outputs, 1, positions].
    """
    made = _Model(single)
    with torch.no_grad():
        if isinstance(network, LeNet5):
            _add_paper_network(made, network)
        else:
            _add_network_of_maxima(made, network)
    return made.written()


def _add_network_of_maxima(made: _Model, network: MaxPoolLeNet5) -> None:
    plain = network.plain()
    # a picture's bytes become the network's input within the first layer
    weight, bias = _of_layer(plain.c1)
    first = (INK - PAPER) / 255.0 * weight, bias + PAPER * weight.flatten(1).sum(dim=1)
    for weights in (first, _of_layer(plain.c3)):
        made.add("Conv", *weights)
        # before the maxima: what follows a convolution at once is part of it
        made.add("Relu")
        made.add("MaxPool", kernel_shape=[2, 2], strides=[2, 2])
    for layer in (plain.c5, plain.f6):
        made.add_column(*_of_layer(layer))
        made.add("Relu")
    made.add_column(*_of_layer(plain.output))


def _add_paper_network(made: _Model, network: LeNet5) -> None:
    network.fold()
    folded = network.folded
    assert folded is not None
    for layer in folded.maps:
        assert isinstance(layer, FoldedMaps)
        made.add("Conv", layer.weight, layer.bias, strides=[layer.stride] * 2, group=layer.groups)
        made.add("Sigmoid")
    for column in folded.columns:
        made.add_column(*_of_layer(column))
        made.add("Sigmoid")
    scale, offset = STATE
    made.add("Mul", torch.tensor(scale))
    made.add("Add", torch.tensor(offset))
    # minus the squared distances to the codes, in parts: the states' own squares are the same for all codes
    states = made.last
    made.add_column((2.0 / UNIT_DISTANCE) * folded.codes[:, :, None, None], -folded.lengths / UNIT_DISTANCE)
    by_code = made.last
    made.add("ReduceSumSquare", of=[states], axes=[1])
    made.add("Mul", torch.tensor(-1.0 / UNIT_DISTANCE))
    made.add("Add", of=[by_code, made.last])


def _of_layer(layer: nn.Module) -> tuple[Tensor, Tensor]:
    weight, bias = layer.weight, layer.bias
    assert isinstance(weight, Tensor)
    assert isinstance(bias, Tensor)
    return weight, bias


class _Model:
    """An ONNX model that grows a node at a time; each takes what the one before gave, ``last``."""

    def __init__(self, single: bool) -> None:
        self.single, self.last = single, "pictures"
        self._nodes: list[Any] = []
        self._weights: list[Any] = []
        self.add("Unsqueeze", np.array([1], np.int64))
        self.add("Cast", to=1)

    def add(
        self, name: str, *weights: Tensor | NDArray[np.int64], of: Sequence[str] = (), **about: Any
    ) -> None:
        """Add an operator with its weights, ``of`` nodes other than the last."""
        import onnx

        inputs = [*of] or [self.last]
        for weight in weights:
            values = weight.float().cpu().numpy() if isinstance(weight, Tensor) else weight
            inputs.append(f"w{len(self._weights)}")
            self._weights.append(onnx.numpy_helper.from_array(np.ascontiguousarray(values), inputs[-1]))
        self.last = f"x{len(self._nodes)}"
        self._nodes.append(onnx.helper.make_node(name, inputs, [self.last], **about))

    def add_column(self, weight: Tensor, bias: Tensor) -> None:
        """Add a layer that sees all of its inputs' height, ``weight`` [outputs, inputs, height, width]."""
        if not self.single:
            self.add("Conv", weight, bias)
            return
        if weight.shape[2:].numel() > 1:
            self.add("Flatten")
        self.add("Gemm", weight.flatten(1), bias, transB=1)

    def written(self) -> bytes:
        """Return the model as a file has it; what came last are the scores."""
        import onnx

        info, helper = onnx.TensorProto, onnx.helper
        width = STRIP if self.single else "width"
        taken = helper.make_tensor_value_info("pictures", info.UINT8, ["batch", STRIP, width])
        shape: list[str | int | None] = ["batch", "outputs", *(() if self.single else (1, "positions"))]
        given = helper.make_tensor_value_info(self.last, info.FLOAT, shape)
        graph = helper.make_graph(self._nodes, "network", [taken], [given], self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_FORMAT)
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())


def _session(model: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.inter_op_num_threads = 1
    # strips have many widths: memory kept for each of them would only grow
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
