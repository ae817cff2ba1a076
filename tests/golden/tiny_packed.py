"""Golden numbers of games whose critic sees several samples at once, whose networks learn from one
batch, and whose rates move, computed with PyTorch in float64.

Run `python tiny_packed.py` with torch installed (written with torch 2.15); it
writes tiny_packed.json beside it, in the form of tiny_gan.json.

A pack is two samples that the data or the generator gave one after the other,
as one row (Lin et al. 2018). In a simultaneous update both gradients are taken
before either network moves, on one real batch and one latent draw. Rates are
those of the turn, counted from 0.
"""

import math

import torch
from torch import nn

from tiny_dcgan import shorten
from tiny_gan import (BATCH, HERE, IMAGES, SLOPE, Game, Trainer, check_random, draw, generator_loss,
                      metrics, permute, softplus, tensor, to_json)
import tiny_gan

PACK = 2

CASES = [
    dict(name="packed", seed=5, objective="non-saturating", latent="normal",
         critic_steps=2, generator_steps=1, lr_generator=2e-3, lr_critic=2e-3,
         optimizer=dict(kind="adam", beta1=0.5, beta2=0.999, eps=1e-8)),
    dict(name="packed-simultaneous-linear", seed=6, objective="minimax", latent="uniform",
         critic_steps=1, generator_steps=1, lr_generator=2e-3, lr_critic=3e-3,
         update="simultaneous", lr_schedule="linear:4",
         optimizer=dict(kind="adam", beta1=0.5, beta2=0.99, eps=1e-8)),
    dict(name="packed-simultaneous-exponential", seed=8, objective="non-saturating",
         latent="normal", critic_steps=1, generator_steps=1, lr_generator=0.05, lr_critic=0.04,
         update="simultaneous", lr_schedule="exponential:1.25,0.03", momentum_ramp="0.9,1,4",
         optimizer=dict(kind="sgd", momentum=0.5)),
]


class Packed(Game):
    def build(self):
        leaky, pixels = nn.LeakyReLU(SLOPE), math.prod(self.shape)
        generator, _ = super().build()
        return generator, nn.Sequential(nn.Linear(PACK * pixels, 6), leaky, nn.Linear(6, 3), leaky,
                                        nn.Linear(3, 1))


class PackedTrainer(Trainer):
    turn = 0

    def next_images(self):
        rows = PACK * BATCH
        indices = [permute(self.case["seed"], IMAGES, self.position + j) for j in range(rows)]
        self.position += rows
        pixels = tensor([self.game.dataset[i] for i in indices], rows, -1) * (2.0 / 255.0) - 1.0
        return indices, pixels

    def next_latents(self):
        case, rows = self.case, PACK * BATCH
        values = draw(case["latent"], case["seed"], "latent", self.draws, rows * self.game.latent_dim)
        self.draws += 1
        return tensor(values, rows, -1)

    def score(self, samples):
        return self.critic(samples.reshape(BATCH, -1))

    def critic_step(self):
        _, real = self.next_images()
        fake = self.generator(self.next_latents()).detach()
        s_real, s_fake = self.score(real), self.score(fake)
        loss = softplus(-s_real).mean() + softplus(s_fake).mean()
        self.update("critic", loss)
        return metrics(loss, s_real, s_fake)

    def generator_step(self):
        loss = generator_loss(self.case["objective"], self.score(self.generator(self.next_latents())))
        self.update("generator", loss)
        return dict(loss_generator=loss.item())

    def both_at_once(self):
        _, real = self.next_images()
        s_real, s_fake = self.score(real), self.score(self.generator(self.next_latents()))
        loss = softplus(-s_real).mean() + softplus(s_fake).mean()
        answer = generator_loss(self.case["objective"], s_fake)
        for name, value in (("critic", loss), ("generator", answer)):
            network = self.networks[name]
            gradients = torch.autograd.grad(value, list(network.parameters()), retain_graph=True)
            for (key, p), gradient in zip(network.named_parameters(), gradients):
                p.grad = gradient
                self.gradients[f"{name}.{key}"] = gradient.flatten().tolist()
        for optimizer in self.optimizers.values():
            optimizer.step()
        return metrics(loss, s_real, s_fake) | dict(loss_generator=answer.item())

    def set_rates(self):
        case, t = self.case, self.turn
        kind, _, numbers = case.get("lr_schedule", "constant").partition(":")
        for name, optimizer in self.optimizers.items():
            lr = case[f"lr_{name}"]
            if kind == "linear":
                lr *= max(0.0, 1.0 - t / float(numbers))
            elif kind == "exponential":
                factor, floor = map(float, numbers.split(","))
                lr = max(lr * factor ** -t, floor)
            optimizer.param_groups[0]["lr"] = lr
            if "momentum_ramp" in case:
                to, start, until = map(float, case["momentum_ramp"].split(","))
                share = min(max((t - start) / (until - start), 0.0), 1.0)
                first = case["optimizer"]["momentum"]
                optimizer.param_groups[0]["momentum"] = first + (to - first) * share

    def iteration(self):
        self.set_rates()
        self.turn += 1
        if self.case.get("update") != "simultaneous":
            return super().iteration()
        return self.both_at_once() | dict(data_position=self.position, latent_draws=self.draws,
                                          weights=tiny_gan.flat_state(self.networks))


def main():
    torch.set_num_threads(1)
    check_random()
    tiny_gan.Trainer = PackedTrainer
    (HERE / "tiny_packed.json").write_text(to_json(shorten(tiny_gan.play(CASES, Packed()))) + "\n")


if __name__ == "__main__":
    main()
