import { mrrWaterfall, retentionRates } from '../../src/outcomes/rates.js';
import { averageRates, totalOf } from '../../src/outcomes/retention.js';
import type { ReportModel, RetentionReport } from '../../src/reports/model.js';
import type {
  BlockName,
  BlockSummary,
  DriverEffect,
  Evaluation,
  ModelKind,
  ModelResult,
  Target
} from '../../src/types.js';

/** Bins of equal mass around a curve of predicted shares; `tilt` pulls what happened away from what was predicted. */
function bins(n: number, tilt: number): Evaluation['reliability'] {
  const predicted = [0.0041, 0.0083, 0.0132, 0.0197, 0.0281, 0.0402, 0.0588, 0.0892, 0.1463, 0.2937];
  return predicted.map((p, i) => {
    const observed = Math.max(
      0,
      p + tilt * (p - 0.06) + [0.001, -0.002, 0.003, -0.001, 0.004, -0.005, 0.006, -0.009, 0.012, -0.011][i]!
    );
    const half = 1.96 * Math.sqrt((observed * (1 - observed)) / n + 1e-6);
    return {
      lo: p * 0.8,
      hi: p * 1.3,
      n,
      predicted: p,
      observed,
      interval: [Math.max(0, observed - half), observed + half] as const
    };
  });
}

/** A complete evaluation; every field can be replaced. */
export function evaluation(over: Partial<Evaluation> = {}): Evaluation {
  return {
    n: 5712,
    positives: 402,
    auc: 0.78914,
    aucInterval: [0.74381, 0.82977],
    averagePrecision: 0.30112,
    logLoss: 0.214273,
    brier: 0.058821,
    liftAt10: 4.1237,
    liftInterval: [3.5121, 4.7788],
    calibrationSlope: 1.0213,
    calibrationSlopeInterval: [0.9102, 1.1341],
    calibrationIntercept: 0.0311,
    ece: 0.00812,
    eceNullBand: [0.0031, 0.0127],
    expected: 397.412,
    observed: 402,
    expectedInterval: [352.18, 441.09],
    expectedValue: 5_213_400.25,
    observedValue: 5_377_120,
    reliability: bins(571, 0),
    ...over
  };
}

const ROWS: Readonly<Record<BlockName, number>> = { train: 14_280, validation: 3570, calibration: 3570, test: 5712 };
const EPISODES: Readonly<Record<BlockName, number>> = { train: 512, validation: 131, calibration: 129, test: 203 };

/** One model of the run. */
export function modelResult(target: Target, kind: ModelKind, test: Evaluation | null): ModelResult {
  return {
    name: `${target}-${kind}`,
    target,
    kind,
    status: test === null ? 'too_few_episodes' : 'ok',
    horizonDays: 90,
    rows: ROWS,
    episodes: EPISODES,
    calibrator: { kind: 'platt', slope: 0.97, intercept: 0.04 },
    calibratorReason: 'Platt with positive slope, because the calibration block has fewer than 200 episodes',
    test
  };
}

const manualTest = evaluation({
  auc: 0.66204,
  aucInterval: [0.60112, 0.71893],
  logLoss: 0.240913,
  brier: 0.063911,
  liftAt10: 2.0915,
  liftInterval: [1.6203, 2.6117],
  calibrationSlope: 0.8127,
  calibrationSlopeInterval: [0.6318, 0.9864],
  ece: 0.01933,
  reliability: bins(571, -0.35)
});

const MODELS: readonly ModelResult[] = [
  modelResult('churn', 'logistic', evaluation()),
  modelResult(
    'churn',
    'neural',
    evaluation({
      auc: 0.78111,
      aucInterval: [0.73502, 0.82313],
      logLoss: 0.216644,
      brier: 0.059102,
      liftAt10: 4.0021,
      calibrationSlope: 0.9611,
      calibrationSlopeInterval: [0.8533, 1.0702],
      ece: 0.00991,
      reliability: bins(571, 0.06)
    })
  ),
  modelResult('churn', 'manual', manualTest),
  modelResult(
    'churn',
    'single',
    evaluation({
      auc: 0.70551,
      aucInterval: [0.65217, 0.75504],
      logLoss: 0.233101,
      brier: 0.062404,
      liftAt10: 2.6022,
      liftInterval: [2.0416, 3.1785]
    })
  ),
  modelResult(
    'churn',
    'constant',
    evaluation({
      auc: 0.5,
      aucInterval: [0.5, 0.5],
      logLoss: 0.255312,
      brier: 0.065402,
      liftAt10: 1,
      liftInterval: [1, 1],
      calibrationSlope: null,
      calibrationSlopeInterval: null
    })
  ),
  modelResult(
    'upsell',
    'logistic',
    evaluation({
      n: 3110,
      positives: 288,
      auc: 0.72118,
      aucInterval: [0.67309, 0.76551],
      observed: 288,
      expected: 279.6,
      expectedInterval: [243.2, 318.4],
      reliability: bins(311, -0.08)
    })
  ),
  modelResult(
    'upsell',
    'constant',
    evaluation({
      n: 3110,
      positives: 288,
      auc: 0.5,
      aucInterval: [0.5, 0.5],
      liftAt10: 1,
      calibrationSlope: null,
      calibrationSlopeInterval: null
    })
  )
];

function effect(
  name: string,
  about: string,
  numbers: readonly [step: number, unit: string, ratio: number, lo: number, hi: number, p: number],
  actionable = true
): DriverEffect {
  const [step, unit, oddsRatio, lo, hi, p] = numbers;
  const estimate = Math.log(oddsRatio) / step;
  const standardError = Math.log(hi / lo) / (2 * 1.96 * step);
  return {
    name,
    about,
    unit,
    step,
    estimate,
    standardError,
    z: estimate / standardError,
    p,
    pAdjusted: Math.min(1, p * 8),
    oddsRatio,
    interval: [lo, hi],
    actionable,
    missingShare: 0.0123
  };
}

function block(
  rows: number,
  numbers: readonly [accounts: number, positives: number, episodes: number],
  dates: readonly [string, string]
): BlockSummary {
  return { rows, accounts: numbers[0], positives: numbers[1], episodes: numbers[2], from: dates[0], to: dates[1] };
}

const BLOCKS: Readonly<Record<BlockName, BlockSummary>> = {
  train: block(14_280, [1790, 1021, 512], ['2023-04-01', '2024-03-01']),
  validation: block(3570, [1802, 255, 131], ['2024-06-01', '2024-07-01']),
  calibration: block(3570, [1811, 249, 129], ['2024-10-01', '2024-11-01']),
  test: block(5712, [1834, 402, 203], ['2025-02-01', '2025-04-01'])
};

/** A report as a healthy run of a mid-sized workspace gives it; every field can be replaced. */
export function reportModel(over: Partial<ReportModel> = {}): ReportModel {
  return {
    runId: '9f2c61d0a4b7e835',
    product: 'account-vitals 0.1.0',
    name: 'Northwind Cloud',
    currency: 'USD',
    asOf: '2025-06-30',
    dataEnd: '2025-07-01',
    timeOrdered: true,
    folds: 0,
    backend: 'tfjs wasm',
    seed: 7,
    dataHash: '3d5a1f6e9b0c47728a6e1bb2f1c09d34',
    configHash: 'b81c7e02d9f34a6590aa63e1d7c2f548',
    horizonDays: 90,
    headline: {
      accounts: 1834,
      arr: 24_318_400,
      expectedChurned: 112.437,
      expectedChurnedInterval: [88.213, 139.078],
      expectedLostArr: 1_412_300.5,
      expectedLostArrInterval: [1_037_100, 1_873_500],
      model: 'churn-logistic'
    },
    models: MODELS,
    inForce: { churn: 'churn-logistic', upsell: 'upsell-logistic' },
    blocks: { churn: BLOCKS, upsell: BLOCKS },
    comparison: { aucDifference: 0.131, interval: [0.072, 0.19] },
    drivers: {
      status: 'ok',
      method: 'maximum likelihood',
      rows: 14_280,
      episodes: 512,
      clusters: 1713,
      effects: [
        effect('logins_28d', 'Logins in the last 28 days', [10, 'logins', 0.8217, 0.7502, 0.9001, 0.00002]),
        effect('core_change', 'Change of core usage against the month before', [
          10,
          'percentage points',
          0.9133,
          0.8717,
          0.9569,
          0.0004
        ]),
        effect('tickets_open', 'Open support tickets', [1, 'tickets', 1.1844, 1.0911, 1.2857, 0.00006]),
        effect('overdue_days', 'Days the oldest invoice is overdue', [30, 'days', 1.5312, 1.2203, 1.9213, 0.0002]),
        effect('seats_used', 'Share of paid seats in use', [0.1, 'share', 0.8702, 0.8144, 0.9298, 0.00005]),
        effect('tenure', 'Time since the first subscription', [12, 'months', 0.9411, 0.8303, 1.0667, 0.34], false),
        effect('champion_left', 'The most active user went silent', [1, 'flag', 2.0418, 1.4902, 2.7975, 0.00001]),
        effect('nps', 'Newest answer to the recommendation question', [1, 'points', 0.9602, 0.9114, 1.0116, 0.13])
      ],
      dropped: [{ name: 'integrations', reason: 'constant in the training block' }]
    },
    health: {
      profile: 'default',
      accountMean: 0.6641,
      arrMean: 0.7188,
      accountCategory: 'Moderate',
      arrCategory: 'Strong',
      actionableShare: 0.62,
      laggingShare: 0.18,
      categories: [
        { label: 'Weak', color: '#c0392b', meaning: 'needs urgent attention', accounts: 214, arr: 1_902_000 },
        { label: 'Moderate', color: '#e0a100', meaning: 'might need to be looked at', accounts: 702, arr: 8_077_300 },
        { label: 'Strong', color: '#2e8b57', meaning: 'healthy', accounts: 861, arr: 13_844_100 },
        { label: 'Undefined', color: '#9aa5b1', meaning: 'too little is known', accounts: 57, arr: 495_000 }
      ],
      outcomes: [
        { label: 'Weak', n: 701, churned: 108, observed: 108 / 701, interval: [0.1271, 0.1853], predicted: 0.1688 },
        {
          label: 'Moderate',
          n: 2244,
          churned: 171,
          observed: 171 / 2244,
          interval: [0.0648, 0.0892],
          predicted: 0.0801
        },
        { label: 'Strong', n: 2590, churned: 110, observed: 110 / 2590, interval: [0.0347, 0.0517], predicted: 0.0369 },
        { label: 'Undefined', n: 177, churned: 13, observed: 13 / 177, interval: [0.042, 0.1255], predicted: 0.0702 }
      ],
      factors: [
        { name: 'Logins', about: 'percentile of logins in 28 days among peers', weight: 0.3, dimension: 'Product use' },
        { name: 'Seats', about: 'share of paid seats in use', weight: 0.2, dimension: 'Product use' },
        { name: 'Tickets', about: 'open tickets', weight: 0.2, dimension: 'Support' },
        { name: 'Invoices', about: 'days overdue', weight: 0.18, dimension: 'Money' },
        { name: 'Last contact', about: 'days since the last touchpoint', weight: 0.12, dimension: 'Relationship' }
      ]
    },
    retention: retentionReport(),
    termEnds: {
      status: 'ok',
      all: { rows: 5712, episodes: 203 },
      ending: { rows: 1904, episodes: 171 },
      models: [
        {
          kind: 'logistic',
          all: { auc: 0.78914, interval: [0.74381, 0.82977] },
          ending: { auc: 0.64027, interval: [0.58213, 0.69412] }
        },
        {
          kind: 'days_to_term_end',
          all: { auc: 0.74102, interval: [0.70344, 0.77561] },
          ending: { auc: 0.5131, interval: null }
        }
      ]
    },
    quality: {
      rows: {
        accounts: { in: 2000, used: 2000, quarantined: 0, dropped: 0 },
        events: { in: 1_204_331, used: 1_203_870, quarantined: 455, dropped: 6 },
        invoices: { in: 23_110, used: 23_091, quarantined: 19, dropped: 0 }
      },
      reasons: [
        { table: 'events', reason: 'unknown account', rows: 412 },
        { table: 'events', reason: 'known at or after data end', rows: 43 },
        { table: 'events', reason: 'exact duplicate', rows: 6 },
        { table: 'invoices', reason: 'date out of range', rows: 19 }
      ],
      watermarks: [
        { table: 'accounts', until: '2025-07-01', assumed: false },
        { table: 'events', until: '2025-06-30', assumed: true },
        { table: 'invoices', until: '2025-07-01', assumed: true }
      ],
      skippedFeatures: [{ name: 'survey_score', reason: 'the table surveys is absent' }],
      snapshots: 34_211,
      features: 47
    },
    gates: [{ name: 'skill', passed: true, detail: 'the learned model beats the constant on held-out log loss' }],
    episodesNeeded: 0,
    notes: ['Known-at of events is assumed to be their event time.', 'Times without a zone are read as UTC.'],
    ...over
  };
}

/** Fourteen months in which accounts come, grow, shrink, leave and come back. */
export function retentionReport(): RetentionReport {
  const starts = ['2024-05', '2024-06', '2024-07', '2024-08', '2024-09', '2024-10', '2024-11', '2024-12', '2025-01'];
  const dates = [...starts, '2025-02', '2025-03', '2025-04', '2025-05', '2025-06', '2025-07'].map(
    month => `${month}-01`
  );
  const mrr = (account: number, month: number) =>
    (account + month) % 9 === 0 ? 0 : 100 + account * 37 + month * (account % 3);
  const waterfall = (from: number, to: number) =>
    mrrWaterfall(
      Array.from({ length: 40 }, (_, account) => ({
        start: from === 0 ? 0 : mrr(account, from),
        end: mrr(account, to),
        paidBefore: from > 1
      }))
    );
  const period = (from: number, to: number) => {
    const moves = waterfall(from, to);
    return { from: dates[from] as string, to: dates[to] as string, ...moves, ...retentionRates(moves) };
  };
  const months = Array.from({ length: 14 }, (_, i) => period(i, i + 1));
  return {
    annualisation: '1 - (1 - m)^12',
    months,
    total: totalOf(months),
    year: period(2, 14),
    average: averageRates(months.slice(-12)),
    cohorts: [{ from: '2024-05-01', size: 36, active: [36, 35, 33] }],
    byAge: [
      { months: 1, accounts: 36, churned: 0, share: 0 },
      { months: 3, accounts: 36, churned: 3, share: 3 / 36 },
      { months: 6, accounts: 0, churned: 0, share: null }
    ],
    episodes: {
      accounts: 40,
      episodes: 61,
      churned: { cancelled: 12, non_renewal: 9, payment_failure: 4, silence: 0 },
      reactivations: 21
    }
  };
}

/** No models beside the days to the end of a term, and why. */
export function noTermEnds(status: ReportModel['termEnds']['status']): ReportModel['termEnds'] {
  return { status, all: { rows: 0, episodes: 0 }, ending: { rows: 0, episodes: 0 }, models: [] };
}

/** The same workspace with too little history to learn from. */
export function tooFew(): ReportModel {
  return reportModel({
    headline: null,
    models: (['logistic', 'neural', 'manual'] as const).map(kind => ({
      ...modelResult('churn', kind, null),
      rows: { train: 388, validation: 0, calibration: 0, test: 0 },
      episodes: { train: 3, validation: 0, calibration: 0, test: 0 }
    })),
    inForce: {},
    comparison: null,
    drivers: null,
    episodesNeeded: 97,
    termEnds: noTermEnds('too_few_episodes'),
    retention: { ...retentionReport(), months: [], total: null, year: null, average: null },
    health: { ...reportModel().health!, outcomes: [] }
  });
}

/** Ready snapshots without dates: folds by account, nothing manual. */
export function undated(): ReportModel {
  return reportModel({
    timeOrdered: false,
    folds: 5,
    asOf: '',
    dataEnd: '',
    health: null,
    retention: null,
    termEnds: noTermEnds('not_dated'),
    blocks: {},
    headline: null,
    inForce: { churn: 'churn-logistic' }
  });
}
