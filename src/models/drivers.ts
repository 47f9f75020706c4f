import { countEpisodes } from '../datasets/blocks.js';
import { normalQuantile, normalTwoSided } from '../math/distributions.js';
import { adjustHolm, weightedVariance } from '../math/statistics.js';
import type { Dataset, DriverEffect, DriversFit, FeatureInfo } from '../types.js';
import { buildDesign, type Design } from './design.js';
import { fitFirthDesign } from './firth.js';
import { type Coefficient, fitDesign } from './logistic.js';

export interface DriversOptions {
  /** Names of features, most wanted first, declared before the outcomes were seen. */
  readonly list: readonly string[];
  /** Distinct episodes that each factor needs, default 10. */
  readonly episodesPerFactor?: number;
}

/** One column of the fit: a number, or one level of a category. */
interface Factor {
  readonly name: string;
  readonly info: FeatureInfo;
  readonly values: Float64Array;
  readonly missingShare: number;
  readonly step: number;
}

interface Dropped {
  readonly name: string;
  readonly reason: string;
}

const MAX_MISSING = 0.5;

/**
 * The fit that explains: unpenalised logistic regression of the first factors of a pre-declared list, at most one per
 * `episodesPerFactor` distinct episodes (a category takes one place per level after its first), with errors clustered
 * by account; Firth's fit when the outcomes are separated. Effects are told per stated step, p-values adjusted by Holm.
 * With Firth the error of a factor is the larger of the clustered and the model-based one, because clustered scores
 * vanish where a factor separates.
 */
export function fitDrivers(data: Dataset, infos: readonly FeatureInfo[], options: DriversOptions): DriversFit {
  const { list, episodesPerFactor = 10 } = options;
  const episodes = countEpisodes(data);
  const places = Math.floor(episodes / episodesPerFactor);
  const negatives = data.y.some(v => v === 0);
  if (places < 1 || !negatives)
    return withoutEffects(data, { status: negatives ? 'too_few_episodes' : 'one_class', episodes });
  const { usable, dropped } = usableFactors(data, infos, list);
  const { kept, cut } = cutList(usable, { places, episodes, episodesPerFactor });
  const factors = kept.flat();
  if (factors.length === 0)
    return { ...withoutEffects(data, { status: 'no_factors', episodes }), dropped: [...dropped, ...cut] };
  const { status, method, coefficients, aliased } = fitFactors(factorDesign(data, factors));
  const estimated = factors.filter(f => coefficients.has(f.name));
  return {
    status,
    method,
    rows: data.n,
    episodes,
    clusters: new Set(data.clusters).size,
    effects: status === 'ok' ? tellEffects(estimated, coefficients) : [],
    dropped: [
      ...dropped,
      ...cut,
      ...aliased.map(name => ({ name, reason: 'a linear combination of factors before it' }))
    ]
  };
}

function withoutEffects(data: Dataset, { status, episodes }: { status: string; episodes: number }): DriversFit {
  const clusters = new Set(data.clusters).size;
  return { status, method: 'maximum likelihood', rows: data.n, episodes, clusters, effects: [], dropped: [] };
}

function usableFactors(
  data: Dataset,
  infos: readonly FeatureInfo[],
  list: readonly string[]
): { usable: Factor[][]; dropped: Dropped[] } {
  const usable: Factor[][] = [];
  const dropped: Dropped[] = [];
  for (const name of new Set(list)) {
    const info = infos.find(i => i.name === name);
    const j = data.names.indexOf(name);
    const found = info === undefined || j < 0 ? 'not among the features of this run' : readFactors(data, info, j);
    if (typeof found === 'string') dropped.push({ name, reason: found });
    else usable.push(found);
  }
  return { usable, dropped };
}

/** The columns of one feature, or why it cannot be used. */
function readFactors(data: Dataset, info: FeatureInfo, j: number): Factor[] | string {
  const x = Float64Array.from({ length: data.n }, (_, i) => data.X[i * data.p + j]!);
  const present = x.filter(v => !Number.isNaN(v));
  const missingShare = 1 - present.length / data.n;
  if (missingShare > MAX_MISSING) return `missing for ${Math.round(100 * missingShare)} % of the rows (at most 50 %)`;
  const factors =
    info.type === 'category' ? levelFactors(x, info, data.levels[info.name] ?? []) : [numberFactor(x, present, info)];
  const varying = factors.filter(f => f.values.some(v => v !== f.values[0]));
  return varying.length === 0 ? 'the same for every row' : varying.map(f => ({ ...f, missingShare }));
}

function numberFactor(x: Float64Array, present: Float64Array, info: FeatureInfo): Factor {
  const mean = present.reduce((sum, v) => sum + v, 0) / present.length;
  const values = x.map(v => (Number.isNaN(v) ? mean : v));
  return { name: info.name, info, values, missingShare: 0, step: info.step ?? defaultStep(present) };
}

/** 1 for a 0/1 column, else the standard deviation rounded to one significant digit; whole for whole numbers. */
function defaultStep(present: Float64Array): number {
  if (present.every(v => v === 0 || v === 1)) return 1;
  const deviation = Number(Math.sqrt(weightedVariance(present)).toPrecision(1));
  if (present.every(Number.isInteger)) return Math.max(1, Math.round(deviation));
  return deviation > 0 ? deviation : 1;
}

function levelFactors(x: Float64Array, info: FeatureInfo, levels: readonly string[]): Factor[] {
  const seen = levels.map((level, code) => ({ level, code })).filter(({ code }) => x.includes(code));
  return seen.slice(1).map(({ level, code }) => ({
    name: `${info.name}=${level}`,
    info,
    values: x.map(v => (v === code ? 1 : 0)),
    missingShare: 0,
    step: 1
  }));
}

interface Limit {
  readonly places: number;
  readonly episodes: number;
  readonly episodesPerFactor: number;
}

/** Takes features in order while their columns fit into the places; what comes after the first misfit is cut. */
function cutList(
  usable: readonly Factor[][],
  { places, episodes, episodesPerFactor }: Limit
): { kept: Factor[][]; cut: Dropped[] } {
  let used = 0;
  const count = usable.findIndex(factors => {
    used += factors.length;
    return used > places;
  });
  const kept = count < 0 ? [...usable] : usable.slice(0, count);
  let needed = kept.flat().length;
  const cut = usable.slice(kept.length).map(factors => {
    needed += factors.length;
    const missing = needed * episodesPerFactor - episodes;
    return {
      name: factors[0]!.info.name,
      reason: `${episodes} episodes allow ${places} factors: ${missing} more episodes needed`
    };
  });
  return { kept, cut };
}

function factorDesign(data: Dataset, factors: readonly Factor[]): Design {
  const p = factors.length;
  const X = new Float64Array(data.n * p);
  factors.forEach(({ values }, j) => {
    values.forEach((v, i) => {
      X[i * p + j] = v;
    });
  });
  return buildDesign({ X, y: data.y, n: data.n, p, names: factors.map(f => f.name), clusters: data.clusters });
}

interface FactorFit {
  readonly status: string;
  readonly method: DriversFit['method'];
  readonly coefficients: ReadonlyMap<string, Coefficient>;
  readonly aliased: readonly string[];
}

function fitFactors(design: Design): FactorFit {
  const fit = fitDesign(design, { covariance: 'cluster' });
  if (fit.status !== 'separated') {
    const status = fit.status === 'converged' ? 'ok' : fit.status;
    return { status, method: 'maximum likelihood', coefficients: byName(fit.coefficients), aliased: fit.aliased };
  }
  const clustered = fitFirthDesign(design, { covariance: 'cluster' });
  const model = fitFirthDesign(design, { covariance: 'model' });
  const larger = clustered.coefficients.map((c, k) => {
    const other = model.coefficients[k]!;
    return (c.standardError ?? 0) >= (other.standardError ?? 0) ? c : other;
  });
  return {
    status: model.status === 'converged' ? 'ok' : model.status,
    method: 'firth',
    coefficients: byName(larger),
    aliased: model.aliased
  };
}

function byName(coefficients: readonly Coefficient[]): Map<string, Coefficient> {
  return new Map(coefficients.slice(1).map(c => [c.name, c]));
}

function tellEffects(factors: readonly Factor[], coefficients: ReadonlyMap<string, Coefficient>): DriverEffect[] {
  const quantile = normalQuantile(0.975);
  const told = factors.map(factor => {
    const { estimate, standardError } = coefficients.get(factor.name)!;
    return { factor, estimate: factor.step * estimate!, standardError: factor.step * standardError! };
  });
  const p = told.map(t => normalTwoSided(t.estimate / t.standardError));
  const adjusted = adjustHolm(p);
  return told.map(({ factor, estimate, standardError }, k) => ({
    name: factor.name,
    about: factor.info.about,
    unit: factor.info.unit,
    step: factor.step,
    estimate,
    standardError,
    z: estimate / standardError,
    p: p[k]!,
    pAdjusted: adjusted[k]!,
    oddsRatio: Math.exp(estimate),
    interval: [Math.exp(estimate - quantile * standardError), Math.exp(estimate + quantile * standardError)],
    actionable: factor.info.actionable,
    missingShare: factor.missingShare
  }));
}
