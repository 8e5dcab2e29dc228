"""JAX's own functions and their gradients on the CPU, in float32, compiled as a whole as XLA does it.

    python3 jax_numpy.py [standardize]    LayerNorm by jnp.var, or by jax.nn.standardize, whose variance is mean(x^2) - mean(x)^2
"""

import functools
import json
import sys

import jax
import jax.numpy as jnp
import numpy as np

from subject import LABELS, TEACHERS, serve, split


def linear(x, w, b):
    return x @ w.T + b


ONE_PASS = sys.argv[1:] == ["standardize"]


def norm(x, g, b, eps):
    if ONE_PASS:
        return jax.nn.standardize(x, axis=-1, epsilon=eps) * g + b
    return (x - x.mean(-1, keepdims=True)) * jax.lax.rsqrt(x.var(-1, keepdims=True) + eps) * g + b


def attention(x, qkv_w, qkv_b, proj_w, proj_b, heads):
    batch, tokens, dim = x.shape
    q, k, v = jnp.moveaxis(linear(x, qkv_w, qkv_b).reshape(batch, tokens, 3, heads, dim // heads), 2, 0)
    return linear(jax.nn.dot_product_attention(q, k, v).reshape(batch, tokens, dim), proj_w, proj_b)


def mlp(x, w1, b1, w2, b2):
    return linear(jax.nn.gelu(linear(x, w1, b1), approximate=False), w2, b2)


def patch_embed(img, w, b):
    y = jax.lax.conv_general_dilated(img, w, window_strides=w.shape[-2:], padding="VALID")
    return y.reshape(*y.shape[:2], -1).transpose(0, 2, 1) + b


def block(t, a):
    p = {name[2:]: w for name, w in t.items() if name.startswith("p.")}
    own = [p[f"attn.{name}"] for name in ("qkv.weight", "qkv.bias", "proj.weight", "proj.bias")]
    x = t["x"]
    x = x + attention(norm(x, p["norm1.weight"], p["norm1.bias"], a["eps"]), *own, a["heads"])
    own = [p[f"mlp.{name}"] for name in ("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias")]
    return x + mlp(norm(x, p["norm2.weight"], p["norm2.bias"], a["eps"]), *own)


def plain_cubic(n, m):
    """Weights of a resampling that JAX does not have: a = -3/4, borders repeated."""
    source = (jnp.arange(m, dtype=jnp.float32) + 0.5) * (n / m) - 0.5
    taps = jnp.floor(source)[:, None] + jnp.arange(-1, 3, dtype=jnp.float32)
    t, a = jnp.abs(source[:, None] - taps), -0.75
    w = jnp.where(t <= 1, ((a + 2) * t - (a + 3)) * t * t + 1, ((a * t - 5 * a) * t + 8 * a) * t - 4 * a)
    at = jnp.clip(taps, 0, n - 1).astype(int)
    return jnp.zeros((m, n)).at[jnp.arange(m)[:, None], at].add(jnp.where(t < 2, w, 0))


def pos_interp(t, a):
    pe, prefix, (h2, w2) = t["pe"], a["prefix"], a["to"]
    grid = pe[0, prefix:].reshape(*a["from"], -1)
    if a["variant"] == "facebook":
        grid = jnp.einsum("ih,jw,hwd->ijd", plain_cubic(grid.shape[0], h2), plain_cubic(grid.shape[1], w2), grid)
    else:
        grid = jax.image.resize(grid, (h2, w2, grid.shape[-1]), method="cubic", antialias=True)
    return jnp.concatenate([pe[:, :prefix], grid.reshape(1, h2 * w2, -1)], axis=1)


def target(t, classes, smoothing, variant="timm"):
    if "target" in t:
        return t["target"]
    one_hot = jax.nn.one_hot(t[LABELS], classes)
    if variant == "timm":
        return one_hot * (1 - smoothing) + smoothing / classes
    return one_hot * (1 - smoothing) + (1 - one_hot) * (smoothing / (classes - 1))


def cross_entropy(z, y):
    return -(y * jax.nn.log_softmax(z)).sum(-1).mean()


def kl(teacher, student, tau, direction="teacher-student", reduction="batchmean"):
    p, q = (teacher, student) if direction == "teacher-student" else (student, teacher)
    p, q = jax.nn.log_softmax(p / tau), jax.nn.log_softmax(q / tau)
    return (jnp.exp(p) * (p - q)).sum() / (len(p) if reduction == "batchmean" else p.size)


def heads(t):
    return (t["z"], t["z"]) if "z" in t else (t["z_cls"], t["z_dist"])


def soft_distill(t, a):
    cls, dist = heads(t)
    how = {"paper": {}, "paper-literal": {"direction": "student-teacher"}, "facebook": {"reduction": "numel"}}[a["variant"]]
    taught = kl(t["z_teacher"], dist, a["tau"], **how) * a["tau"] ** 2
    return (1 - a["lambda"]) * cross_entropy(cls, target(t, cls.shape[1], a["smoothing"])) + a["lambda"] * taught


def hard_distill(t, a):
    cls, dist = heads(t)
    decided = jax.nn.one_hot(t["z_teacher"].argmax(-1), cls.shape[1])
    return (1 - a["alpha"]) * cross_entropy(cls, target(t, cls.shape[1], a["smoothing"])) + a["alpha"] * cross_entropy(dist, decided)


OPERATIONS = {
    "linear": lambda t, a: linear(t["x"], t["w"], t.get("b", 0)),
    "softmax": lambda t, a: jax.nn.softmax(t["x"]),
    "log_softmax": lambda t, a: jax.nn.log_softmax(t["x"]),
    "gelu": lambda t, a: jax.nn.gelu(t["x"], approximate=False),
    "layernorm": lambda t, a: norm(t["x"], t["g"], t["b"], a["eps"]),
    "mhsa": lambda t, a: attention(t["x"], t["qkv_w"], t["qkv_b"], t["proj_w"], t["proj_b"], a["heads"]),
    "mlp": lambda t, a: mlp(t["x"], t["w1"], t["b1"], t["w2"], t["b2"]),
    "patch_embed": lambda t, a: patch_embed(t["img"], t["w"], t["b"]),
    "block": block,
    "pos_interp": pos_interp,
    "cross_entropy": lambda t, a: cross_entropy(t["z"], target(t, t["z"].shape[1], a["smoothing"], a["variant"])),
    "kl": lambda t, a: kl(t["z_teacher"], t["z_student"], a["tau"], a["direction"], a["reduction"]),
    "soft_distill": soft_distill,
    "hard_distill": hard_distill,
}
# Gradients of deep operations are judged step by step, from activations that are not shown here.
GRADIENTS = [f"{name}.vjp" for name in OPERATIONS if name not in ("mhsa", "block")]


@functools.cache
def compiled(op, attributes):
    """An operation and its gradient; XLA compiles each once for the same shapes."""
    of = functools.partial(OPERATIONS[op], a=json.loads(attributes))

    def slopes(held, learned, upstream):
        y, pull = jax.vjp(lambda some: of({**held, **some}), learned)
        return pull(jnp.ones_like(y) if upstream is None else upstream)[0]

    return jax.jit(of), jax.jit(slopes)


def compute(op, arrays, attributes):
    base, inputs, upstream, wanted = split(op, arrays)
    t = {name: jnp.asarray(x, jnp.int32 if name == LABELS else jnp.float32) for name, x in inputs.items()}
    learned = [name for name in wanted if name not in TEACHERS.get(base, [])]
    held = {name: x for name, x in t.items() if name not in learned}
    value, slopes_of = compiled(base, json.dumps(attributes))
    if not wanted:
        return {"y": value(t)}
    slopes = slopes_of(held, {name: t[name] for name in learned}, None if upstream is None else jnp.asarray(upstream, jnp.float32))
    out = {f"d{name}": slopes[name] for name in learned}
    return {**out, **{f"d{name}": np.zeros(t[name].shape) for name in wanted if name not in learned}}


if __name__ == "__main__":
    served = ["layernorm", "layernorm.vjp", "block"] if ONE_PASS else [*OPERATIONS, *GRADIENTS]
    serve("JAX", jax.__version__, served, compute)
