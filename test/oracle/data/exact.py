"""Every operation and gradient of the table to 50 digits and more, by a route of its own: mpmath, from the formulas of the papers.

    pip install mpmath gmpy2 numpy && python3 test/oracle/data/exact.py test/oracle/data/exact.safetensors

Inputs are float64 numbers from a seeded generator, results pairs of float64 numbers: `y`, the nearest one, and `y.rest`, what is left. Values are computed
with 700 digits. Gradients are differences of them, (L(x + h) - L(x))/h with h = 1e-320: no formula for a derivative is used, and a slope as small as the
smallest float64 number still has 50 digits and more beside an L near 1. Takes some minutes.
"""

import json
import struct
import sys
from fractions import Fraction
from math import floor

import mpmath
import numpy as np
from mpmath import mp, mpf

mp.dps = 700
STEP = mpf(10) ** -320
exp, log, sqrt, erfc = (np.vectorize(f, otypes=[object]) for f in (mp.exp, mp.log, mp.sqrt, mp.erfc))
number = np.vectorize(mpf, otypes=[object])
random = np.random.default_rng(20170612)


# The operations.


def linear(t, a):
    y = t["x"] @ t["w"].T
    return y + t["b"] if "b" in t else y


def softmax(x):
    e = exp(x)
    return e / e.sum(-1, keepdims=True)


def log_softmax(x):
    return x - log(exp(x).sum(-1, keepdims=True))


def gelu(x):
    return x * erfc(-x / mp.sqrt(2)) / 2


def layernorm(x, g, b, eps):
    mean = x.sum(-1, keepdims=True) / x.shape[-1]
    variance = ((x - mean) ** 2).sum(-1, keepdims=True) / x.shape[-1]
    return (x - mean) / sqrt(variance + mpf(eps)) * g + b


def attention(x, p, heads):
    batch, tokens, dim = x.shape
    width = dim // heads
    q, k, v = np.split(x @ p["qkv_w"].T + p["qkv_b"], 3, axis=-1)
    out = np.empty((batch, tokens, dim), object)
    for i in range(batch):
        for h in range(heads):
            part = slice(h * width, (h + 1) * width)
            shares = softmax(q[i, :, part] @ k[i, :, part].T / mp.sqrt(width))
            out[i, :, part] = shares @ v[i, :, part]
    return out @ p["proj_w"].T + p["proj_b"]


def mlp(x, w1, b1, w2, b2):
    return gelu(x @ w1.T + b1) @ w2.T + b2


def patch_embed(img, w, b):
    batch, _, height, width = img.shape
    dim, _, side, _ = w.shape
    tokens = []
    for y in range(0, height, side):
        for x in range(0, width, side):
            patch = img[:, :, y : y + side, x : x + side].reshape(batch, -1)
            tokens.append(patch @ w.reshape(dim, -1).T + b)
    return np.stack(tokens, axis=1)


def block(x, p, heads, eps):
    normed = layernorm(x, p["norm1.weight"], p["norm1.bias"], eps)
    own = {"qkv_w": "attn.qkv.weight", "qkv_b": "attn.qkv.bias", "proj_w": "attn.proj.weight", "proj_b": "attn.proj.bias"}
    x = x + attention(normed, {short: p[name] for short, name in own.items()}, heads)
    normed = layernorm(x, p["norm2.weight"], p["norm2.bias"], eps)
    return x + mlp(normed, *(p[f"mlp.{name}"] for name in ("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias")))


def cubic(a, x):
    """Keys' kernel, in fractions."""
    x = abs(x)
    if x <= 1:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1
    return a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a if x < 2 else Fraction(0)


def weights(n, m, variant):
    """Row i says what output i of m takes of each of n inputs."""
    rows = []
    for i in range(m):
        row = [Fraction(0)] * n
        if variant == "facebook":
            source = (i + Fraction(1, 2)) * Fraction(n, m) - Fraction(1, 2)
            for tap in range(floor(source) - 1, floor(source) + 3):
                row[min(max(tap, 0), n - 1)] += cubic(Fraction(-3, 4), source - tap)
        else:
            stretch = max(Fraction(n, m), Fraction(1))
            centre = (i + Fraction(1, 2)) * Fraction(n, m)
            first, end = max(int(centre - 2 * stretch + Fraction(1, 2)), 0), min(int(centre + 2 * stretch + Fraction(1, 2)), n)
            for j in range(first, end):
                row[j] = cubic(Fraction(-1, 2), (j - centre + Fraction(1, 2)) / stretch)
            row = [w / sum(row) for w in row]
        rows.append([mpf(w.numerator) / w.denominator for w in row])
    return np.array(rows, object)


def pos_interp(pe, a):
    (h, w), (h2, w2), prefix = a["from"], a["to"], a["prefix"]
    tall, wide = weights(h, h2, a["variant"]), weights(w, w2, a["variant"])
    grid = pe[0, prefix:].reshape(h, w, -1)
    out = [(tall[i] @ (wide[j] @ grid)) for i in range(h2) for j in range(w2)]
    return np.concatenate([pe[:, :prefix], np.array(out, object)[None]], axis=1)


def target(t, a, classes, variant="timm"):
    if "target" in t:
        return t["target"]
    eps = mpf(a.get("smoothing", 0))
    rows = []
    for label in t["labels"]:
        spread, top = (eps / classes, 1 - eps + eps / classes) if variant == "timm" else (eps / (classes - 1), 1 - eps)
        rows.append([top if c == int(label) else spread for c in range(classes)])
    return np.array(rows, object)


def cross_entropy(z, y):
    return -(y * log_softmax(z)).sum() / len(z)


def kl(teacher, student, tau, direction="teacher-student", reduction="batchmean"):
    p, q = (log_softmax(z / mpf(tau)) for z in ((teacher, student) if direction == "teacher-student" else (student, teacher)))
    return (exp(p) * (p - q)).sum() / (len(p) if reduction == "batchmean" else p.size)


def soft_distill(cls, student, y, teacher, tau, weight, variant):
    how = {"paper": {}, "paper-literal": {"direction": "student-teacher"}, "facebook": {"reduction": "numel"}}[variant]
    return (1 - mpf(weight)) * cross_entropy(cls, y) + mpf(weight) * mpf(tau) ** 2 * kl(teacher, student, tau, **how)


def hard_distill(cls, student, y, teacher, alpha):
    decided = np.array([[mpf(int(c == max(range(len(row)), key=row.__getitem__))) for c in range(len(row))] for row in teacher], object)
    return (1 - mpf(alpha)) * cross_entropy(cls, y) + mpf(alpha) * cross_entropy(student, decided)


def logits(t, a):
    p = t
    x = patch_embed(t["image"], p["patch_embed.proj.weight"], p["patch_embed.proj.bias"])
    special = [p[name] for name in ("cls_token", "dist_token") if name in p]
    x = np.concatenate([np.repeat(token, len(x), axis=0) for token in special] + [x], axis=1) + p["pos_embed"]
    for i in range(a["depth"]):
        prefix = f"blocks.{i}."
        x = block(x, {name[len(prefix) :]: w for name, w in p.items() if name.startswith(prefix)}, a["heads"], a["eps"])
    x = layernorm(x, p["norm.weight"], p["norm.bias"], a["eps"])
    heads = [x[:, i] @ p[f"{name}.weight"].T + p[f"{name}.bias"] for i, name in enumerate(("head", "head_dist")[: len(special)])]
    return heads[0], heads[-1]


def forward(t, a):
    cls, dist = logits(t, a)
    out = {"logits_cls": cls, "logits_eval": (cls + dist) / 2}
    return {**out, "logits_dist": dist} if a["distilled"] else out


def model_loss(t, a):
    cls, dist = logits(t, a)
    loss = a["loss"]
    if loss.get("head") == "eval":
        cls = dist = (cls + dist) / 2
    y = target(t, loss, a["classes"])
    if loss["kind"] == "none":
        return cross_entropy(cls, y)
    if loss["kind"] == "hard":
        return hard_distill(cls, dist, y, t["z_teacher"], loss["alpha"])
    return soft_distill(cls, dist, y, t["z_teacher"], loss["tau"], loss["alpha"], loss["variant"])


def heads_of(t):
    return (t["z"], t["z"]) if "z" in t else (t["z_cls"], t["z_dist"])


OPERATIONS = {
    "linear": linear,
    "softmax": lambda t, a: softmax(t["x"]),
    "log_softmax": lambda t, a: log_softmax(t["x"]),
    "gelu": lambda t, a: gelu(t["x"]),
    "layernorm": lambda t, a: layernorm(t["x"], t["g"], t["b"], a["eps"]),
    "mhsa": lambda t, a: attention(t["x"], t, a["heads"]),
    "mlp": lambda t, a: mlp(t["x"], t["w1"], t["b1"], t["w2"], t["b2"]),
    "patch_embed": lambda t, a: patch_embed(t["img"], t["w"], t["b"]),
    "block": lambda t, a: block(t["x"], {name[2:]: w for name, w in t.items() if name.startswith("p.")}, a["heads"], a["eps"]),
    "pos_interp": lambda t, a: pos_interp(t["pe"], a),
    "cross_entropy": lambda t, a: cross_entropy(t["z"], target(t, a, t["z"].shape[1], a["variant"])),
    "kl": lambda t, a: kl(t["z_teacher"], t["z_student"], a["tau"], a["direction"], a["reduction"]),
    "soft_distill": lambda t, a: soft_distill(
        *heads_of(t), target(t, a, t["z_teacher"].shape[1]), t["z_teacher"], a["tau"], a["lambda"], a["variant"]
    ),
    "hard_distill": lambda t, a: hard_distill(*heads_of(t), target(t, a, t["z_teacher"].shape[1]), t["z_teacher"], a["alpha"]),
}
NOT_LEARNED = {"labels"}
STILL = {"soft_distill": "z_teacher", "hard_distill": "z_teacher"}


def gradients(scalar, t, names):
    """d scalar / d t[name], each by moving one number a little."""
    start, out = scalar(t), {}
    for name in names:
        slopes = np.empty(t[name].shape, object)
        for at in np.ndindex(t[name].shape):
            moved = t[name].copy()
            moved[at] += STEP
            slopes[at] = (scalar({**t, name: moved}) - start) / STEP
        out[name] = slopes
    return out


# The cases.


def normal(*shape, scale=1.0, offset=0.0):
    return offset + scale * random.standard_normal(shape)


def affine(out, into):
    return normal(out, into, scale=into**-0.5), normal(out, scale=0.3)


def norm(dim):
    return 1 + normal(dim, scale=0.2), normal(dim, scale=0.3)


def shares(rows, classes):
    parts = random.integers(1, 1000, (rows, classes))
    return np.diff(np.floor(np.cumsum(parts, 1) * 2**20 / parts.sum(1, keepdims=True)), axis=1, prepend=0) / 2**20


def norm_case(x, eps):
    g, b = norm(x.shape[-1])
    return ("layernorm", {"eps": eps}, {"x": x, "g": g, "b": b})


def mhsa_case(x, heads, scale=1.0):
    dim = x.shape[-1]
    (qkv_w, qkv_b), (proj_w, proj_b) = affine(3 * dim, dim), affine(dim, dim)
    return ("mhsa", {"heads": heads}, {"x": x, "qkv_w": scale * qkv_w, "qkv_b": qkv_b, "proj_w": proj_w, "proj_b": proj_b})


def mlp_case(x, hidden):
    (w1, b1), (w2, b2) = affine(hidden, x.shape[-1]), affine(x.shape[-1], hidden)
    return ("mlp", {}, {"x": x, "w1": w1, "b1": b1, "w2": w2, "b2": b2})


def block_params(dim, hidden, prefix):
    sizes = {"norm1": norm(dim), "attn.qkv": affine(3 * dim, dim), "attn.proj": affine(dim, dim)}
    sizes |= {"norm2": norm(dim), "mlp.fc1": affine(hidden, dim), "mlp.fc2": affine(dim, hidden)}
    return {f"{prefix}{name}.{kind}": w for name, pair in sizes.items() for kind, w in zip(("weight", "bias"), pair)}


def model(a, batch):
    (height, width), patch, dim = a["image"], a["patch"], a["dim"]
    special = 2 if a["distilled"] else 1
    tokens = special + height * width // patch**2
    out = {"image": normal(batch, a["channels"], height, width), "cls_token": normal(1, 1, dim, scale=0.5)}
    if a["distilled"]:
        out["dist_token"] = normal(1, 1, dim, scale=0.5)
    out["pos_embed"] = normal(1, tokens, dim, scale=0.5)
    out["patch_embed.proj.weight"] = normal(dim, a["channels"], patch, patch, scale=0.4)
    out["patch_embed.proj.bias"] = normal(dim, scale=0.3)
    for i in range(a["depth"]):
        out |= block_params(dim, a["hidden"], f"blocks.{i}.")
    out["norm.weight"], out["norm.bias"] = norm(dim)
    for name in ("head", "head_dist")[:special]:
        out[f"{name}.weight"], out[f"{name}.bias"] = affine(a["classes"], dim)
    return out


FORWARD = {"dim": 6, "depth": 2, "heads": 2, "hidden": 9, "patch": 2, "channels": 3, "image": [4, 6], "classes": 5, "distilled": True, "eps": 1e-6}
TRAINED = {**FORWARD, "depth": 1, "heads": 3, "hidden": 5, "image": [2, 4], "channels": 1, "classes": 4}
RIM = [700.0, -700.0, 0.0, 699.5, -745.0, 12.25]
TAIL = [-37.4, -30.1, -20.3, -12.7, -8.9, -6.1, -5.3, -4.2, -3.3, -2.1, -0.7517915, -1e-3, -1e-9, -1e-300, 1e-9, 0.3, 1.7, 5.9, 8.3, 40.0]
LABELS = np.array([2, 0, 4])
SURE = np.where(np.arange(5) == LABELS[:, None], 40.0, 0.0)


def cases():
    yield "linear", {}, {"x": normal(2, 3, 7), "w": normal(5, 7), "b": normal(5)}
    yield "linear", {}, {"x": normal(2, 200), "w": normal(3, 200)}
    cancelling = normal(2, 8, scale=1e8)
    yield "linear", {}, {"x": np.concatenate([cancelling, normal(2, 8)], 1), "w": np.concatenate([np.ones((1, 8)), normal(1, 8)], 1), "b": -cancelling.sum(1)[:1]}
    for name in ("softmax", "log_softmax"):
        yield name, {}, {"x": normal(2, 3, 7)}
        yield name, {}, {"x": normal(2, 198, scale=12)}
        yield name, {}, {"x": np.array([RIM, RIM[::-1], [-700.0] * 6, [700.0] * 5 + [699.0]])}
        yield name, {}, {"x": normal(2, 6, offset=1e6, scale=1e-3)}
    yield "gelu", {}, {"x": normal(4, 9, scale=2)}
    yield "gelu", {}, {"x": np.array([TAIL])}
    yield norm_case(normal(2, 3, 5), 1e-6)
    yield norm_case(normal(2, 192, scale=1e-3), 1e-6)
    yield norm_case(normal(3, 8, offset=1e3, scale=1e-6), 1e-12)
    yield norm_case(normal(3, 8, offset=1e6, scale=1e-3), 1e-12)
    yield norm_case(normal(3, 15, offset=100), 1e-12)
    yield norm_case(normal(3, 8, scale=1e-8), 1e-12)
    yield norm_case(np.ones((2, 15)), 1e-12)
    yield mhsa_case(normal(2, 3, 6), 2)
    yield mhsa_case(normal(1, 5, 6, scale=12), 3, scale=2)
    yield mlp_case(normal(2, 3, 4), 9)
    yield mlp_case(normal(3, 5, scale=8), 7)
    yield "patch_embed", {}, {"img": normal(2, 3, 4, 6), "w": normal(5, 3, 2, 2), "b": normal(5)}
    yield "block", {"heads": 2, "eps": 1e-6}, {"x": normal(2, 3, 4), **block_params(4, 7, "p.")}
    yield "block", {"heads": 3, "eps": 1e-6}, {"x": normal(1, 4, 6, scale=1e-3), **block_params(6, 5, "p.")}
    for variant in ("facebook", "timm-antialias"):
        for sizes in (([4, 3], [5, 7], 2), ([4, 5], [7, 3], 1), ([7, 2], [3, 5], 1), ([3, 14], [4, 24], 2)):
            a = dict(zip(("from", "to", "prefix"), sizes), variant=variant)
            yield "pos_interp", a, {"pe": normal(1, a["prefix"] + a["from"][0] * a["from"][1], 3)}
    for variant, smoothing in (("timm", 0), ("timm", 0.1), ("paper", 0.1)):
        yield "cross_entropy", {"smoothing": smoothing, "variant": variant}, {"z": normal(3, 5, scale=2), "labels": LABELS}
    hard = {"smoothing": 0, "variant": "timm"}
    yield "cross_entropy", hard, {"z": normal(4, 6), "target": shares(4, 6)}
    yield "cross_entropy", hard, {"z": SURE + normal(3, 5), "labels": LABELS}
    yield "cross_entropy", hard, {"z": 20 * SURE, "labels": LABELS}
    yield "cross_entropy", hard, {"z": np.array([RIM, RIM[::-1]]), "labels": np.array([1, 3])}
    z = normal(3, 5, scale=2)
    for tau, direction, reduction in ((1, "teacher-student", "batchmean"), (3, "student-teacher", "numel")):
        a = {"tau": tau, "direction": direction, "reduction": reduction}
        yield "kl", a, {"z_teacher": normal(3, 5, scale=2), "z_student": normal(3, 5, scale=2)}
        yield "kl", a, {"z_teacher": z, "z_student": z + normal(3, 5, scale=1e-8)}
        yield "kl", a, {"z_teacher": z, "z_student": z}
        yield "kl", a, {"z_teacher": np.array([RIM]), "z_student": normal(1, 6)}
    two = {"z_cls": normal(3, 5, scale=2), "z_dist": normal(3, 5, scale=2), "z_teacher": normal(3, 5, scale=2)}
    for variant, tau, weight, smoothing in (("paper", 3, 0.1, 0), ("facebook", 1, 0.5, 0.1), ("paper-literal", 2.5, 0.3, 0)):
        yield "soft_distill", {"tau": tau, "lambda": weight, "variant": variant, "smoothing": smoothing}, {**two, "labels": LABELS}
    paper = {"tau": 3, "lambda": 0.1, "variant": "paper", "smoothing": 0}
    yield "soft_distill", paper, {"z": normal(2, 4), "z_teacher": normal(2, 4), "target": shares(2, 4)}
    yield "soft_distill", paper, {"z": SURE, "z_teacher": SURE + normal(3, 5, scale=1e-9), "labels": LABELS}
    yield "hard_distill", {"alpha": 0.3, "smoothing": 0.1}, {**two, "labels": LABELS}
    yield "hard_distill", {"alpha": 0.5, "smoothing": 0}, {"z": normal(2, 4), "z_teacher": normal(2, 4), "target": shares(2, 4)}
    yield "forward", FORWARD, model(FORWARD, 2)
    yield "forward", {**FORWARD, "distilled": False}, model({**FORWARD, "distilled": False}, 1)
    for loss, more in (
        ({"kind": "soft", "tau": 3, "alpha": 0.1, "variant": "paper"}, {"z_teacher": normal(2, 4), "labels": np.array([3, 1])}),
        ({"kind": "hard", "alpha": 0.5, "smoothing": 0.1}, {"z_teacher": normal(2, 4), "labels": np.array([3, 1])}),
        ({"kind": "none", "head": "eval"}, {"target": shares(2, 4)}),
    ):
        yield "loss_gradient", {**TRAINED, "loss": loss}, {**model(TRAINED, 2), **more}


# What is written.


def results(op, a, given):
    """The outputs of an operation by name, and of its gradient under `.vjp`, with the upstream gradient that it is given."""
    t = {name: number(np.asarray(x, float)) for name, x in given.items()}
    if op == "forward":
        yield op, {}, forward(t, a)
    elif op == "loss_gradient":
        learned = [name for name in t if name not in ("labels", "target", "z_teacher")]
        slopes = gradients(lambda s: model_loss(s, a), t, learned)
        yield op, {}, {"loss": model_loss(t, a), **{"dimage" if name == "image" else f"d.{name}": d for name, d in slopes.items()}}
    else:
        y = np.asarray(OPERATIONS[op](t, a), object)
        yield op, {}, {"y": y}
        upstream = {"dy": normal(*y.shape)} if y.shape else {}
        dy = number(upstream["dy"]) if y.shape else mpf(1)
        still = STILL.get(op)
        slopes = gradients(lambda s: (dy * OPERATIONS[op](s, a)).sum() if y.shape else OPERATIONS[op](s, a), t, sorted(set(t) - NOT_LEARNED - {still}))
        none = {f"d{still}": number(np.zeros(t[still].shape))} if still else {}
        yield f"{op}.vjp", upstream, {**{f"d{name}": d for name, d in slopes.items()}, **none}


def save(path, tensors, meta):
    header, at, blobs = {"__metadata__": meta}, 0, []
    for name, x in tensors.items():
        blob = np.ascontiguousarray(x, "<f8").tobytes()
        header[name] = {"dtype": "F64", "shape": list(x.shape), "data_offsets": [at, at + len(blob)]}
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def main(path):
    tensors, names = {}, []
    for i, (op, a, given) in enumerate(cases()):
        done = list(results(op, a, given))
        for kind, upstream, out in done:
            at = f"{len(names)}/"
            names.append({"op": kind, "attrs": a})
            inputs = {**given, **upstream}
            # A gradient has the inputs of its operation, which stand before it.
            for name, x in (upstream if kind.endswith(".vjp") else inputs).items():
                tensors[f"{at}{name}"] = np.asarray(x, float)
            for name, y in out.items():
                y = np.asarray(y, object)
                near = np.vectorize(float, otypes=[float])(y)
                tensors[f"{at}={name}"] = near
                tensors[f"{at}={name}.rest"] = np.vectorize(lambda v, n: float(v - mpf(n)), otypes=[float])(y, near)
        print(i, op, sum(x.size for x in tensors.values()), flush=True)
    save(path, tensors, {"cases": json.dumps(names), "made by": f"mpmath {mpmath.__version__}, {mp.dps} digits"})


if __name__ == "__main__":
    main(sys.argv[1])
