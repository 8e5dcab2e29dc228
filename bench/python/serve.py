"""PyTorch in a process of its own: one JSON message a line in, one answer a line out (see child/serve.mjs)."""

import json
import os
import re
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

# One kernel for all of AdamW on a CPU, from PyTorch 2.4 on.
FUSED = {"fused": True} if int(torch.__version__.split(".")[0]) >= 2 else {}

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def read_work(folder, dtype):
    with open(os.path.join(folder, "spec.json")) as file:
        spec = json.load(file)
    numbers = np.fromfile(os.path.join(folder, "data.bin"), dtype="<f4")
    tensors = {}
    for name, at in spec["tensors"].items():
        count = int(np.prod(at["shape"]))
        part = numbers[at["offset"] : at["offset"] + count].reshape(at["shape"])
        tensors[name] = torch.from_numpy(part.copy()).to(dtype)
    return spec, tensors


def attention(q, k, v):
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v)
    return torch.softmax((q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1), dim=-1) @ v


def deit(c, p, image):
    """DeiT from weights by timm name: the logits of each head."""
    dim, heads, eps = c["dim"], c["heads"], c["eps"]
    b = image.shape[0]
    x = F.conv2d(image, p["patch_embed.proj.weight"], p["patch_embed.proj.bias"], stride=c["patch"])
    x = x.flatten(2).transpose(1, 2)
    special = [p[name].expand(b, -1, -1) for name in (["cls_token", "dist_token"] if c["distilled"] else ["cls_token"])]
    x = torch.cat([*special, x], dim=1) + p["pos_embed"]
    n = x.shape[1]

    def norm(name, t):
        return F.layer_norm(t, (dim,), p[name + ".weight"], p[name + ".bias"], eps)

    def linear(name, t):
        return F.linear(t, p[name + ".weight"], p[name + ".bias"])

    for i in range(c["depth"]):
        name = f"blocks.{i}."
        qkv = linear(name + "attn.qkv", norm(name + "norm1", x)).reshape(b, n, 3, heads, dim // heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        context = attention(q, k, v).transpose(1, 2).reshape(b, n, dim)
        x = x + linear(name + "attn.proj", context)
        x = x + linear(name + "mlp.fc2", F.gelu(linear(name + "mlp.fc1", norm(name + "norm2", x))))
    x = norm("norm", x)
    cls = linear("head", x[:, 0])
    return (cls, linear("head_dist", x[:, 1])) if c["distilled"] else (cls, None)


def forward(spec, tensors):
    image = tensors.pop("image")

    @torch.inference_mode()
    def run():
        cls, dist = deit(spec["config"], tensors, image)
        return {"logits": cls if dist is None else (cls + dist) / 2}

    return run


def gemm(spec, tensors):
    @torch.inference_mode()
    def run():
        y = tensors["x"]
        for _ in range(spec["repeats"]):
            y = y @ tensors["there"] @ tensors["back"]
        return {"y": y}

    return run


def train(spec, tensors):
    a = spec["adamw"]
    parameters = {name: tensors["param " + name].clone().requires_grad_() for name in spec["parameters"]}
    groups = [
        {"params": [parameters[n] for n in spec["parameters"] if n in a["decayed"]], "weight_decay": a["decay"]},
        {"params": [parameters[n] for n in spec["parameters"] if n not in a["decayed"]], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=a["lr"], betas=(a["beta1"], a["beta2"]), eps=a["eps"], **FUSED)
    for name, p in parameters.items():
        optimizer.state[p] = {
            "step": torch.tensor(float(a["step"])),
            "exp_avg": tensors["mean " + name].clone(),
            "exp_avg_sq": tensors["square " + name].clone(),
        }
    target, teacher = tensors["target"].argmax(1), tensors["teacher"].argmax(1)

    def run():
        optimizer.zero_grad(set_to_none=True)
        cls, dist = deit(spec["config"], parameters, tensors["image"])
        loss = 0.5 * F.cross_entropy(cls, target) + 0.5 * F.cross_entropy(dist, teacher)
        loss.backward()
        optimizer.step()
        loss.item()
        return {
            "loss": loss.detach(),
            **{"param " + name: p.detach() for name, p in parameters.items()},
            **{"mean " + name: optimizer.state[p]["exp_avg"] for name, p in parameters.items()},
            **{"square " + name: optimizer.state[p]["exp_avg_sq"] for name, p in parameters.items()},
        }

    return run


def peak():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1)) * 1024


def library():
    """What multiplies matrices: a build for any BLAS uses the one that the system has."""
    found = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
    name = found.group(1) if found else "unknown BLAS"
    if name != "generic":
        return name
    with open("/proc/self/maps") as maps:
        return "OpenBLAS" if "openblas" in maps.read() else "generic BLAS"


def instructions():
    if hasattr(torch.backends, "cpu"):
        return torch.backends.cpu.get_cpu_capability()
    return re.search(r"CPU capability usage: (\w+)", torch.__config__.show()).group(1)


def load(message):
    options = message["options"]
    torch.set_num_threads(options["threads"])
    before = peak()
    dtype = {"f32": torch.float32, "f64": torch.float64}[options["dtype"]]
    spec, tensors = read_work(message["folder"], dtype)
    state["run"] = {"forward": forward, "gemm": gemm, "train": train}[spec["work"]](spec, tensors)
    threads = "1 thread" if options["threads"] == 1 else f"{options['threads']} threads"
    about = f"PyTorch {torch.__version__} {options['dtype']}, {library()}, {instructions()}, {threads}"
    return {"describe": about, "before": before}


def check(message):
    outputs = {name: value.to(torch.float64).numpy().ravel() for name, value in state["run"]().items()}
    np.concatenate(list(outputs.values())).astype("<f8").tofile(message["file"])
    return {"outputs": [[name, len(value)] for name, value in outputs.items()]}


def timed(message):
    times = []
    before = time.process_time()
    for _ in range(message["runs"]):
        start = time.perf_counter()
        state["run"]()
        times.append((time.perf_counter() - start) * 1000)
    return {"times": times, "cpu": (time.process_time() - before) * 1000}


state = {}
ACTIONS = {"load": load, "check": check, "time": timed, "memory": lambda _: {"peak": peak()}}
for line in sys.stdin:
    message = json.loads(line)
    if message["action"] == "quit":
        break
    try:
        answer = ACTIONS[message["action"]](message)
    except Exception as reason:  # whatever a library throws is this peer's answer
        answer = {"error": f"{type(reason).__name__}: {reason}"}
    print(json.dumps(answer), file=answers, flush=True)
