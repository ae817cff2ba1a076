// The words of the clock and the columns of the metrics ring.

const CLOCK_STEP = 0u;
const CLOCK_EPOCH = 1u;
const CLOCK_POSITION = 2u;
const CLOCK_LATENT = 3u;
const CLOCK_SAMPLE = 4u;
const CLOCK_MIX = 5u;
const CLOCK_DROPOUT = 6u;
const CLOCK_NOISE = 7u;

const METRIC_LOSS_CRITIC = 0u;
const METRIC_LOSS_GENERATOR = 1u;
const METRIC_P_REAL = 2u;
const METRIC_P_FAKE = 3u;
const METRIC_ACCURACY = 4u;
const METRIC_SCORE_REAL = 5u;
const METRIC_SCORE_FAKE = 6u;
const METRIC_PENALTY = 7u;
const METRIC_GRADIENT_NORM = 8u;
const METRIC_COUNT = 9u;
