"""Golden numbers of dropout, maxout, nearest upsampling and spectral normalisation, computed with
PyTorch in float64.

Run `python extras.py` with torch installed (written with torch 2.15); it writes extras.json beside
it. The inputs are draws of the stream `noise`, so that nothing uses PyTorch's random numbers.

Images are [N, H, W, C] here and permuted for PyTorch. `da` is the gradient at the pre-activation of
the layer below, which made `x = activation(a)`.
"""

import json
import warnings
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from tiny_gan import check_random, draw, stream_key, tensor, threefry2x32, to_json

SEED = 2014
warnings.filterwarnings("ignore", category=FutureWarning)  # the parametrised norm is the newer form


def noise(t, *shape):
    """Draw `t` of the stream `noise` in this shape."""
    return tensor(draw("normal", SEED, "noise", t, torch.Size(shape).numel()), *shape)


def through(function, below, a, dy):
    """What `function` makes of x = below(a), and the gradient with respect to a."""
    a = a.clone().requires_grad_()
    x = below(a)
    y = function(x)
    (da,) = torch.autograd.grad(y, a, dy)
    return {name: t.flatten().tolist() for name, t in dict(x=x, dy=dy, y=y, da=da).items()}


def dropout():
    """[5, 7] elements: an odd number, so that the last pair is cut."""
    rows, features, p, seed, t = 5, 7, 0.4, 77, 9
    key = stream_key(seed, "dropout")
    pairs = [threefry2x32(key, (t, j)) for j in range((rows * features + 1) // 2)]
    words = [word for pair in pairs for word in pair][: rows * features]
    kept = tensor([float(((w >> 8) + 0.5) * 2.0**-24 >= p) for w in words], rows, features)
    made = through(lambda x: x * kept / (1 - p), torch.tanh, noise(0, rows, features),
                   noise(1, rows, features))
    return dict(rows=rows, features=features, p=p, seed=seed, draw=t) | made


def maxout():
    rows, outputs, pieces = 6, 5, 3
    made = through(lambda x: x.unflatten(1, (-1, pieces)).max(2).values,
                   lambda a: F.leaky_relu(a, 0.2), noise(2, rows, outputs * pieces),
                   noise(3, rows, outputs))
    return dict(rows=rows, outputs=outputs, pieces=pieces) | made


def upsample():
    n, h, w, c, scale = 2, 3, 2, 3, 3

    def function(x):
        y = F.interpolate(x.permute(0, 3, 1, 2), scale_factor=scale, mode="nearest")
        return y.permute(0, 2, 3, 1)

    made = through(function, torch.sigmoid, noise(4, n, h, w, c),
                   noise(5, n, h * scale, w * scale, c))
    return dict(rows=n, shape=[h, w, c], scale=scale) | made


def spectral():
    """Three steps of gradient descent on two normalised layers: a training pass with its gradients,
    the update, and a pass in eval mode."""
    rows, sizes, lr, slope = 4, (5, 6, 2), 0.1, 0.2
    layers = [nn.utils.spectral_norm(nn.Linear(*pair)) for pair in zip(sizes, sizes[1:])]
    network = nn.Sequential(layers[0], nn.LeakyReLU(slope), layers[1]).double()
    with torch.no_grad():
        for t, (name, value) in enumerate(sorted(network.state_dict().items())):
            value.copy_(noise(10 + t, *value.shape))
            if name.endswith(("_u", "_v")):
                value.div_(value.norm())
    state = lambda: {name: t.flatten().tolist() for name, t in network.state_dict().items()}
    golden = dict(rows=rows, sizes=sizes, lr=lr, slope=slope, first=state(), steps=[])
    for step in range(3):
        x = noise(20 + 2 * step, rows, sizes[0]).requires_grad_()
        dy = noise(21 + 2 * step, rows, sizes[-1])
        network.train()
        y = network(x)
        parameters = dict(network.named_parameters())
        gradients = torch.autograd.grad(y, [x, *parameters.values()], dy)
        with torch.no_grad():
            for parameter, gradient in zip(parameters.values(), gradients[1:]):
                parameter -= lr * gradient
        network.eval()
        flat = dict(x=x, dy=dy, y=y, dx=gradients[0], evaluated=network(x))
        golden["steps"].append({name: t.flatten().tolist() for name, t in flat.items()} | dict(
            gradients={n: g.flatten().tolist() for n, g in zip(parameters, gradients[1:])},
            state=state()))
    return golden


def main():
    torch.set_num_threads(1)
    check_random()
    golden = dict(dropout=dropout(), maxout=maxout(), upsample=upsample(), spectral=spectral())
    path = Path(__file__).resolve().with_suffix(".json")
    path.write_text(to_json(golden) + "\n")


if __name__ == "__main__":
    main()
