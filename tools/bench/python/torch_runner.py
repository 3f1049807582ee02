"""The runner of PyTorch: `python torch_runner.py threads`. It speaks src/protocol.ts."""

import json
import math
import sys
import time
import warnings

# PyTorch warns that NumPy is missing; nothing here needs it.
warnings.filterwarnings("ignore", message="Failed to initialize NumPy")


def write(value):
    print(json.dumps(value), flush=True)


try:
    import torch
    import torch.nn.functional as F
    import torch_bert
    from torch.nn.attention import SDPBackend, sdpa_kernel
except Exception as error:  # a half-installed PyTorch raises more than ImportError
    write({"absent": str(error)})
    sys.exit()


def layer_shapes(network):
    """The shapes of the parameters in PyTorch's layouts: weights [outputs, inputs], images NCHW."""
    if network["kind"] == "bert":
        return torch_bert.shapes(network)
    if network["kind"] == "mlp":
        widths = [network["inputs"], *network["hidden"], network["classes"]]
        convolutions = []
    else:
        height, width, channels = network["image"]
        first, second = network["filters"]
        widths = [height // 4 * (width // 4) * second, *network["hidden"], network["classes"]]
        convolutions = [(first, channels, 5, 5), (first,), (second, first, 5, 5), (second,)]
    dense = [shape for i, o in zip(widths, widths[1:]) for shape in ((o, i), (o,))]
    return convolutions + dense


def start(network):
    if network["kind"] == "bert":
        return torch_bert.start(network)
    return [
        torch.randn(shape) * math.sqrt(2 / math.prod(shape[1:])) if len(shape) > 1 else torch.zeros(shape)
        for shape in layer_shapes(network)
    ]


def examples(network, batch):
    """Inputs, and a class for each row of the logits."""
    if network["kind"] == "bert":
        labels = torch.randint(network["vocabulary"], (batch * network["predictions"],))
        return torch_bert.inputs(network, batch), labels
    if network["kind"] == "mlp":
        shape = (network["inputs"],)
    else:
        height, width, channels = network["image"]
        shape = (channels, height, width)
    return torch.randn((batch, *shape)), torch.randint(network["classes"], (batch,))


def logits(network, theta, x):
    if network["kind"] == "bert":
        return torch_bert.logits(network, theta, x)
    take = iter(theta)
    if network["kind"] == "cnn":
        for _ in range(2):
            x = F.max_pool2d(F.relu(F.conv2d(x, next(take), next(take), padding=2)), 2)
        x = x.flatten(1)
    layers = len(network["hidden"])
    for _ in range(layers):
        x = F.relu(F.linear(x, next(take), next(take)))
    return F.linear(x, next(take), next(take))


def make_optimizer(theta, settings, variant):
    """The formulas of src/optimizers.ts; `variant` is None, "foreach" or "fused"."""
    rule, rate = settings["rule"], settings["learningRate"]
    how = {} if variant is None else {variant: True}
    kind = settings["kind"]
    if kind == "sgd":
        return torch.optim.SGD(theta, lr=rate, **how)
    if kind in ("momentum", "nesterov"):
        nesterov = kind == "nesterov"
        return torch.optim.SGD(theta, lr=rate, momentum=rule["momentum"], nesterov=nesterov, **how)
    if kind == "rmsprop":
        return torch.optim.RMSprop(theta, lr=rate, alpha=rule["decay"], eps=rule["epsilon"], **how)
    options = {"lr": rate, "betas": (rule["beta1"], rule["beta2"]), "eps": rule["epsilon"], **how}
    if kind == "adam":
        return torch.optim.Adam(theta, **options)
    return torch.optim.AdamW(theta, weight_decay=rule["weightDecay"], **options)


class Workload:
    def __init__(self, network, theta, x, y, v, settings, variant):
        self.network, self.theta, self.x, self.y, self.v = network, theta, x, y, v
        for parameter in theta:
            parameter.requires_grad_(True)
        self.optimizer = make_optimizer(theta, settings, variant)
        self.kept_gradient = None

    def loss(self):
        return F.cross_entropy(logits(self.network, self.theta, self.x), self.y)

    def step(self):
        self.optimizer.zero_grad()
        loss = self.loss()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def gradient(self):
        return torch.autograd.grad(self.loss(), self.theta)

    def product(self):
        return torch.autograd.grad(self.gradient_graph(), self.theta, grad_outputs=self.v)

    def point_product(self):
        """Of all products at one point, the first makes the gradient, and its graph is kept."""
        if self.kept_gradient is None:
            self.kept_gradient = self.gradient_graph()
        return torch.autograd.grad(self.kept_gradient, self.theta, grad_outputs=self.v, retain_graph=True)

    def gradient_graph(self):
        """Of PyTorch's kernels of attention, this one alone can be differentiated twice; others are faster."""
        with sdpa_kernel(SDPBackend.MATH):
            return torch.autograd.grad(self.loss(), self.theta, create_graph=True)

    def call(self, work):
        result = self.step() if work == "step" else getattr(self, work.replace("-", "_"))()[-1][-1].item()
        if not math.isfinite(result):
            raise ValueError(f"the {work} came out as {result}")


prepared = {}


def prepare(case, seed, variant):
    once = call_of(case, seed, variant)
    once()
    once()
    prepared[case["name"], variant] = once
    return {}


def call_of(case, seed, variant):
    torch.manual_seed(seed)
    network, batch = case["network"], case["batch"]
    theta = start(network)
    x, y = examples(network, batch)
    v = [torch.randn(parameter.shape) for parameter in theta]
    load = Workload(network, theta, x, y, v, case["optimizer"], variant)
    return lambda: load.call(case["work"])


def time_of(once):
    start = time.perf_counter()
    once()
    return (time.perf_counter() - start) * 1000


def measure(name, variant, milliseconds):
    """Calls until the time is up; the first of several is dropped, for other processes had the caches before it."""
    once = prepared[name, variant]
    times = []
    processor = time.process_time()
    end = time.perf_counter() + milliseconds / 1000
    while not times or time.perf_counter() < end:
        times.append(time_of(once))
    processor = (time.process_time() - processor) * 1000
    return {"times": times[1:] if len(times) > 1 else times, "processor": processor}


def fresh(case, seed, calls):
    memory_before = peak_memory()
    once = call_of(case, seed, None)
    times = [time_of(once) for _ in range(calls)]
    return {"times": times, "memoryBefore": memory_before, "memoryPeak": peak_memory()}


def peak_memory():
    """Bytes; Linux gives KiB, macOS bytes."""
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def matrix_product_flops(side):
    """As src/matrix-product-flops.ts."""
    a, b = torch.rand(side, side), torch.ones(side, side)
    torch.mm(a, b)
    best = min(time_of(lambda: torch.mm(a, b)) for _ in range(10))
    return {"flops": 2 * side**3 / (best / 1000)}


def check(sample, variant):
    network = sample["network"]
    shaped = lambda values: from_typescript(network, values)
    x = torch.tensor(sample["inputs"]).reshape(sample["batch"], -1)
    if network["kind"] == "cnn":
        x = x.reshape(-1, *network["image"]).permute(0, 3, 1, 2).contiguous()
    y = torch.tensor(sample["labels"])
    v = shaped(sample["direction"])
    make = lambda settings: Workload(network, shaped(sample["parameters"]), x, y, v, settings, variant)
    norm = lambda tensors: math.hypot(*(tensor.norm().item() for tensor in tensors))
    load = make({"kind": "sgd", "rule": {}, "learningRate": sample["learningRate"]})
    gradient, product = norm(load.gradient()), norm(load.product())
    load.point_product()
    point_product = norm(load.point_product())
    answers = {"loss": load.step(), "gradient": gradient, "product": product, "pointProduct": point_product}
    after = {}
    for settings in sample["optimizers"]:
        updated = make(settings)
        for _ in range(sample["updates"]):
            updated.step()
        after[settings["kind"]] = updated.loss().item()
    return {**answers, "lossAfterStep": load.loss().item(), "lossAfter": after}


def from_typescript(network, parameters):
    if network["kind"] == "bert":
        return torch_bert.from_typescript(network, parameters)
    shapes = layer_shapes(network)
    return [parameter_from_typescript(network, i, *each) for i, each in enumerate(zip(parameters, shapes))]


def parameter_from_typescript(network, index, values, shape):
    """One parameter from the TypeScript layout: filters HWIO, weights [inputs, outputs], flattened images NHWC."""
    values = torch.tensor(values)
    if len(shape) == 1:
        return values
    if len(shape) == 4:
        outputs, inputs, height, width = shape
        return values.reshape(height, width, inputs, outputs).permute(3, 2, 0, 1).contiguous()
    outputs, inputs = shape
    if network["kind"] == "cnn" and index == 4:
        height, width, _ = network["image"]
        values = values.reshape(height // 4, width // 4, -1, outputs).permute(2, 0, 1, 3)
    return values.reshape(inputs, outputs).T.contiguous()


def answer(request):
    try:
        variant = request.get("variant")
        if "prepare" in request:
            return prepare(request["prepare"], request["seed"], variant)
        if "measure" in request:
            return measure(request["measure"], variant, request["milliseconds"])
        if "fresh" in request:
            return fresh(request["fresh"], request["seed"], request["calls"])
        if "peak" in request:
            return matrix_product_flops(request["peak"])
        return check(request["check"], variant)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


torch.set_num_threads(int(sys.argv[1]))
write({"ready": {"version": f"PyTorch {torch.__version__}", "threads": torch.get_num_threads()}})
for line in sys.stdin:
    write(answer(json.loads(line)))
