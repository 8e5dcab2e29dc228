"""PyTorch's own operators and their gradients, in the type of the first argument: float32, bfloat16 or float16."""

import sys

import numpy as np
import torch
import torch.nn.functional as F

from subject import LABELS, TEACHERS, serve, split

DTYPE = getattr(torch, sys.argv[1] if len(sys.argv) > 1 else "float32")
torch.set_num_threads(1)


def attention(x, qkv_w, qkv_b, proj_w, proj_b, heads):
    batch, tokens, dim = x.shape
    q, k, v = F.linear(x, qkv_w, qkv_b).reshape(batch, tokens, 3, heads, dim // heads).permute(2, 0, 3, 1, 4).unbind(0)
    if hasattr(F, "scaled_dot_product_attention"):
        context = F.scaled_dot_product_attention(q, k, v)
    else:
        context = ((q @ k.transpose(-2, -1)) * (dim // heads) ** -0.5).softmax(-1) @ v
    return F.linear(context.transpose(1, 2).reshape(batch, tokens, dim), proj_w, proj_b)


def mlp(x, w1, b1, w2, b2):
    return F.linear(F.gelu(F.linear(x, w1, b1)), w2, b2)


def patch_embed(img, w, b):
    return F.conv2d(img, w, b, stride=w.shape[-1]).flatten(2).transpose(1, 2)


def norm(x, g, b, eps):
    return F.layer_norm(x, x.shape[-1:], g, b, eps)


def block(t, a):
    p = {name[2:]: w for name, w in t.items() if name.startswith("p.")}
    own = [p[f"attn.{name}"] for name in ("qkv.weight", "qkv.bias", "proj.weight", "proj.bias")]
    x = t["x"]
    x = x + attention(norm(x, p["norm1.weight"], p["norm1.bias"], a["eps"]), *own, a["heads"])
    own = [p[f"mlp.{name}"] for name in ("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias")]
    return x + mlp(norm(x, p["norm2.weight"], p["norm2.bias"], a["eps"]), *own)


def pos_interp(t, a):
    pe, prefix = t["pe"], a["prefix"]
    grid = pe[:, prefix:].reshape(1, *a["from"], -1).permute(0, 3, 1, 2)
    antialias = a["variant"] == "timm-antialias"
    grid = F.interpolate(grid, size=tuple(a["to"]), mode="bicubic", align_corners=False, antialias=antialias)
    return torch.cat([pe[:, :prefix], grid.flatten(2).transpose(1, 2)], dim=1)


def cross_entropy(z, t, smoothing=0.0, variant="timm"):
    if "target" in t:
        return F.cross_entropy(z, t["target"])
    if variant == "timm" or smoothing == 0:
        return F.cross_entropy(z, t[LABELS], label_smoothing=smoothing)
    target = torch.full_like(z, smoothing / (z.shape[1] - 1)).scatter(1, t[LABELS][:, None], 1 - smoothing)
    return F.cross_entropy(z, target)


def kl(teacher, student, tau, direction="teacher-student", reduction="batchmean"):
    p, q = (teacher, student) if direction == "teacher-student" else (student, teacher)
    p, q = F.log_softmax(p / tau, dim=1), F.log_softmax(q / tau, dim=1)
    if reduction == "batchmean":
        return F.kl_div(q, p, reduction="batchmean", log_target=True)
    return F.kl_div(q, p, reduction="sum", log_target=True) / q.numel()


def heads(t):
    return (t["z"], t["z"]) if "z" in t else (t["z_cls"], t["z_dist"])


def soft_distill(t, a):
    cls, dist = heads(t)
    how = {"paper": {}, "paper-literal": {"direction": "student-teacher"}, "facebook": {"reduction": "numel"}}[a["variant"]]
    taught = kl(t["z_teacher"].detach(), dist, a["tau"], **how) * (a["tau"] * a["tau"])
    return cross_entropy(cls, t, a["smoothing"]) * (1 - a["lambda"]) + taught * a["lambda"]


def hard_distill(t, a):
    cls, dist = heads(t)
    taught = F.cross_entropy(dist, t["z_teacher"].argmax(dim=1))
    return cross_entropy(cls, t, a["smoothing"]) * (1 - a["alpha"]) + taught * a["alpha"]


OPERATIONS = {
    "linear": lambda t, a: F.linear(t["x"], t["w"], t.get("b")),
    "softmax": lambda t, a: F.softmax(t["x"], dim=-1),
    "log_softmax": lambda t, a: F.log_softmax(t["x"], dim=-1),
    "gelu": lambda t, a: F.gelu(t["x"]),
    "layernorm": lambda t, a: norm(t["x"], t["g"], t["b"], a["eps"]),
    "mhsa": lambda t, a: attention(t["x"], t["qkv_w"], t["qkv_b"], t["proj_w"], t["proj_b"], a["heads"]),
    "mlp": lambda t, a: mlp(t["x"], t["w1"], t["b1"], t["w2"], t["b2"]),
    "patch_embed": lambda t, a: patch_embed(t["img"], t["w"], t["b"]),
    "block": block,
    "pos_interp": pos_interp,
    "cross_entropy": lambda t, a: cross_entropy(t["z"], t, a["smoothing"], a["variant"]),
    "kl": lambda t, a: kl(t["z_teacher"], t["z_student"], a["tau"], a["direction"], a["reduction"]),
    "soft_distill": soft_distill,
    "hard_distill": hard_distill,
}
# Gradients of deep operations are judged step by step, from activations that are not shown here.
GRADIENTS = [f"{name}.vjp" for name in OPERATIONS if name not in ("mhsa", "block")]


def compute(op, arrays, attributes):
    base, inputs, upstream, wanted = split(op, arrays)
    t = {name: torch.from_numpy(np.array(x)) for name, x in inputs.items()}
    t = {name: x.long() if name == LABELS else x.to(DTYPE) for name, x in t.items()}
    learned = [name for name in wanted if name not in TEACHERS.get(base, [])]
    for name in learned:
        t[name].requires_grad_()
    y = OPERATIONS[base](t, attributes)
    if not wanted:
        return {"y": y.detach().double().numpy()}
    y.backward(None if upstream is None else torch.from_numpy(np.array(upstream)).to(DTYPE))
    out = {f"d{name}": t[name].grad.double().numpy() for name in learned}
    return {**out, **{f"d{name}": np.zeros(t[name].shape) for name in wanted if name not in learned}}


if __name__ == "__main__":
    serve("PyTorch", torch.__version__, [*OPERATIONS, *GRADIENTS], compute)
