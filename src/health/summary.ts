import type { HealthCategory } from '../types.js';
import { categoryIndex, UNDEFINED_LABEL } from './categories.js';
import type { ManualModel } from './manual.js';

/** One slice of the accounts. Shares are of all accounts and of all ARR, in [0, 1]; 0 when there is none. */
export interface CategorySummary {
  readonly label: string;
  readonly color: string;
  readonly meaning: string;
  readonly accounts: number;
  readonly accountShare: number;
  readonly arr: number;
  readonly arrShare: number;
}

export interface HealthSummary {
  readonly profile: string;
  readonly accounts: number;
  readonly arr: number;
  /** Mean score of the defined accounts, each counting once (R116); null when none is defined. */
  readonly accountMean: number | null;
  /** Mean score of the defined accounts, each counting its ARR; null when they have none. */
  readonly arrMean: number | null;
  readonly accountCategory: string;
  readonly arrCategory: string;
  /** Share of weight that somebody can act on (R3), and that is lagging (R4). */
  readonly actionableShare: number;
  readonly laggingShare: number;
  /** In the order of the scale, `Undefined` last; counts and ARR sum to the totals (R114). */
  readonly categories: readonly CategorySummary[];
  readonly factors: readonly {
    readonly name: string;
    readonly about: string;
    readonly weight: number;
    readonly dimension: string;
  }[];
}

export interface HealthSummaryInput {
  readonly model: ManualModel;
  /** Published scores [n], and the index of each category, -1 = Undefined. */
  readonly low: Float64Array;
  readonly category: Int32Array;
  /** ARR of each account [n]; NaN counts 0. */
  readonly arr: Float64Array;
}

/** Counts and money by category, both means with their categories, and what kind of weight the profile has. */
export function summariseHealth({ model, low, category, arr }: HealthSummaryInput): HealthSummary {
  const money = arr.map(value => (Number.isNaN(value) ? 0 : value));
  const defined = [...category.keys()].filter(i => (category[i] as number) >= 0);
  const accountMean = weightedMean(defined, low, () => 1);
  const arrMean = weightedMean(defined, low, i => money[i] as number);
  const labels = [...model.categories, UNDEFINED];
  const last = labels.length - 1;
  const totals = { accounts: category.length, arr: money.reduce((sum, value) => sum + value, 0) };
  const slices = labels.map(() => ({ accounts: 0, arr: 0 }));
  category.forEach((index, i) => {
    const slice = slices[index < 0 ? last : index] as { accounts: number; arr: number };
    slice.accounts += 1;
    slice.arr += money[i] as number;
  });
  return {
    profile: model.profile,
    ...totals,
    accountMean,
    arrMean,
    accountCategory: labelOf(model.categories, accountMean),
    arrCategory: labelOf(model.categories, arrMean),
    actionableShare: weightShare(model, factor => factor.actionable),
    laggingShare: weightShare(model, factor => factor.timing === 'lagging'),
    categories: labels.map(({ label, color, meaning }, i) => {
      const slice = slices[i] as { accounts: number; arr: number };
      const shares = { accountShare: ratio(slice.accounts, totals.accounts), arrShare: ratio(slice.arr, totals.arr) };
      return { label, color, meaning, ...slice, ...shares };
    }),
    factors: model.factors.map(({ name, about, weight, dimension }) => ({ name, about, weight, dimension }))
  };
}

const UNDEFINED = {
  label: UNDEFINED_LABEL,
  color: '#9e9e9e',
  meaning: 'Too little is known for a score.'
} as const;

function weightedMean(rows: readonly number[], values: Float64Array, weight: (i: number) => number): number | null {
  const total = rows.reduce((sum, i) => sum + weight(i), 0);
  return total > 0 ? rows.reduce((sum, i) => sum + weight(i) * (values[i] as number), 0) / total : null;
}

function labelOf(categories: readonly HealthCategory[], mean: number | null): string {
  return mean === null ? UNDEFINED_LABEL : (categories[categoryIndex(categories, mean)] as HealthCategory).label;
}

function weightShare(model: ManualModel, holds: (factor: ManualModel['factors'][number]) => boolean): number {
  const sum = (factors: ManualModel['factors']) => factors.reduce((total, factor) => total + factor.weight, 0);
  return ratio(sum(model.factors.filter(holds)), sum(model.factors));
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
