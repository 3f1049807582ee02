"""Losses, gradients and Hessian-vector products of tiny BERTs in float64, by PyTorch: bert-fixtures.json beside this file.

The networks are made of torch.nn modules; nothing of their formulas is shared with the library. Parameters and
directions come from a formula in whole numbers that bert-fixtures.ts has too, so that they need not be stored. Weights
are [inputs, outputs], as in TensorFlow; they go into the modules transposed, and q, k and v together, by operations that
PyTorch differentiates.

Run once, with PyTorch installed (see tools/setup/requirements-bench.txt):
  python libs/networks/test/make_bert_fixtures.py && npx prettier --write libs/networks/test/bert-fixtures.json
Written with PyTorch 2.15.0, on the CPU.
"""

import json
import pathlib

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel

torch.set_default_dtype(torch.float64)

VOCABULARY, POSITIONS, WIDTH, HEADS, HIDDEN, LAYERS, CLASSES = 31, 7, 8, 2, 16, 2, 3
LENGTH = 6

MASKED_TOKENS = [[2, 4, 19, 4, 25, 3], [2, 30, 4, 3, 4, 3], [2, 5, 17, 4, 4, 3]]
MASKED_SEGMENTS = [[0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 0]]
MASKED_POSITIONS = [[1, 3], [2, 4], [3, 4]]
MASKED_LABELS = [[11, 6], [23, 5], [17, 29]]

# With padding: token 0.
SENTENCE_TOKENS = [[2, 11, 6, 3, 0, 0], [2, 23, 3, 5, 17, 3], [2, 3, 0, 0, 0, 0]]
SENTENCE_SEGMENTS = [[0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1], [0, 0, 0, 0, 0, 0]]
SENTENCE_LABELS = [1, 0, 2]


def number(k):
    """θ: whole numbers modulo a prime, on ±1/2."""
    return (k**3 + 7 * k + 1) % 1009 / 1009 - 0.5


def direction(k):
    return (5 * k**3 + 3 * k * k + k + 2) % 1013 / 1013 - 0.5


def as_float32(values, shape):
    return torch.tensor(values, dtype=torch.float32).double().reshape(shape)


class Encoder(nn.Module):
    def __init__(self, norm):
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.segments = nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(
                WIDTH,
                HEADS,
                HIDDEN,
                dropout=0.0,
                activation="gelu",
                layer_norm_eps=1e-12,
                batch_first=True,
                norm_first=norm == "pre",
            )
            for _ in range(LAYERS)
        )
        self.final = nn.LayerNorm(WIDTH, eps=1e-12) if norm == "pre" else nn.Identity()

    def forward(self, tokens, segments, padding=None):
        places = torch.arange(tokens.shape[1])
        x = self.norm(self.tokens(tokens) + self.positions(places) + self.segments(segments))
        for block in self.blocks:
            x = block(x, src_key_padding_mask=padding)
        return self.final(x)


class MaskedLanguageModel(nn.Module):
    def __init__(self, norm):
        super().__init__()
        self.encoder = Encoder(norm)
        self.head = nn.Linear(WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.bias = nn.Parameter(torch.zeros(VOCABULARY))

    def forward(self):
        tokens, segments = torch.tensor(MASKED_TOKENS), torch.tensor(MASKED_SEGMENTS)
        positions, labels = torch.tensor(MASKED_POSITIONS), torch.tensor(MASKED_LABELS)
        states = self.encoder(tokens, segments)
        picked = torch.stack([states[i, p] for i, p in enumerate(positions)])
        words = self.norm(nn.functional.gelu(self.head(picked)))
        logits = nn.functional.linear(words, self.encoder.tokens.weight, self.bias)
        return nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten())


class Classifier(nn.Module):
    def __init__(self, norm):
        super().__init__()
        self.encoder = Encoder(norm)
        self.pooler = nn.Linear(WIDTH, WIDTH)
        self.output = nn.Linear(WIDTH, CLASSES)

    def forward(self):
        tokens, segments = torch.tensor(SENTENCE_TOKENS), torch.tensor(SENTENCE_SEGMENTS)
        states = self.encoder(tokens, segments, tokens == 0)
        logits = self.output(torch.tanh(self.pooler(states[:, 0])))
        return nn.functional.cross_entropy(logits, torch.tensor(SENTENCE_LABELS))


def layout(kind, norm):
    """Name in the module (None: of the next one's q, k, v), shape and amplitude of each of our tensors, in our order."""

    def dense(name, inputs, outputs):
        return [(f"{name}.weight", (inputs, outputs)), (f"{name}.bias", (outputs,))]

    def normalisation(name):
        return [(f"{name}.weight", (WIDTH,)), (f"{name}.bias", (WIDTH,))]

    shapes = [
        ("encoder.tokens.weight", (VOCABULARY, WIDTH)),
        ("encoder.positions.weight", (POSITIONS, WIDTH)),
        ("encoder.segments.weight", (2, WIDTH)),
        *normalisation("encoder.norm"),
    ]
    for i in range(LAYERS):
        block = f"encoder.blocks.{i}"
        for part in "qkv":
            shapes += dense(f"{block}.self_attn.{part}", WIDTH, WIDTH)
        shapes += dense(f"{block}.self_attn.out_proj", WIDTH, WIDTH) + normalisation(f"{block}.norm1")
        shapes += dense(f"{block}.linear1", WIDTH, HIDDEN) + dense(f"{block}.linear2", HIDDEN, WIDTH)
        shapes += normalisation(f"{block}.norm2")
    if norm == "pre":
        shapes += normalisation("encoder.final")
    if kind == "masked":
        return shapes + dense("head", WIDTH, WIDTH) + normalisation("norm") + [("bias", (VOCABULARY,))]
    return shapes + dense("pooler", WIDTH, WIDTH) + dense("output", WIDTH, CLASSES)


def modules(names, theta):
    """Our tensors as the module's."""
    state = {}
    for name, tensor in zip(names, theta):
        transposed = tensor.dim() == 2 and not name.startswith(("encoder.tokens", "encoder.positions", "encoder.segments"))
        state[name] = tensor.t() if transposed else tensor
    for i in range(LAYERS):
        attention = f"encoder.blocks.{i}.self_attn"
        for what in ("weight", "bias"):
            state[f"{attention}.in_proj_{what}"] = torch.cat([state.pop(f"{attention}.{part}.{what}") for part in "qkv"])
    return state


def rounded(tensors):
    return [[float(f"{value:.7g}") for value in tensor.flatten().tolist()] for tensor in tensors]


def fixture(kind, norm):
    names, shapes = zip(*layout(kind, norm))
    theta, v, k = [], [], 0
    for name, shape in zip(names, shapes):
        size = torch.Size(shape).numel()
        # The scales of normalisations lie about 1.
        scale = "norm" in name and name.endswith("weight") or name == "encoder.final.weight"
        theta.append(as_float32([number(k + i) + (1 if scale else 0) for i in range(size)], shape).requires_grad_())
        v.append(as_float32([direction(k + i) for i in range(size)], shape))
        k += size
    model = MaskedLanguageModel(norm) if kind == "masked" else Classifier(norm)
    with sdpa_kernel(SDPBackend.MATH):
        loss = torch.func.functional_call(model, modules(names, theta), (), strict=True)
        gradient = torch.autograd.grad(loss, theta, create_graph=True)
        slope = sum((g * d).sum() for g, d in zip(gradient, v))
        product = torch.autograd.grad(slope, theta)
    return {"loss": loss.item(), "gradient": rounded(gradient), "product": rounded(product)}


cases = [("masked", "post"), ("masked", "pre"), ("sentence", "post"), ("sentence", "pre")]
rows = lambda *parts: [sum(row, []) for row in zip(*parts)]
result = {
    "masked": {
        "inputs": rows(MASKED_TOKENS, MASKED_SEGMENTS, MASKED_POSITIONS),
        "labels": sum(MASKED_LABELS, []),
        **{norm: fixture(kind, norm) for kind, norm in cases if kind == "masked"},
    },
    "sentence": {
        "inputs": rows(SENTENCE_TOKENS, SENTENCE_SEGMENTS),
        "labels": SENTENCE_LABELS,
        **{norm: fixture(kind, norm) for kind, norm in cases if kind == "sentence"},
    },
}
pathlib.Path(__file__).with_name("bert-fixtures.json").write_text(json.dumps(result))
