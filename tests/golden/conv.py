"""Golden numbers of convolutions, computed with PyTorch in float64.

Run `python conv.py` with torch installed (written with torch 2.15); it writes
conv.json beside it. Every input is a function of SEED, by the generator in
tiny_gan.py, rounded to sixteenths (weights: sixty-fourths): exact in float32,
too, and short to write.

All is flattened row-major in PyTorch's layouts: images [N, C, H, W], weights
[out, in, K, K], and [in, out, K, K] of a ConvTranspose2d.
"""

from pathlib import Path

import torch
from torch import nn

from tiny_gan import ACTIVATIONS, SLOPE, Numbers, to_json

HERE = Path(__file__).resolve().parent
SEED = 1511

# images [N, C, H, W], channels out, kernel, stride, padding, bias, activation
DOWN = [
    ((1, 1, 5, 4), 1, 1, 1, 0, True, "identity"),
    ((2, 3, 7, 5), 5, 3, 1, 1, True, "relu"),
    ((2, 1, 7, 9), 4, 4, 2, 1, True, "leaky_relu"),
    ((3, 2, 6, 5), 3, 2, 2, 0, True, "tanh"),
    ((1, 5, 9, 6), 2, 5, 3, 2, True, "sigmoid"),
    ((2, 4, 6, 7), 4, 4, 2, 1, True, "leaky_relu"),
    ((2, 4, 7, 5), 8, 3, 3, 0, True, "tanh"),
    ((2, 2, 5, 3), 1, 2, 3, 0, True, "sigmoid"),  # a stride beyond the window
    ((2, 3, 4, 3), 4, 5, 1, 2, False, "relu"),  # windows beyond the image
    ((2, 5, 7, 7), 5, 3, 2, 1, False, "tanh"),
    ((1, 4, 5, 6), 4, 1, 2, 0, False, "leaky_relu"),
]

# the same, and the output padding along y and x
UP = [
    ((1, 1, 3, 2), 1, 1, 1, 0, True, "identity", (0, 0)),
    ((2, 5, 4, 3), 3, 3, 1, 1, True, "relu", (0, 0)),
    ((2, 4, 3, 4), 1, 4, 2, 1, True, "tanh", (0, 0)),
    ((2, 3, 3, 2), 2, 4, 2, 1, True, "leaky_relu", (1, 1)),
    ((2, 2, 2, 3), 5, 5, 3, 2, True, "sigmoid", (1, 2)),
    ((2, 4, 3, 4), 4, 4, 2, 1, True, "relu", (0, 1)),
    ((2, 4, 2, 3), 8, 3, 3, 0, True, "leaky_relu", (1, 0)),
    ((2, 2, 3, 2), 1, 2, 3, 0, True, "sigmoid", (2, 0)),  # pixels with nothing but the bias
    ((2, 3, 3, 4), 4, 3, 2, 1, False, "tanh", (1, 1)),
    ((2, 5, 4, 2), 4, 5, 2, 2, False, "leaky_relu", (1, 0)),
]


class Sixteenths(Numbers):
    def __call__(self, shape):
        return (16.0 * super().__call__(*shape)).round() / 16.0


def describe(conv):
    """The module as it stands in a checkpoint's metadata."""
    fields = dict(type=type(conv).__name__, in_channels=conv.in_channels,
                  out_channels=conv.out_channels, kernel_size=conv.kernel_size[0],
                  stride=conv.stride[0], padding=conv.padding[0])
    if isinstance(conv, nn.ConvTranspose2d):
        fields |= dict(output_padding=list(conv.output_padding))
    return fields | dict(bias=conv.bias is not None)


def run(at, conv, shape, activation):
    """Outputs and all gradients of one call; dy is at the activation's output."""
    numbers, parameters = Sixteenths(SEED, at), dict(conv.named_parameters())
    with torch.no_grad():
        for parameter in parameters.values():
            parameter.copy_(numbers(parameter.shape) / 4.0)
    x = numbers(torch.Size(shape)).requires_grad_()
    y = ACTIVATIONS[activation](conv(x))
    dy = numbers(y.shape)
    gradients = torch.autograd.grad(y, (x, *parameters.values()), dy)
    outputs = dict(y=y) | dict(zip(("dx", *(f"d{name}" for name in parameters)), gradients))
    return dict(module=describe(conv), activation=activation, slope=SLOPE,
                input=list(x.shape), output=list(y.shape),
                **{k: v.flatten().tolist() for k, v in (parameters | dict(x=x, dy=dy)).items()},
                **{k: v.flatten().tolist() for k, v in outputs.items()})


def main():
    torch.set_num_threads(1)
    cases = []
    for shape, out, kernel, stride, padding, bias, activation in DOWN:
        conv = nn.Conv2d(shape[1], out, kernel, stride, padding, bias=bias)
        cases.append(run(len(cases), conv.double(), shape, activation))
    for shape, out, kernel, stride, padding, bias, activation, output_padding in UP:
        conv = nn.ConvTranspose2d(shape[1], out, kernel, stride, padding, output_padding,
                                  bias=bias)
        cases.append(run(len(cases), conv.double(), shape, activation))
    (HERE / "conv.json").write_text(to_json(dict(cases=cases)) + "\n")


if __name__ == "__main__":
    main()
