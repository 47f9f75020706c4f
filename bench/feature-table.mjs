// One process: Parquet tables of task F -> feature table in Parquet. Prints seconds, peak memory and the number of features;
// with --profile also the CPU seconds of each statement.
// feature-table.mjs DATA OUT --features task|all --dates N [--threads N] [--memory 4GB] [--profile]
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ROOT } from './lib.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    features: { type: 'string', default: 'task' },
    dates: { type: 'string', default: '12' },
    threads: { type: 'string', default: '2' },
    memory: { type: 'string', default: '4GB' },
    profile: { type: 'boolean', default: false }
  }
});
const [DATA, OUT] = positionals;
const start = performance.now();
const room = path => import(pathToFileURL(join(ROOT, 'dist', path)).href);
const [
  { openDuckDB },
  { buildCatalogue, buildSnapshots },
  { countOf, maxOf },
  { tablePass },
  subscriptions,
  sqlRoom,
  { orZero, unscale },
  { CONTRACTS }
] = await Promise.all(
  [
    'sources/duckdb.js',
    'features/index.js',
    'features/aggregates.js',
    'features/rows.js',
    'features/families/subscription-passes.js',
    'sql/sql.js',
    'sql/expressions.js',
    'sources/contracts.js'
  ].map(room)
);
const { raw } = sqlRoom;
const TYPES = ['page_view', 'login', 'edit', 'report', 'share', 'export', 'invite', 'admin'];
const DAY = 86_400_000_000;

/** Contract columns of each table over the columns of its files. */
const MAPPING = {
  accounts: {
    account_id: 'cast(account_id as varchar)',
    created_at: 'epoch_us(cast(created_at as timestamp))',
    region: 'region',
    segment: 'segment'
  },
  users: {
    user_id: 'cast(user_id as varchar)',
    account_id: 'cast(account_id as varchar)',
    created_at: 'epoch_us(cast(created_at as timestamp))'
  },
  subscriptions: {
    subscription_id: "account_id || '-' || term",
    account_id: 'cast(account_id as varchar)',
    mrr: 'cast(round(mrr * 100) as bigint)',
    started_at: 'epoch_us(cast(start_date as timestamp))',
    ended_at: 'epoch_us(cast(end_date as timestamp))'
  },
  tickets: {
    ticket_id: 'cast(ticket_id as varchar)',
    account_id: 'cast(account_id as varchar)',
    opened_at: 'epoch_us(opened_at)',
    resolved_at: 'epoch_us(closed_at)',
    priority: 'priority'
  },
  invoices: {
    invoice_id: 'cast(invoice_id as varchar)',
    account_id: 'cast(account_id as varchar)',
    issued_at: 'epoch_us(cast(issued_at as timestamp))',
    due_at: 'epoch_us(cast(due_date as timestamp))',
    paid_at: 'epoch_us(cast(paid_at as timestamp))',
    amount: 'cast(round(amount * 100) as bigint)'
  },
  events: {
    account_id: 'cast(account_id as varchar)',
    user_id: 'cast(user_id as varchar)',
    occurred_at: 'epoch_us(event_time)',
    event_type: 'event_type',
    value: 'cast("value" * 1000 as bigint)'
  }
};

function files(name) {
  const folder = join(DATA, name);
  return existsSync(folder) ? `${folder}/*.parquet` : `${folder}.parquet`;
}

const engine = await openDuckDB({ path: ':memory:', threads: Number(options.threads), memoryLimit: options.memory });
await engine.run(raw(`set temp_directory = '${OUT}.tmp'; set preserve_insertion_order = false`));
const tables = {};
for (const [name, columns] of Object.entries(MAPPING)) {
  const contract = CONTRACTS[name];
  const cells = contract.columns.map(c => `${columns[c.name] ?? 'null'} as ${c.name}`);
  const keys = name === 'events' ? ', account_id as account_key, user_id as user_key' : '';
  await engine.run(
    raw(`create ${name === 'events' ? 'view' : 'table'} ${name} as select ${cells.join(', ')}, ${columns[contract.eventTime]} as known_at${keys}
      from read_parquet('${files(name)}')`)
  );
  const mapped = contract.columns.filter(c => columns[c.name] !== undefined);
  tables[name] = {
    name,
    columns: Object.fromEntries(
      mapped.map(c => [c.name, { type: c.type, decimals: c.decimals, time: c.time === 'changing' ? 'fixed' : c.time }])
    ),
    watermarkUs: Number.MAX_SAFE_INTEGER,
    watermarkAssumed: false,
    knownAtAssumed: true,
    inPlace: name === 'events',
    ...(name === 'events'
      ? {
          nativeKeys: {
            account_id: { column: 'account_key', id: 'cast({key} as varchar)' },
            user_id: { column: 'user_key', id: 'cast({key} as varchar)' }
          }
        }
      : {}),
    rows: { in: 0, used: 0, quarantined: 0, dropped: 0 },
    reasons: []
  };
}

const count = Number(options.dates);
const days = Array.from({ length: count }, (_, i) => Math.round(Date.UTC(2024, 4 + 12 - count + i, 1) / 86_400_000));
await engine.run(
  raw(`create table spine as select a.account_id, cast(d.day as integer) as as_of_day, d.day * ${DAY} as as_of_us,
    a.account_id as parent, 0 as start_us, 100000 as tenure_days, cast(0 as double) as arr
    from accounts a, (values ${days.map(day => `(${day}::bigint)`).join(', ')}) d(day)`)
);
const config = {
  calendar: { timezone: 'UTC' },
  features: {
    eventTypes: TYPES,
    coreEvents: ['report', 'share'],
    loginEvents: ['login'],
    keyEvents: ['edit', 'report', 'share', 'export', 'invite'],
    loyaltyDays: 30,
    retention: [1, 2, 4, 8, 12].map(week => ({ week, days: 7, weight: 1 })),
    windows: [7, 28, 30, 84],
    badRating: 2,
    npsMin: 10,
    csatSatisfied: 4,
    tags: [],
    sentimentDays: 90,
    newContactDays: 90,
    exclude: [],
    custom: []
  }
};
const catalogue = buildCatalogue(config, tables).features;

/** Features of task F that are no features of the catalogue. */
function define(name, reads, { aggregate, value }) {
  const base = {
    name,
    type: 'number',
    unit: '',
    about: '',
    family: 'bench',
    requires: [],
    timing: 'leading',
    actionable: false
  };
  const column = raw(`"${aggregate.pass.name}"."${aggregate.name}"`);
  return {
    ...base,
    direction: 'none',
    reads,
    windowDays: 0,
    minAgeDays: 0,
    definitionHash: '',
    aggregates: [aggregate],
    sql: value(column)
  };
}
const TERMS = ['subscriptions.started_at', 'subscriptions.ended_at', 'subscriptions.mrr'];
const extra = [
  define('tickets_high_28', ['tickets.opened_at', 'tickets.priority'], {
    aggregate: countOf({
      pass: tablePass('tickets'),
      name: 'high_28',
      where: raw("r.opened_at__age <= 28 and r.priority in ('high', 'urgent')")
    }),
    value: orZero
  }),
  define('mrr_84', TERMS, {
    aggregate: subscriptions.sumBefore('mrr', 84),
    value: column => unscale(orZero(column), 2)
  }),
  define('tenure', TERMS, {
    aggregate: maxOf(raw('r.started_at__age'), { pass: subscriptions.terms, name: 'first_age', where: raw('true') }),
    value: column => column
  })
];
const chosen = {
  events_28d: 'ev_28',
  events_84d: null,
  active_users_28d: 'users_28',
  active_users_30d: null,
  active_days_28d: 'active_days_28',
  days_since_last_event: 'days_since_last',
  value_28d: 'value_28',
  ...Object.fromEntries(TYPES.flatMap(type => [7, 28, 84].map(days => [`${type}_${days}d`, `n_${type}_${days}`]))),
  tickets_28d: 'tickets_28',
  tickets_open: 'tickets_open',
  invoices_overdue: 'inv_overdue',
  invoices_overdue_amount: 'inv_overdue_amount',
  mrr: 'mrr',
  users_total: 'users_total'
};
const features =
  options.features === 'task'
    ? [...catalogue.filter(f => f.name in chosen), ...extra]
    : options.features === 'all'
      ? catalogue
      : catalogue.slice(0, Number(options.features));
const seconds = {};
if (options.profile) {
  const run = engine.run.bind(engine);
  engine.run = async statement => {
    const from = process.cpuUsage();
    await run(statement);
    const { user, system } = process.cpuUsage(from);
    seconds[`${Object.keys(seconds).length} ${statement.text.slice(0, 60)}`] = (user + system) / 1e6;
  };
}
await buildSnapshots(engine, { config, tables, features });
const renamed = Object.entries(chosen).flatMap(([name, as]) => (as === null ? [] : [`${name} as ${as}`]));
const select =
  options.features === 'task'
    ? `cast(account_id as integer) as account_id, make_timestamp(as_of_us) as t, ${renamed.join(', ')}, (events_84d - events_28d) / 2 as ev_prior56,
    case when events_84d > events_28d then (events_28d - (events_84d - events_28d) / 2) / ((events_84d - events_28d) / 2) end as ev_chg,
    tickets_high_28, mrr - mrr_84 as mrr_chg_84, tenure as tenure_days, users_total - active_users_30d as users_inactive_30`
    : '*';
await engine.run(raw(`copy (select ${select} from snapshots) to '${OUT}' (format parquet)`));
engine.close();
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
console.log(
  JSON.stringify({
    features: features.length,
    dates: count,
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakMB: Math.round(maxRSS / 1024),
    ...(options.profile ? { steps: seconds } : {})
  })
);
