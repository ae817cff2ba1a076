"""Golden numbers of what a critic pays for its slope, computed with PyTorch in float64.

Run `python penalty.py` with torch installed (written with torch 2.15); it writes penalty.json beside
it. PyTorch differentiates twice by itself (create_graph). Networks, data and random numbers are those
of tiny_gan.py; one more pair of networks has two convolutions without normalisation in its critic.

A case tells the first critic step: loss and penalty, each by itself, the mean norm of the slopes that
the penalty is about, and the gradients of loss + every * penalty. All is in PyTorch's layouts, but for
the data set, which is [n, H*W*C], and the noise of `around`, which is drawn in that order.
"""

import torch
from torch import nn
from torch.nn import functional as F

from tiny_dcgan import shorten
from tiny_gan import (BATCH, HERE, SLOPE, Game, Trainer, check_random, setup, softplus, stream_key,
                      tensor, threefry2x32, to_json)

EPSILON = 1e-12  # within the root of a norm


class SmoothElu(nn.Module):
    def forward(self, x):
        return F.softplus(2 * x + 2) / 2 - 1


UNITS = {"leaky_relu": lambda: nn.LeakyReLU(SLOPE), "relu": nn.ReLU, "tanh": nn.Tanh,
         "softplus": nn.Softplus, "smooth_elu": SmoothElu}


class Dense(Game):
    """The networks of tiny_gan.py with another unit between the critic's three layers."""

    def __init__(self, unit="leaky_relu"):
        super().__init__()
        self.unit = unit

    def first(self, name, noise):
        """Slopes on both sides of 1."""
        return noise

    def build(self):
        generator, critic = super().build()
        critic[1], critic[3] = UNITS[self.unit](), UNITS[self.unit]()
        return generator, critic


class Convolved(Dense):
    """Images of 17 by 16, whose sides are halved to 8 by 8 and to 4 by 4."""

    shape, latent_dim = (17, 16, 1), 4
    architecture = dict(kind="dcgan", width=2)

    def build(self):
        up, down = nn.ConvTranspose2d, nn.Conv2d
        generator = nn.Sequential(
            nn.Linear(self.latent_dim, 4 * 4 * 4, bias=False), nn.Unflatten(1, (4, 4, 4)),
            nn.BatchNorm2d(4), nn.ReLU(), up(4, 2, 4, 2, 1, bias=False), nn.BatchNorm2d(2), nn.ReLU(),
            up(2, 1, 4, 2, 1, output_padding=(1, 0)), nn.Tanh())
        critic = nn.Sequential(
            down(1, 2, 4, 2, 1), UNITS[self.unit](), down(2, 4, 4, 2, 1), UNITS[self.unit](),
            nn.Flatten(), nn.Linear(4 * 4 * 4, 1))
        return generator, critic

    def first(self, name, noise):
        return 1.0 + 0.2 * noise if name.endswith("weight") and noise.dim() == 1 else 0.25 * noise

    def as_images(self, pixels):
        return pixels.unflatten(1, self.shape).movedim(3, 1)


BETWEEN = dict(kind="between", weight=10.0, one_sided=False)
ONE_SIDED = dict(kind="between", weight=4.0, one_sided=True)
AROUND = dict(kind="around", weight=10.0)
R1 = dict(kind="at_samples", real=2.0, fake=0.0, every=1)
R2 = dict(kind="at_samples", real=0.0, fake=3.0, every=1)
BOTH = dict(kind="at_samples", real=1.0, fake=0.25, every=16)

# objective, unit, penalty
CASES = [("wgan", "leaky_relu", BETWEEN), ("wgan", "smooth_elu", BETWEEN),
         ("wgan", "relu", ONE_SIDED), ("wgan", "tanh", ONE_SIDED),
         ("non-saturating", "leaky_relu", AROUND), ("non-saturating", "softplus", AROUND),
         ("non-saturating", "leaky_relu", R1), ("least-squares", "tanh", R1),
         ("non-saturating", "leaky_relu", R2), ("non-saturating", "smooth_elu", R2),
         ("least-squares", "leaky_relu", BOTH), ("non-saturating", "softplus", BOTH)]

LOSSES = {
    "wgan": lambda real, fake: fake.mean() - real.mean(),
    "non-saturating": lambda real, fake: softplus(-real).mean() + softplus(fake).mean(),
    "least-squares": lambda real, fake: ((real - 1) ** 2).mean() / 2 + (fake**2).mean() / 2,
}


def open_unit(word):
    return ((word >> 8) + 0.5) * 2.0**-24


class Payer(Trainer):
    """The first critic step of a case."""

    def shares(self, x):
        """One number on (0, 1) per sample: the first word of each pair of the first draw."""
        key = stream_key(self.case["seed"], "mix")
        shares = [open_unit(threefry2x32(key, (0, j))[0]) for j in range(BATCH)]
        return tensor(shares, BATCH, *[1] * (x.dim() - 1))

    def perturbed(self, real):
        """The authors' program: X + 0.5 std(X) U(0, 1), and a point on the way there."""
        key, count = stream_key(self.case["seed"], "noise"), real.numel()
        words = [w for j in range((count + 1) // 2) for w in threefry2x32(key, (0, j))][:count]
        noise = self.game.as_images(tensor([open_unit(w) for w in words], BATCH, -1))
        other = real + 0.5 * real.std(unbiased=False) * noise
        return real + self.shares(real) * (other - real)

    def slopes(self, x):
        """|grad D|^2 of each sample."""
        x = x.detach().requires_grad_()
        (g,) = torch.autograd.grad(self.critic(x).sum(), x, create_graph=True)
        return g.flatten(1).square().sum(1)

    def toward_one(self, squares, weight, one_sided=False):
        beyond = (squares + EPSILON).sqrt() - 1
        return weight * (beyond.relu() if one_sided else beyond).square().mean()

    def penalty(self, real, fake):
        """The penalty, the squares of the norms that it is about, and how often it counts."""
        rule = self.case["penalty"]
        if rule["kind"] == "between":
            share = self.shares(real)
            squares = self.slopes(share * real + (1 - share) * fake)
            return self.toward_one(squares, rule["weight"], rule["one_sided"]), squares, 1
        if rule["kind"] == "around":
            squares = self.slopes(self.perturbed(real))
            return self.toward_one(squares, rule["weight"]), squares, 1
        paid = [(rule[name], self.slopes(x)) for name, x in (("real", real), ("fake", fake))]
        paid = [(weight, squares) for weight, squares in paid if weight > 0]
        total = sum(weight / 2 * squares.mean() for weight, squares in paid)
        return total, torch.cat([squares for _, squares in paid]), rule["every"]

    def first_step(self):
        _, real = self.next_images()
        fake = self.generator(self.next_latents()).detach()
        loss = LOSSES[self.case["objective"]](self.critic(real), self.critic(fake))
        penalty, squares, every = self.penalty(real, fake)
        # The last bias is in no slope; a constant of 0 holds its place.
        total = loss + every * penalty + 0 * sum(p.sum() for p in self.critic.parameters())
        parameters = dict(self.critic.named_parameters())
        gradients = torch.autograd.grad(total, list(parameters.values()))
        named = zip(parameters, gradients)
        return dict(loss_critic=loss.item(), paid=penalty.item(),
                    gradient_norm=(squares + EPSILON).sqrt().mean().item(),
                    gradients={f"critic.{name}": g.flatten().tolist() for name, g in named})


def first_steps(kind):
    """Every case with networks of a kind."""
    played = []
    for seed, (objective, unit, penalty) in enumerate(CASES):
        case = dict(name=f"{objective} {unit} {penalty['kind']}", seed=seed, objective=objective,
                    unit=unit, penalty=penalty, latent="normal", critic_steps=1, generator_steps=1,
                    lr_generator=1e-3, lr_critic=1e-3, iterations=[],
                    optimizer=dict(kind="adam", beta1=0.0, beta2=0.9, eps=1e-8))
        played.append(case | Payer(case, kind(unit)).first_step())
    return dict(setup=setup(kind()), cases=played)


def units():
    """Each smooth unit, its slope, and the slope of that, also where it is flat."""
    x = tensor([-30.0, -8.0, -2.5, -1.0, -0.25, 0.0625, 0.125, 1.0, 3.0, 9.0, 30.0], -1)
    made = []
    for name in ("tanh", "softplus", "smooth_elu", "elu"):
        unit = dict(UNITS, elu=nn.ELU)[name]()
        at = x.clone().requires_grad_()
        y = unit(at)
        (slope,) = torch.autograd.grad(y.sum(), at, create_graph=True)
        (curve,) = torch.autograd.grad(slope.sum(), at)
        made.append(dict(unit=name, x=x.tolist(), y=y.tolist(), slope=slope.tolist(),
                         curve=curve.tolist()))
    return made


def main():
    torch.set_num_threads(1)
    check_random()
    golden = dict(games=[first_steps(Dense), first_steps(Convolved)], units=units())
    (HERE / "penalty.json").write_text(to_json(shorten(golden)) + "\n")


if __name__ == "__main__":
    main()
