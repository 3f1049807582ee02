"""The BERT of libs/networks/src/bert.ts, with its norms after each sum, in the form in which PyTorch is fastest:
queries, keys and values by one product, as in its MultiheadAttention."""

import torch
import torch.nn.functional as F

EPSILON = 1e-12  # of the layer norms

# The first parameters are lookup tables: of words, positions and segments.
TABLES = 3


def shapes(network):
    """Of the parameters: weights [outputs, inputs], tables [rows, width]."""
    width, hidden, words = network["width"], network["feedForward"], network["vocabulary"]
    norm = [(width,), (width,)]
    tables = [(words, width), (network["length"], width), (2, width)]
    attention = [*dense(width, 3 * width), *dense(width, width), *norm]
    block = [*attention, *dense(width, hidden), *dense(hidden, width), *norm]
    return [*tables, *norm, *network["layers"] * block, *dense(width, width), *norm, (words,)]


def dense(inputs, outputs):
    return [(outputs, inputs), (outputs,)]


def start(network):
    """Weights of N(0, 0.02²), biases 0; the norms, pairs of equal vectors behind one another, start at 1 and 0."""
    of = shapes(network)
    scales = [shape == after and len(shape) == 1 for shape, after in zip(of, [*of[1:], None])]
    return [
        0.02 * torch.randn(shape) if len(shape) > 1 else torch.full(shape, float(is_scale))
        for shape, is_scale in zip(of, scales)
    ]


def inputs(network, batch):
    """As src/examples.ts: words, segments and masked positions of each sequence, in one row."""
    length, predictions = network["length"], network["predictions"]
    words = torch.randint(5, network["vocabulary"], (batch, length))
    segments = (torch.arange(length) >= length / 2).long()
    positions = torch.arange(predictions) * length // predictions
    return torch.cat([words, torch.cat([segments, positions]).expand(batch, -1)], 1)


def logits(network, theta, x):
    """Of the masked positions: [batch · predictions, words]."""
    width, length = network["width"], network["length"]
    words, segments, positions = x.split([length, length, network["predictions"]], 1)
    take = iter(theta)
    norm = lambda h: F.layer_norm(h, (width,), next(take), next(take), EPSILON)
    table = next(take)
    h = norm(F.embedding(words, table) + next(take) + F.embedding(segments, next(take)))
    for _ in range(network["layers"]):
        seen = attended(F.linear(h, next(take), next(take)), network["heads"])
        h = norm(h + F.linear(seen, next(take), next(take)))
        hidden = F.gelu(F.linear(h, next(take), next(take)))
        h = norm(h + F.linear(hidden, next(take), next(take)))
    places = positions + length * torch.arange(len(x))[:, None]
    h = h.flatten(0, 1).index_select(0, places.flatten())
    h = norm(F.gelu(F.linear(h, next(take), next(take))))
    return F.linear(h, table, next(take))


def attended(projected, heads):
    """[batch, tokens, 3 · width] to [batch, tokens, width]."""
    q, k, v = (each.unflatten(-1, (heads, -1)).transpose(1, 2) for each in projected.chunk(3, -1))
    return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)


def from_typescript(network, parameters):
    """The TypeScript network has weights as [inputs, outputs], and those of queries, keys and values one by one."""
    values = iter([torch.tensor(each) for each in parameters])
    width = network["width"]
    theta = []
    for place, shape in enumerate(shapes(network)):
        if place < TABLES:
            theta.append(next(values).reshape(shape))
        elif shape == (3 * width, width):
            # Weights and bias take turns: q, q's bias, k, …
            parts = [next(values) for _ in range(6)]
            theta.append(torch.cat([weights.reshape(width, width).T for weights in parts[::2]]))
            theta.append(torch.cat(parts[1::2]))
        elif shape != (3 * width,):
            each = next(values)
            theta.append(each if len(shape) == 1 else each.reshape(shape[::-1]).T.contiguous())
    return theta
