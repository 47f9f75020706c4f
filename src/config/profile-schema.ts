import { z } from 'zod';
import { date, fileName, names, text } from './fields.js';

const share = z.number().min(0).max(1);

const thresholds = z.strictObject({
  kind: z.literal('thresholds'),
  below: share,
  steps: z.array(z.strictObject({ at: z.number(), s: share })).min(1)
});

const linear = z.strictObject({ kind: z.literal('linear'), from: z.number(), to: z.number() });

const percentile = z.strictObject({ kind: z.literal('percentile'), lower_better: z.boolean().default(false) });

const factor = z.strictObject({
  name: text,
  feature: text,
  dimension: text,
  weight: z.number().min(0),
  required: z.boolean().default(false),
  timing: z.enum(['leading', 'lagging']),
  actionable: z.boolean(),
  transform: z.discriminatedUnion('kind', [thresholds, linear, percentile]),
  about: z.string().default(''),
  evidence: z.string().default('')
});

const category = z.strictObject({
  label: text,
  color: z.string().regex(/^#[0-9A-Fa-f]{6}$/, { error: 'expected a colour such as "#2e7d32" (in quotes)' }),
  meaning: z.string().default(''),
  from: share
});

const peers = z.strictObject({
  by: names.max(3).default(['size_band', 'industry']),
  min_peers: z.int().min(1).max(1_000_000).default(10)
});

/** `models/manual/<name>.yaml` without the rules that hold between keys; the JSON Schema for editors comes from here. */
export const profileShape = z.strictObject({
  name: fileName,
  purpose: z.enum(['predictor', 'actionable']),
  owner: text,
  approver: text,
  date,
  min_coverage: share.default(0.5),
  peers: peers.prefault({}),
  factors: z.array(factor).min(1),
  categories: z.array(category).min(2)
});

export type ProfileSpec = z.infer<typeof profileShape>;

type Fail = (path: (string | number)[], message: string) => void;

/** The profile with every rule (R2, R8, R26, R82's transforms complete). */
export const profileSchema = profileShape.superRefine((spec, context) => {
  const fail: Fail = (path, message) => context.addIssue({ code: 'custom', path, message, input: undefined });
  checkFactors(spec, fail);
  checkCategories(spec, fail);
});

function checkFactors({ factors }: ProfileSpec, fail: Fail): void {
  const seen = new Set<string>();
  factors.forEach((one, i) => {
    if (seen.has(one.name)) fail(['factors', i, 'name'], `expected every factor name once, got ${one.name} again`);
    seen.add(one.name);
    checkTransform(one, i, fail);
  });
  if (factors.every(one => one.weight === 0)) {
    fail(['factors', 0, 'weight'], 'expected at least one weight above 0, got only zeros');
  }
}

function checkTransform({ transform }: ProfileSpec['factors'][number], i: number, fail: Fail): void {
  const path = ['factors', i, 'transform'];
  if (transform.kind === 'linear' && transform.from === transform.to) {
    fail([...path, 'to'], `expected a number other than from, got ${transform.to} for both`);
  }
  if (transform.kind !== 'thresholds') return;
  transform.steps.forEach((step, k) => {
    const before = transform.steps[k - 1];
    if (before === undefined || step.at > before.at) return;
    fail([...path, 'steps', k, 'at'], `expected thresholds in ascending order, got ${step.at} after ${before.at}`);
  });
}

/** R8: from 0 upwards without gap or overlap; each category ends where the next begins, the last includes 1. */
function checkCategories({ categories }: ProfileSpec, fail: Fail): void {
  const seen = new Set(['Undefined']);
  categories.forEach((one, i) => {
    if (seen.has(one.label))
      fail(['categories', i, 'label'], `expected a label that is not used yet, got ${one.label}`);
    seen.add(one.label);
    const before = categories[i - 1];
    if (before === undefined) {
      if (one.from !== 0) fail(['categories', i, 'from'], `expected 0, where the scale begins, got ${one.from}`);
    } else if (one.from <= before.from) {
      fail(
        ['categories', i, 'from'],
        `expected a number above ${before.from}, got ${one.from}; order them from the worst`
      );
    }
  });
}
