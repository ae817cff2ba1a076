"""Golden numbers of a tiny DCGAN, computed with PyTorch in float64.

Run `python tiny_dcgan.py` with torch installed (written with torch 2.15); it
writes tiny_dcgan.json beside it: what tiny_gan.py tells of dense networks, of
convolutions with batch normalisation. `weights` hold the running statistics,
too. All is in PyTorch's layouts, but for the data set, which is [n, H*W*C].

Both networks are in training mode throughout: every call normalises with the
statistics of its own batch and moves the running ones on. The critic is called
on real and generated images one after the other, and once more in the
generator's step.
"""

import torch
from torch import nn

from tiny_gan import HERE, SLOPE, Game, check_random, play, to_json

CASES = [
    dict(name="dcgan-adam", seed=7, objective="non-saturating", latent="normal",
         critic_steps=1, generator_steps=1, lr_generator=2e-3, lr_critic=2e-3,
         optimizer=dict(kind="adam", beta1=0.5, beta2=0.999, eps=1e-8)),
    dict(name="dcgan-sgd", seed=3, objective="minimax", latent="uniform",
         critic_steps=2, generator_steps=2, lr_generator=0.02, lr_critic=0.02,
         optimizer=dict(kind="sgd", momentum=0.5)),
]


class Dcgan(Game):
    """Two levels: images of 19 by 16, whose sides are halved to 9 by 8 and to 4 by 4."""

    shape, latent_dim = (19, 16, 3), 4
    architecture = dict(kind="dcgan", width=3)

    def build(self):
        leaky, up, down = nn.LeakyReLU(SLOPE), nn.ConvTranspose2d, nn.Conv2d
        generator = nn.Sequential(
            nn.Linear(self.latent_dim, 6 * 4 * 4, bias=False), nn.Unflatten(1, (6, 4, 4)),
            nn.BatchNorm2d(6), nn.ReLU(),
            up(6, 3, 4, 2, 1, output_padding=(1, 0), bias=False), nn.BatchNorm2d(3), nn.ReLU(),
            up(3, 3, 4, 2, 1, output_padding=(1, 0)), nn.Tanh())
        critic = nn.Sequential(
            down(3, 3, 4, 2, 1), leaky,
            down(3, 6, 4, 2, 1, bias=False), nn.BatchNorm2d(6), leaky,
            nn.Flatten(), nn.Linear(6 * 4 * 4, 1))
        return generator, critic

    def first(self, name, noise):
        """Scales of normalisations around 1; none is known by its name: they are vectors."""
        is_scale = name.endswith("weight") and noise.dim() == 1
        return 1.0 + 0.2 * noise if is_scale else 0.2 * noise

    def as_images(self, pixels):
        return pixels.unflatten(1, self.shape).movedim(3, 1)


def shorten(value):
    """12 digits of every number: tests need fewer, and the file is long."""
    if isinstance(value, dict):
        return {k: shorten(v) for k, v in value.items()}
    if isinstance(value, list):
        return [shorten(v) for v in value]
    return float(f"{value:.12g}") if isinstance(value, float) else value


def main():
    torch.set_num_threads(1)
    check_random()
    (HERE / "tiny_dcgan.json").write_text(to_json(shorten(play(CASES, Dcgan()))) + "\n")


if __name__ == "__main__":
    main()
