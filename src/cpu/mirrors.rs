//! Which function is the mirror of which kernel.

use super::args::Args;
use super::real::Real;
use super::{
    bench, clock, conv, data, dense, dropout, maxout, norm, objective, optim, pushforward, random,
    reduce, spectral, upsample,
};

pub(super) type Mirror<T> = fn(&mut Args<'_, T>);

/// The mirror of a kernel.
pub(super) fn mirror<T: Real>(name: &str) -> Option<Mirror<T>> {
    Some(match name {
        "dense/forward" => dense::forward,
        "dense/backward_input" => dense::backward_input,
        "dense/backward_weight" => dense::backward_weight,
        "conv/down" => conv::down,
        "conv/down_slope" => conv::down_slope,
        "conv/up" => conv::up,
        "conv/up_slope" => conv::up_slope,
        "conv/weight" => conv::weight,
        "conv/windows" => conv::windows,
        "conv/fold" => conv::fold,
        "conv/fold_slope" => conv::fold_slope,
        "reduce/columns" => reduce::columns,
        "reduce/splits" => reduce::splits,
        "norm/moments" => norm::moments,
        "norm/statistics" => norm::statistics,
        "norm/running" => norm::running,
        "norm/apply" => norm::apply,
        "norm/backward_sums" => norm::backward_sums,
        "norm/backward_parameters" => norm::backward_parameters,
        "norm/backward_input" => norm::backward_input,
        "random/normal" => random::normal,
        "random/uniform" => random::uniform,
        "pushforward/exponential" => pushforward::exponential,
        "pushforward/logistic" => pushforward::logistic,
        "pushforward/cauchy" => pushforward::cauchy,
        "pushforward/gaussian" => pushforward::gaussian,
        "pushforward/weibull" => pushforward::weibull,
        "pushforward/affine" => pushforward::affine,
        "pushforward/square" => pushforward::square,
        "pushforward/exp" => pushforward::exp,
        "pushforward/abs" => pushforward::abs,
        "pushforward/table" => pushforward::table,
        "pushforward/gumbel_max" => pushforward::gumbel_max,
        "data/gather" => data::gather,
        "data/copy" => data::copy,
        "dropout/forward" => dropout::forward,
        "dropout/backward" => dropout::backward,
        "maxout/forward" => maxout::forward,
        "maxout/backward" => maxout::backward,
        "upsample/forward" => upsample::forward,
        "upsample/backward" => upsample::backward,
        "spectral/columns" => spectral::columns,
        "spectral/dots" => spectral::dots,
        "spectral/direction" => spectral::direction,
        "spectral/divide" => spectral::divide,
        "spectral/backward" => spectral::backward,
        "objective/critic" => objective::critic,
        "objective/generator" => objective::generator,
        "optim/advance" => optim::advance,
        "optim/adam" => optim::adam,
        "optim/sgd" => optim::sgd,
        "optim/rmsprop" => optim::rmsprop,
        "optim/clip" => optim::clip,
        "optim/average" => optim::average,
        "clock/advance" => clock::advance,
        "bench/multiply_add" => bench::multiply_add,
        "bench/copy" => bench::copy,
        _ => return None,
    })
}
