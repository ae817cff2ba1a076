"""Golden numbers of a tiny GAN, computed with PyTorch in float64.

Run `python tiny_gan.py` with torch installed (written with torch 2.15). It
checks its random numbers against random.json beside it and writes
tiny_gan.json beside it. PyTorch supplies the layers, derivatives and
optimisers; nothing here uses PyTorch's random numbers, so every input is a
function of the seeds below.

Tensors are flattened row-major in PyTorch's layout (a Linear weight is
[out, in]) and named `<network>.<index in the Sequential>.<weight or bias>`.
"""

import json
import math
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

HERE = Path(__file__).resolve().parent

# --- Random numbers: pure functions of (seed, stream, draw, index) ---------

STREAMS = {"data": 1, "latent": 2, "sample": 3, "mix": 4, "dropout": 5, "noise": 6, "init": 7}
MASK = 0xFFFFFFFF


def threefry2x32(key, counter):
    """Threefry-2x32 with 20 rounds (Salmon et al., Random123, 2011)."""
    k0, k1 = key
    keys = (k0, k1, 0x1BD11BDA ^ k0 ^ k1)
    rotations = (13, 15, 26, 6, 17, 29, 16, 24)
    x0, x1 = (counter[0] + k0) & MASK, (counter[1] + k1) & MASK
    for r in range(20):
        x0 = (x0 + x1) & MASK
        shift = rotations[r % 8]
        x1 = ((x1 << shift | x1 >> (32 - shift)) & MASK) ^ x0
        if r % 4 == 3:  # a key injection after every fourth round
            i = r // 4 + 1
            x0 = (x0 + keys[i % 3]) & MASK
            x1 = (x1 + keys[(i + 1) % 3] + i) & MASK
    return x0, x1


def stream_key(seed, stream):
    return threefry2x32((seed & MASK, seed >> 32), (STREAMS[stream], 0))


def normal_pair(r0, r1):
    """Box-Muller: two independent standard normal numbers."""
    u1 = ((r0 >> 8) + 0.5) * 2.0**-24
    u2 = (r1 >> 8) * 2.0**-24
    radius, angle = math.sqrt(-2.0 * math.log(u1)), 2.0 * math.pi * u2
    return radius * math.cos(angle), radius * math.sin(angle)


def uniform_pair(r0, r1):
    """Two numbers uniform on (-1, 1)."""
    return tuple(2.0 * (((r >> 8) + 0.5) * 2.0**-24) - 1.0 for r in (r0, r1))


PAIRS = {"normal": normal_pair, "uniform": uniform_pair}


def draw(distribution, seed, stream, t, count):
    """The first `count` elements of draw `t`; pair j gives elements 2j, 2j+1."""
    key = stream_key(seed, stream)
    pairs = (PAIRS[distribution](*threefry2x32(key, (t, j))) for j in range((count + 1) // 2))
    return [value for pair in pairs for value in pair][:count]


def permute(seed, n, position):
    """The image at a position of the data stream: a Feistel permutation per epoch."""
    epoch, i = divmod(position, n)
    key = threefry2x32(stream_key(seed, "data"), (epoch & MASK, epoch >> 32))
    b = next(b for b in range(1, 33) if 1 << (2 * b) >= n)
    low = (1 << b) - 1
    while True:
        left, right = i >> b, i & low
        for r in range(6):
            left, right = right, left ^ (threefry2x32(key, (r, right))[0] & low)
        i = left << b | right
        if i < n:
            return i


def check_random():
    known = json.loads((HERE / "random.json").read_text())
    for k in known["threefry2x32"]:
        assert threefry2x32(k["key"], k["counter"]) == tuple(k["out"]), k
    for k in known["stream_key"]:
        assert stream_key(k["seed"], k["stream"]) == tuple(k["key"]), k
    for distribution in PAIRS:
        for k in known[distribution]:
            ours = draw(distribution, k["seed"], k["stream"], k["draw"], len(k["values"]))
            assert all(abs(a - b) < 1e-14 for a, b in zip(ours, k["values"])), k
    for k in known["permute"]:
        assert permute(k["seed"], k["n"], k["position"]) == k["index"], k


# --- The networks, the data set and the cases -------------------------------

IMAGES, BATCH, ITERATIONS, SLOPE, SETUP_SEED = 10, 4, 5, 0.2, 2014

ACTIVATIONS = {
    "identity": lambda h: h, "relu": F.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid,
    "leaky_relu": lambda h: F.leaky_relu(h, SLOPE),
}

CASES = [
    dict(name="adam-non-saturating", seed=7, objective="non-saturating", latent="normal",
         critic_steps=1, generator_steps=1, lr_generator=2e-3, lr_critic=2e-3,
         optimizer=dict(kind="adam", beta1=0.5, beta2=0.999, eps=1e-8)),
    dict(name="adam-minimax", seed=123456789012345, objective="minimax", latent="uniform",
         critic_steps=2, generator_steps=1, lr_generator=1e-3, lr_critic=3e-3,
         optimizer=dict(kind="adam", beta1=0.9, beta2=0.99, eps=1e-8)),
    # PyTorch's momentum: no dampening, not Nesterov's.
    dict(name="sgd-non-saturating", seed=0, objective="non-saturating", latent="normal",
         critic_steps=1, generator_steps=2, lr_generator=0.05, lr_critic=0.05,
         optimizer=dict(kind="sgd", momentum=0.5)),
]


def tensor(values, *shape):
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


class Numbers:
    """Draw after draw from normal(0, 1), different for every case."""

    def __init__(self, seed, case):
        self.seed, self.next = seed, 100 * case

    def __call__(self, *shape):
        self.next += 1
        return tensor(draw("normal", self.seed, "noise", self.next, math.prod(shape)), *shape)


class Game:
    """What the cases of a file share: networks, and a data set of images."""

    shape, latent_dim = (2, 3, 1), 4  # height, width and channels; numbers of a latent
    architecture = dict(kind="mlp", generator_hidden=[5, 6], critic_hidden=[6, 3])

    def __init__(self):
        key, pixels = stream_key(SETUP_SEED, "data"), math.prod(self.shape)
        # [n, H*W*C] bytes
        self.dataset = [[threefry2x32(key, (i, j))[0] >> 24 for j in range(pixels)]
                        for i in range(IMAGES)]

    def build(self):
        """Generator and critic."""
        leaky, pixels = nn.LeakyReLU(SLOPE), math.prod(self.shape)
        return (nn.Sequential(nn.Linear(self.latent_dim, 5), leaky, nn.Linear(5, 6), leaky,
                              nn.Linear(6, pixels), nn.Tanh()),
                nn.Sequential(nn.Linear(pixels, 6), leaky, nn.Linear(6, 3), leaky,
                              nn.Linear(3, 1)))

    def first(self, name, noise):
        """The first value of the parameter of this name, from normal(0, 1)."""
        return 0.5 * noise

    def as_images(self, pixels):
        """What the critic takes, from [n, H*W*C]."""
        return pixels

    def new_networks(self):
        """Both networks as they start."""
        generator, critic = self.build()
        networks = nn.ModuleDict(dict(generator=generator, critic=critic)).double()
        with torch.no_grad():
            for t, (name, p) in enumerate(networks.named_parameters()):
                noise = tensor(draw("normal", SETUP_SEED, "init", t, p.numel()), *p.shape)
                p.copy_(self.first(name, noise))
        return networks


def new_optimizer(network, lr, kind, **o):
    if kind == "sgd":
        return torch.optim.SGD(network.parameters(), lr, momentum=o["momentum"])
    return torch.optim.Adam(network.parameters(), lr, (o["beta1"], o["beta2"]), o["eps"])


# --- Training ----------------------------------------------------------------


def softplus(x):
    return -F.logsigmoid(-x)  # F.softplus is cut to the identity above 20


def generator_loss(objective, s_fake):
    return -softplus(s_fake).mean() if objective == "minimax" else softplus(-s_fake).mean()


def metrics(loss, s_real, s_fake):
    """What a critic step reports: its loss and scores from before its update."""
    right = (s_real > 0).double().mean() + (s_fake < 0).double().mean()
    return dict(loss_critic=loss.item(), p_real=s_real.sigmoid().mean().item(),
                p_fake=s_fake.sigmoid().mean().item(), accuracy=right.item() / 2,
                bound=(math.log(4) - loss.item()) / 2)


class Trainer:
    """One case: networks, optimisers and the positions in both random streams."""

    def __init__(self, case, game):
        self.case, self.game = case, game
        self.networks = game.new_networks()
        self.generator, self.critic = self.networks["generator"], self.networks["critic"]
        self.optimizers = {name: new_optimizer(network, case[f"lr_{name}"], **case["optimizer"])
                           for name, network in self.networks.items()}
        self.position = self.draws = 0
        self.gradients = {}  # of the last update of each network, by parameter name

    def next_images(self):
        """The next B positions of the data stream: indices and images in [-1, 1]."""
        indices = [permute(self.case["seed"], IMAGES, self.position + j) for j in range(BATCH)]
        self.position += BATCH
        pixels = tensor([self.game.dataset[i] for i in indices], BATCH, -1) * (2.0 / 255.0) - 1.0
        return indices, self.game.as_images(pixels)

    def next_latents(self):
        case, count = self.case, BATCH * self.game.latent_dim
        values = draw(case["latent"], case["seed"], "latent", self.draws, count)
        self.draws += 1
        return tensor(values, BATCH, -1)

    def update(self, name, loss):
        """Descends on `loss` in the parameters of one network only."""
        network = self.networks[name]
        gradients = torch.autograd.grad(loss, list(network.parameters()))
        for (key, p), gradient in zip(network.named_parameters(), gradients):
            p.grad = gradient
            self.gradients[f"{name}.{key}"] = gradient.flatten().tolist()
        self.optimizers[name].step()

    def critic_step(self):
        _, real = self.next_images()
        fake = self.generator(self.next_latents()).detach()
        s_real, s_fake = self.critic(real), self.critic(fake)
        loss = softplus(-s_real).mean() + softplus(s_fake).mean()
        self.update("critic", loss)
        return metrics(loss, s_real, s_fake)

    def generator_step(self):
        s_fake = self.critic(self.generator(self.next_latents()))
        loss = generator_loss(self.case["objective"], s_fake)
        self.update("generator", loss)
        return dict(loss_generator=loss.item())

    def iteration(self):
        """k critic steps, then g generator steps; the last of each is reported."""
        for _ in range(self.case["critic_steps"]):
            report = self.critic_step()
        for _ in range(self.case["generator_steps"]):
            report |= self.generator_step()
        return report | dict(data_position=self.position, latent_draws=self.draws,
                             weights=flat_state(self.networks))


def state(networks):
    """Parameters and running statistics by name."""
    return {name: t for name, t in networks.state_dict().items()
            if not name.endswith("num_batches_tracked")}


def flat_state(networks):
    return {name: t.flatten().tolist() for name, t in state(networks).items()}


# --- What is written ----------------------------------------------------------


def setup(game):
    """What all cases share, and the weights they start from."""
    networks, (height, width, channels) = game.new_networks(), game.shape
    return dict(height=height, width=width, channels=channels, latent_dim=game.latent_dim,
                batch=BATCH, slope=SLOPE, architecture=game.architecture, dataset=game.dataset,
                shapes={name: list(t.shape) for name, t in state(networks).items()},
                weights=flat_state(networks))


def trace(case, game):
    """The first inputs and gradients of a case."""
    inputs = Trainer(case, game)
    indices, images = inputs.next_images()
    latents = [inputs.next_latents().flatten().tolist() for _ in ("critic", "generator")]
    trained = Trainer(case, game)
    trained.iteration()
    return dict(case=case["name"], indices=indices, images=images.flatten().tolist(),
                latents_critic=latents[0], latents_generator=latents[1],
                gradients=trained.gradients)


def play(cases, game):
    """Setup, trace and iterations of a game."""
    played = []
    for case in cases:
        trainer = Trainer(case, game)
        played.append(case | dict(iterations=[trainer.iteration() for _ in range(ITERATIONS)]))
    return dict(setup=setup(game), trace=trace(cases[0], game), cases=played)


def layers():
    """A Linear(5, 3) on a batch of 7 under each activation; dy is at its output."""
    shapes = dict(x=(7, 5), weight=(3, 5), bias=(3,), dy=(7, 3))
    inputs = {name: tensor(draw("normal", SETUP_SEED, "noise", t, math.prod(shape)), *shape)
              for t, (name, shape) in enumerate(shapes.items())}
    cases = []
    for name, activation in ACTIVATIONS.items():
        x, weight, bias = (inputs[k].clone().requires_grad_() for k in ("x", "weight", "bias"))
        y = activation(F.linear(x, weight, bias))
        gradients = torch.autograd.grad(y, (x, weight, bias), inputs["dy"])
        outputs = dict(zip(("y", "dx", "dweight", "dbias"), (y, *gradients)))
        cases.append(dict(activation=name) | {k: v.flatten().tolist() for k, v in outputs.items()})
    return dict(batch=7, inputs=5, outputs=3, slope=SLOPE,
                **{k: v.flatten().tolist() for k, v in inputs.items()}, cases=cases)


def to_json(value):
    """Compact JSON: every object's field on its own line, arrays of numbers on one."""
    if isinstance(value, dict):
        fields = (f"{json.dumps(k)}:{to_json(v)}" for k, v in value.items())
        return "{\n" + ",\n".join(fields) + "\n}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[" + ",".join(map(to_json, value)) + "]"
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def main():
    torch.set_num_threads(1)
    check_random()
    golden = play(CASES, Game()) | dict(layers=layers())
    (HERE / "tiny_gan.json").write_text(to_json(golden) + "\n")


if __name__ == "__main__":
    main()
