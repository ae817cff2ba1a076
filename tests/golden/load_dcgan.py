"""Loads a run's networks into PyTorch and compares what the generator makes.

By hand, with torch and safetensors installed, for a run of any architecture:

    gpugan train --arch dcgan --steps 60 --lr 0.005 --out RUN
    gpugan sample RUN --out samples.safetensors
    python load_dcgan.py RUN/checkpoints/step-00000060/model.safetensors samples.safetensors

(After a few steps at the usual rate all images are nearly 0, and agree whatever the weights.)

The metadata of model.safetensors lists the modules of both networks; they are
built as torch.nn.Sequential, and every tensor of the file must find its place.
The generator, in evaluation mode, gets the latents of the samples, and must make
their images within 1e-4. Where the run keeps a moving average of the generator,
that is the one that was sampled from.
"""

import json
import sys

import torch
from safetensors import safe_open
from torch import nn

TOLERANCE = 1e-4


class Maxout(nn.Module):
    """The largest of each `pieces` neighbours."""

    def __init__(self, pieces):
        super().__init__()
        self.pieces = pieces

    def forward(self, x):
        return x.unflatten(1, (-1, self.pieces)).amax(2)


def build(description):
    """One module of the metadata."""
    fields = dict(description)
    kind = fields.pop("type")
    if kind == "SpectralNorm":
        return nn.utils.spectral_norm(build(fields["module"]))
    return Maxout(**fields) if kind == "Maxout" else getattr(nn, kind)(**fields)


def read(path):
    """The tensors of a file by name, and its metadata."""
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        return tensors, json.loads(file.metadata()["gpugan"])


def network(name, modules, tensors):
    """A network with its part of the tensors, in evaluation mode."""
    sequential = nn.Sequential(*map(build, modules))
    own = {key.removeprefix(f"{name}."): tensor for key, tensor in tensors.items()
           if key.startswith(f"{name}.")}
    # PyTorch counts batches, and uses the count for nothing at these settings.
    missing, unexpected = sequential.load_state_dict(own, strict=False)
    missing = [key for key in missing if not key.endswith("num_batches_tracked")]
    if missing or unexpected:
        sys.exit(f"{name}: missing {missing}, unexpected {unexpected}")
    return sequential.eval()


def main(model, samples):
    tensors, metadata = read(model)
    names = {"generator": "generator", "critic": "critic"}
    if any(key.startswith("generator_ema.") for key in tensors):
        names["generator_ema"] = "generator"
    networks = {name: network(name, metadata[modules], tensors)
                for name, modules in names.items()}
    print(f"loaded {', '.join(networks)}: {len(tensors)} tensors")

    sampled, _ = read(samples)
    generator = networks.get("generator_ema", networks["generator"])
    height, width, channels = metadata["image_shape_hwc"]
    with torch.no_grad():
        made = generator(sampled["latents"])
        if made.dim() == 2:  # dense layers: pixel by pixel
            made = made.unflatten(1, (height, width, channels)).movedim(3, 1)
        error = (made - sampled["images"]).abs().max().item()
        scores = networks["critic"](made if channels_first(networks["critic"]) else
                                    made.movedim(1, 3).flatten(1))
    print(f"{len(made)} images of {channels} x {height} x {width}: "
          f"at most {error:.2e} apart, scores {scores.min():.3f} to {scores.max():.3f}")
    if not (error <= TOLERANCE and scores.isfinite().all()):
        sys.exit(f"not within {TOLERANCE}")


def channels_first(critic):
    """Whether a network takes [N, C, H, W], and not [N, H*W*C]."""
    return isinstance(critic[0], (nn.Conv2d, nn.Flatten))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
