"""Golden numbers of the cross-entropy of softmax.

Run `python softmax.py` with torch installed (written with torch 2.15); it writes
softmax.json beside it: logits, labels, and by PyTorch in float64 the mean
cross-entropy, its slopes with respect to the logits, and the rows told right.
"""

import json
from pathlib import Path

import torch
from torch.nn import functional as F

HERE = Path(__file__).resolve().parent


def case(rows, classes, spread, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(rows, classes, generator=generator, dtype=torch.float32) * spread
    labels = torch.randint(classes, (rows,), generator=generator)
    x = logits.double().requires_grad_()
    loss = F.cross_entropy(x, labels)
    (slopes,) = torch.autograd.grad(loss, x)
    right = (x.argmax(1) == labels).sum()
    return dict(classes=classes, logits=logits.double().flatten().tolist(), labels=labels.tolist(),
                loss=loss.item(), slopes=slopes.flatten().tolist(), right=right.item())


CASES = [(1, 2, 1.0), (5, 10, 1.0), (7, 3, 8.0), (6, 10, 60.0), (3, 1, 2.0)]
rows = [case(*sizes, seed) for seed, sizes in enumerate(CASES)]
(HERE / "softmax.json").write_text(json.dumps(rows).replace("}, ", "},\n") + "\n")
