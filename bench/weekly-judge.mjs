const INTERVAL = [0.025, 0.975];

/** One array of the rows of all origins, in the order of the origins. */
export function poolOrigins(parts) {
  return Float64Array.from(parts.flatMap(part => [...part]));
}

/** Measures of pooled rows; with `parts` (probabilities by origin) also the mean of the origins' own AUCs. */
export function describe(product, { data, probability, parts, seed }) {
  const { y, clusters, episode, asOf } = data;
  const { auc, aucInterval, logLoss, liftAt10, liftInterval } = product.evaluate({
    y,
    probability,
    clusters,
    episode,
    asOf,
    seed
  });
  const pooled = { auc, aucInterval, logLoss, liftAt10, liftInterval };
  if (parts === undefined) return pooled;
  const byOrigin = splitLike(parts, y).map((own, k) => aucOf(product, own, parts[k]));
  return { ...pooled, aucByOrigin: byOrigin, meanAuc: byOrigin.reduce((sum, v) => sum + v, 0) / byOrigin.length };
}

function splitLike(parts, y) {
  const ends = parts.map((_, k) => parts.slice(0, k + 1).reduce((sum, part) => sum + part.length, 0));
  return parts.map((part, k) => y.subarray(ends[k] - part.length, ends[k]));
}

function aucOf(product, y, probability) {
  return product.auc(product.rankScores(probability, { y, w: new Float64Array(y.length).fill(1) }));
}

/**
 * AUC of ours minus the peer's on the same rows: percentile interval over resamples of whole accounts, the same accounts
 * for both, and the analytical clustered interval beside it.
 */
export function compare(product, { data, ours, theirs, seed, resamples }) {
  const { y, clusters } = data;
  const index = new Map([...new Set(clusters)].map((cluster, k) => [cluster, k]));
  const account = clusters.map(cluster => index.get(cluster));
  const one = new Float64Array(y.length).fill(1);
  const [a, b] = [ours, theirs].map(probability => product.rankScores(probability, { y, w: one }));
  const random = product.seededRandom(seed, 41);
  const differences = [];
  for (let r = 0; r < resamples; r++) {
    const times = product.resampleClusters(index.size, random);
    differences.push(resampledAuc(product, a, { y, account, times }) - resampledAuc(product, b, { y, account, times }));
  }
  const sorted = Float64Array.from(differences).sort();
  const { difference, standardError, interval } = product.pairedDifference({
    y,
    a: ours,
    b: theirs,
    clusters,
    measure: 'auc'
  });
  return {
    difference,
    interval: INTERVAL.map(share => product.quantileSorted(sorted, share)),
    analytical: { standardError, interval }
  };
}

/** The AUC when every account counts as often as it was drawn. */
function resampledAuc(product, { group, positive }, { y, account, times }) {
  const drawn = { positive: new Float64Array(positive.length), negative: new Float64Array(positive.length) };
  for (let i = 0; i < y.length; i++) {
    const mass = y[i] === 1 ? drawn.positive : drawn.negative;
    mass[group[i]] += times[account[i]];
  }
  return product.auc(drawn);
}
