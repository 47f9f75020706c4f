import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ROOT } from './lib.mjs';
import { candidateSets, fitAt, loadProduct, openFrame, rowsAt, withRatios } from './weekly-data.mjs';
import { compare, describe, poolOrigins } from './weekly-judge.mjs';
import { findPeer, fitPeers } from './weekly-peer.mjs';

const DATA = resolve(ROOT, '..', 'shared', 'datasets', 'socialnet7');
/** Saturdays. The first is the earliest at which rates exist (accounts of 7 days); the terms begin on 2020-01-01. */
const DATES = { first: '2020-01-11', last: '2020-05-02' };
/** A day after the example's: terms that end on 2020-06-01, in the last window, are renewed by terms that start on it. */
const DATA_END = '2020-06-02';
const TESTED = ['2020-03-28', '2020-04-04', '2020-04-11', '2020-04-18', '2020-04-25', '2020-05-02'];
/** Their outcomes are known by 2020-03-23, before the first tested origin; earlier ones have nothing to train on. */
const CHOOSING = ['2020-02-15', '2020-02-22'];
/** Shown beside each other whatever is chosen. */
const SHOWN = ['catalogue', 'counts28', 'lifeRates', 'counts28+lifeRates'];
const SEED = 7;
const RESAMPLES = 2_000;
const MARGIN = -0.01;

/**
 * socialnet7 at weekly origins, 30 days ahead: at each origin the score fit is made anew on outcomes known by then, and
 * judged on what came after. The features are chosen on origins whose outcomes are known before the first tested one.
 * Beside it, on the same matrices, scikit-learn's ridge logistic: the promise is that the 95 % interval of our AUC minus
 * its own (accounts resampled in pairs) stays above -0.01.
 */
export async function benchWeekly(directory) {
  if (!existsSync(DATA)) return { skipped: `${DATA} is not there` };
  const product = await loadProduct();
  const opened = await openFrame(product, { directory: join(directory, 'weekly'), dates: DATES, dataEnd: DATA_END });
  const world = { ...opened, product, frame: withRatios(product, opened.frame) };
  const sets = candidateSets(world.frame);
  const choice = chooseSet(world, sets);
  const names = [...new Set([...SHOWN, choice.chosen])];
  const fits = Object.fromEntries(names.map(name => [name, TESTED.map(date => fitAt(world, { date, ...sets[name] }))]));
  const peer = findPeer();
  const peers = peer.path === undefined ? null : fitPeers(peer.path, { directory, fits, seed: SEED });
  const shown = Object.fromEntries(names.map(name => [name, showSet(world, { sets, name, fits, peers })]));
  return {
    seed: SEED,
    resamples: RESAMPLES,
    horizonDays: world.windowDays,
    dates: { ...DATES, every: 'week', dataEnd: DATA_END, choosing: CHOOSING, tested: TESTED },
    versions: { product: world.version, node: process.version, ...(peers?.versions ?? {}) },
    ...(peers === null ? { peer: { skipped: peer.reason } } : {}),
    choice,
    origins: fits[choice.chosen].map(fit => fit.facts),
    sets: shown,
    ...(peers === null ? {} : { headline: headlineOf(choice.chosen, shown[choice.chosen]) })
  };
}

/** The features with the smallest log loss over the origins that choose; none of the tested outcomes is read. */
function chooseSet(world, sets) {
  const { product, frame } = world;
  const rows = CHOOSING.flatMap(date => [...rowsAt(world, date)]);
  const data = product.selectDataset(frame, Int32Array.from(rows), 'churn');
  const candidates = Object.entries(sets).map(([name, set]) => {
    const fits = CHOOSING.map(date => fitAt(world, { date, ...set }));
    const { auc, logLoss } = describe(product, {
      data,
      probability: poolOrigins(fits.map(fit => fit.probability)),
      seed: SEED
    });
    return { set: name, features: set.names.length, logLoss, auc, strengths: fits.map(fit => fit.facts.strength) };
  });
  const best = candidates.reduce((least, next) => (next.logLoss < least.logLoss ? next : least));
  const rule = 'smallest pooled log loss at the choosing origins, each refitted on outcomes known by it';
  return { rule, rows: data.n, episodes: product.countEpisodes(data), candidates, chosen: best.set };
}

/** Ours, and the peer's where it was fitted, on the pooled rows of the tested origins. */
function showSet(world, { sets, name, fits, peers }) {
  const { product, frame } = world;
  const rows = TESTED.flatMap(date => [...rowsAt(world, date)]);
  const data = product.selectDataset(frame, Int32Array.from(rows), 'churn');
  const parts = fits[name].map(fit => fit.probability);
  const ours = poolOrigins(parts);
  const told = { seed: SEED, resamples: RESAMPLES };
  const rivals = Object.entries(peers?.fits[name] ?? {}).map(([kind, peer]) => {
    const theirs = poolOrigins(peer.map(fit => fit.probability));
    const result = {
      ...describe(product, { data, probability: theirs, parts: peer.map(fit => fit.probability), seed: SEED }),
      strengths: peer.map(fit => fit.strength),
      oursMinusPeer: compare(product, { data, ours, theirs, ...told })
    };
    return [kind, result];
  });
  return {
    features: sets[name].names.length,
    columns: fits[name].map(fit => fit.facts.columns),
    rows: data.n,
    accounts: new Set(data.accounts).size,
    positives: data.y.reduce((sum, v) => sum + v, 0),
    episodes: product.countEpisodes(data),
    ours: {
      ...describe(product, { data, probability: ours, parts, seed: SEED }),
      strengths: fits[name].map(fit => fit.facts.strength)
    },
    ...(rivals.length === 0 ? {} : { peer: Object.fromEntries(rivals) })
  };
}

function headlineOf(set, { ours, peer }) {
  const limits = Object.fromEntries(
    Object.entries(peer).map(([kind, { oursMinusPeer }]) => [kind, oursMinusPeer.interval[0]])
  );
  return {
    set,
    auc: ours.auc,
    lowerLimits: limits,
    margin: MARGIN,
    holds: Object.values(limits).every(limit => limit > MARGIN)
  };
}
