"""Golden numbers of batch normalisation, computed with PyTorch in float64.

Run `python norm.py` with torch installed (written with torch 2.15); it writes
norm.json beside it. Every input is a function of SEED, by the generator in
tiny_gan.py. Images are flattened channels last, [N, H, W, C].

A case with two groups calls the module with one half of the rows after the
other, as a critic sees real and generated samples.
"""

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from tiny_gan import draw, tensor, to_json

HERE = Path(__file__).resolve().parent
SEED, STEPS, SLOPE = 1502, 3, 0.2

ACTIVATIONS = {
    "identity": lambda h: h, "relu": F.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid,
    "leaky_relu": lambda h: F.leaky_relu(h, SLOPE),
}

# rows, height, width, channels, groups, activation; 1-d where there is no height
CASES = [
    (6, None, None, 3, 1, "identity"),
    (6, None, None, 4, 2, "leaky_relu"),
    (4, None, None, 5, 1, "sigmoid"),
    (4, 3, 2, 3, 1, "relu"),
    (4, 2, 3, 4, 2, "tanh"),
    (2, 11, 12, 1, 1, "leaky_relu"),  # more lines than one slice sums
]


class Numbers:
    """Draw after draw, different for every case."""

    def __init__(self, case):
        self.next = 100 * case

    def __call__(self, *shape):
        self.next += 1
        return tensor(draw("normal", SEED, "noise", self.next, torch.Size(shape).numel()), *shape)


def flat(values):
    """Channels last, as a list."""
    return values.detach().movedim(1, -1).flatten().tolist()


def run(norm, activation, x, dy, groups):
    """Outputs and all gradients of one call per group."""
    x = x.clone().requires_grad_()
    y = torch.cat([activation(norm(part)) for part in x.chunk(groups)])
    dx, dweight, dbias = torch.autograd.grad(y, (x, norm.weight, norm.bias), dy)
    return dict(x=flat(x), dy=flat(dy), y=flat(y), dx=flat(dx), dweight=dweight.tolist(),
                dbias=dbias.tolist(), running_mean=norm.running_mean.tolist(),
                running_var=norm.running_var.tolist())


def case(at, rows, height, width, channels, groups, activation):
    numbers, function = Numbers(at), ACTIVATIONS[activation]
    norm = nn.BatchNorm1d(channels) if height is None else nn.BatchNorm2d(channels)
    norm = norm.double()
    with torch.no_grad():
        norm.weight.copy_(1.0 + 0.5 * numbers(channels))
        norm.bias.copy_(0.5 * numbers(channels))
        norm.running_mean.copy_(numbers(channels))
        norm.running_var.copy_(0.5 + numbers(channels) ** 2)
    given = dict(weight=norm.weight.tolist(), bias=norm.bias.tolist(),
                 running_mean=norm.running_mean.tolist(), running_var=norm.running_var.tolist())
    shape = (rows, channels) if height is None else (rows, channels, height, width)

    def values():
        return 1.0 + 2.0 * numbers(*shape), numbers(*shape)

    steps = [run(norm, function, *values(), groups) for _ in range(STEPS)]
    norm.eval()
    return dict(rows=rows, channels=channels, pixels=(height or 1) * (width or 1), groups=groups,
                activation=activation, slope=SLOPE, given=given, steps=steps,
                eval=run(norm, function, *values(), 1))


def main():
    torch.set_num_threads(1)
    cases = [case(at, *row) for at, row in enumerate(CASES)]
    (HERE / "norm.json").write_text(to_json(dict(cases=cases)) + "\n")


if __name__ == "__main__":
    main()
