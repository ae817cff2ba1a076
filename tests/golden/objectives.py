"""Golden numbers of the objectives.

Run `python objectives.py` with torch and mpmath installed (written with torch
2.15 and mpmath 1.3); it writes objectives.json beside it.

`losses`: the losses of both players and their slopes with respect to the
scores, by PyTorch's automatic differentiation in float64 of the losses as the
papers have them, f-GAN's as E[f*(g_f(V))] with both functions written out.

`divergences`: T = g_f(v), f*(T) and the slopes of both for scores up to 1e4,
in arithmetic long enough that nothing overflows, underflows or cancels; null
stands for numbers that float64 cannot hold.
"""

import json
import math
from pathlib import Path

import mpmath
import torch
from torch.nn import functional as F

HERE = Path(__file__).resolve().parent
LOG2 = math.log(2)


def lambert(x):
    """W(x) for x > 0 by Halley's method, differentiable through its identity."""
    w = torch.log1p(x.detach())
    for _ in range(50):
        e = torch.exp(w)
        w = w - (w * e - x.detach()) / (e * (w + 1) - (w + 2) * (w * e - x.detach()) / (2 * w + 2))
    # One step of Newton, in which x is differentiated.
    e = torch.exp(w)
    return w - (w * e - x) / (e * (w + 1))


def divergences(m):
    """name: (g_f(v), f*(t)), written with the functions of a module; h is its parameter."""
    log, exp, sqrt = m.log, m.exp, m.sqrt
    sp = lambda x: log(1 + exp(x))
    return {
        "total-variation": (lambda v, h: m.tanh(v) / 2, lambda t, h: t),
        "kl": (lambda v, h: v, lambda t, h: exp(t - 1)),
        "reverse-kl": (lambda v, h: -exp(-v), lambda t, h: -1 - log(-t)),
        "pearson": (lambda v, h: v, lambda t, h: t * t / 4 + t if t > -2 else 0 * t - 1),
        "neyman": (lambda v, h: 1 - exp(-v), lambda t, h: 2 - 2 * sqrt(1 - t)),
        "squared-hellinger": (lambda v, h: 1 - exp(-v), lambda t, h: t / (1 - t)),
        "jeffrey": (lambda v, h: v, lambda t, h: jeffrey(m, t)),
        "jensen-shannon": (lambda v, h: log(2 + 0 * v) - sp(-v), lambda t, h: -log(2 - exp(t))),
        "weighted-jensen-shannon": (
            lambda v, h: -h * log(h + 0 * v) - sp(-v),
            lambda t, h: (1 - h) * log((1 - h) / (1 - h * exp(t / h))),
        ),
        "gan": (lambda v, h: -sp(-v), lambda t, h: -log(1 - exp(t))),
        "alpha": (
            lambda v, h: 1 / (1 - h) - sp(-v) if h < 1 else v,
            lambda t, h: alpha_conjugate(t, h),
        ),
    }


def jeffrey(m, t):
    w = lambert(m.exp(1 - t)) if m is torch else mpmath.lambertw(m.exp(1 - t)).real
    return w + 1 / w + t - 2


def alpha_conjugate(t, h):
    base = t * (h - 1) + 1
    return (base ** (h / (h - 1)) - 1) / h if base > 0 else 0 * t - 1 / h


PARAMETERS = {"alpha": [-1.0, 0.5, 1.5, 3.0], "weighted-jensen-shannon": [0.1, 0.5, 0.7]}


def each(name, values, function):
    return torch.stack([function(v) for v in values])


def f_gan(name, h, minimax):
    output, conjugate = divergences(torch)[name]
    T = lambda scores: each(name, scores, lambda v: output(v, h))
    star = lambda scores: each(name, T(scores), lambda t: conjugate(t, h))
    critic = lambda r, f: star(f).mean() - T(r).mean()
    generator = lambda r, f: -(star(f) if minimax else T(f)).mean()
    return critic, generator


def others(smoothing):
    bce = F.binary_cross_entropy_with_logits
    one = torch.ones_like
    zero = torch.zeros_like
    soft = lambda s: one(s) - smoothing
    gan = lambda r, f: bce(r, soft(r)) + bce(f, zero(f))
    return {
        "non-saturating": (gan, lambda r, f: bce(f, one(f))),
        "minimax": (gan, lambda r, f: -bce(f, zero(f))),
        "wgan": (lambda r, f: f.mean() - r.mean(), lambda r, f: -f.mean()),
        "least-squares": (
            lambda r, f: 0.5 * ((r - soft(r)) ** 2).mean() + 0.5 * (f**2).mean(),
            lambda r, f: 0.5 * ((f - 1) ** 2).mean(),
        ),
        "hinge": (
            lambda r, f: F.relu(1 - r).mean() + F.relu(1 + f).mean(),
            lambda r, f: -f.mean(),
        ),
        "relativistic": (lambda r, f: bce(r - f, one(r)), lambda r, f: bce(f - r, one(r))),
        "relativistic-average": (
            lambda r, f: bce(r - f.mean(), one(r)) + bce(f - r.mean(), zero(f)),
            lambda r, f: bce(f - r.mean(), one(f)) + bce(r - f.mean(), zero(r)),
        ),
    }


REAL = [2.5, -0.75, 0.125, 1.0625, -3.25, 4.5, 0.5]
FAKE = [-1.5, 0.875, -2.75, 3.5, 0.25, -0.0625, 1.25]


def case(objective, parameter, smoothing, minimax, losses):
    scores = [torch.tensor(s, dtype=torch.float64, requires_grad=True) for s in (REAL, FAKE)]
    critic, generator = (loss(*scores) for loss in losses)
    # A loss that does not depend on a score has no slope there.
    grad = lambda loss: torch.autograd.grad(loss, scores, retain_graph=True, allow_unused=True)
    return dict(objective=objective, parameter=parameter, smoothing=smoothing, minimax=minimax,
                critic=critic.item(), critic_slopes=[g.tolist() for g in grad(critic)],
                generator=generator.item(), generator_slopes=grad(generator)[1].tolist())


def losses():
    rows = [case(name, 0.0, 0.0, False, pair) for name, pair in others(0.0).items()]
    for name in ("non-saturating", "minimax", "least-squares"):
        rows.append(case(name, 0.0, 0.125, False, others(0.125)[name]))
    for name in divergences(torch):
        for h in PARAMETERS.get(name, [0.0]):
            for minimax in (False, True):
                rows.append(case(f"f-gan:{name}", h, 0.0, minimax, f_gan(name, h, minimax)))
    return rows


FAR = [-1e4, -104.0, -89.0, -50.0, -20.0, -7.5, -2.0, -0.75, -1e-3, 0.0, 1e-3, 0.5, 1.5, 4.0, 14.9375,
       15.0625, 20.0, 36.5, 50.0, 89.0, 104.0, 1e4]


def number(x):
    return float(x) if abs(x) < mpmath.mpf(10) ** 300 else None


def extremes():
    # The longest cancellation is that of 1 - exp(-exp(-1e4)).
    mpmath.mp.dps = 9100
    rows = []
    for name, (output, conjugate) in divergences(mpmath).items():
        for h in PARAMETERS.get(name, [0.0]):
            h = mpmath.mpf(h)
            T = lambda v: output(v, h)
            star = lambda v: conjugate(T(v), h)
            for score in FAR:
                v, step = mpmath.mpf(score), mpmath.mpf(10) ** -40
                slope = lambda function: (function(v + step) - function(v - step)) / (2 * step)
                row = [score, T(v), slope(T), star(v), slope(star)]
                if name == "pearson" and score == -2.0:
                    row[4] = mpmath.mpf(0)
                rows.append(dict(divergence=name, parameter=float(h), numbers=[number(x) for x in row]))
    return rows


golden = dict(real=REAL, fake=FAKE, losses=losses(), divergences=extremes())
(HERE / "objectives.json").write_text(json.dumps(golden, indent=None).replace("}, ", "},\n") + "\n")
