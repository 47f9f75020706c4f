import type { Random } from '../math/random.js';

/** What drives an account and is not in any table. Continuous parts have a standard deviation near 1 unless noted. */
export interface Latent {
  /** Level of engagement around which the account moves (standard deviation 0.5). */
  readonly level: number;
  /** Autoregressive part of engagement (standard deviation 0.42). */
  swing: number;
  declining: boolean;
  /** What decline has taken from engagement so far (>= 0). */
  decline: number;
  service: number;
  payment: number;
  champion: boolean;
  growth: number;
  /** Budget pressure: no record depends on it. */
  budget: number;
}

/** The part of an account's standing that outcomes depend on besides its latent state. */
export interface Standing {
  /** Months since the first paid term. */
  readonly tenureMonths: number;
  /** 0 starter, 1 growth, 2 scale. */
  readonly plan: number;
}

/** Monthly base rate of churn and of upsell, kept for every strength of the effects. */
export const BASE_RATE = 0.025;

/** Engagement: 0 is usual, one unit multiplies usage by about 2.2. */
export function engagement(latent: Latent): number {
  return latent.level + latent.swing - latent.decline;
}

/** A state near the long-run distribution, not in decline. */
export function drawLatent(random: Random): Latent {
  return {
    level: 0.5 * random.normal(),
    swing: 0.42 * random.normal(),
    declining: false,
    decline: 0,
    service: random.normal(),
    payment: random.normal(),
    champion: random.uniform() < 0.83,
    growth: random.normal(),
    budget: random.normal()
  };
}

/** One month on: AR(1) parts move, a decline begins (3.5 %), deepens or ends (12 %), champions leave (2.5 %) and come (12 %). */
export function advanceLatent(latent: Latent, random: Random): void {
  latent.swing = 0.7 * latent.swing + 0.3 * random.normal();
  advanceDecline(latent, random);
  latent.service = 0.8 * latent.service + 0.6 * random.normal();
  latent.payment = 0.8 * latent.payment + 0.6 * random.normal();
  latent.champion = random.uniform() < (latent.champion ? 0.975 : 0.12);
  latent.growth = 0.85 * latent.growth + 0.53 * random.normal();
  latent.budget = 0.85 * latent.budget + 0.53 * random.normal();
}

function advanceDecline(latent: Latent, random: Random): void {
  const change = random.uniform();
  latent.declining = latent.declining ? change >= 0.12 : change < 0.035;
  const step = 0.3 + 0.4 * random.uniform();
  latent.decline = latent.declining ? Math.min(4, latent.decline + step) : 0.6 * latent.decline;
}

/** Probability that the account churns in the coming month; the base rate when `effects` is 0. */
export function churnProbability(latent: Latent, standing: Standing, effects: number): number {
  const drive =
    -1.1 * engagement(latent) +
    0.5 * latent.service +
    0.45 * latent.payment +
    (latent.champion ? 0 : 0.9) +
    0.5 * latent.budget -
    0.012 * Math.min(36, standing.tenureMonths) -
    0.25 * (standing.plan - 1);
  return sigmoid(logit(BASE_RATE) + effects * drive - shift(effects, CHURN_SHIFT));
}

/** Probability that an account that does not churn buys more in the coming month; the base rate when `effects` is 0. */
export function upsellProbability(latent: Latent, standing: Standing, effects: number): number {
  const drive =
    1.1 * latent.growth +
    0.35 * engagement(latent) +
    (latent.champion ? 0.4 : 0) -
    0.25 * latent.budget -
    0.2 * (standing.plan - 1);
  return sigmoid(logit(BASE_RATE) + effects * drive - shift(effects, UPSELL_SHIFT));
}

const CHURN_SHIFT = [0.65, 0.5] as const;
const UPSELL_SHIFT = [0.3, 0.5] as const;

/** First two cumulants of the drive (mean, half the variance), which keep the mean rate when effects vary in [0, 1]. */
function shift(effects: number, [mean, halfVariance]: readonly [number, number]): number {
  return effects * mean + effects * effects * halfVariance;
}

function logit(probability: number): number {
  return Math.log(probability / (1 - probability));
}

function sigmoid(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}
