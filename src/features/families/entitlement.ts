import { allOf, orZero, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf } from '../aggregates.js';
import { visibleRows } from '../rows.js';
import type { FamilyInput, FeatureSpec, Pass } from '../types.js';
import type { Use } from './middle.js';
import { ofUsers, typePart } from './usage-parts.js';
import { activeUsers, lifeSum, windowSum } from './usage-passes.js';

const BASE = { family: 'usage', timing: 'leading', actionable: true, direction: 'higher_better', minimum: 0 } as const;
const READS = ['events.occurred_at', 'events.event_type'];
const BREADTH_DAYS = 30;
const ENDS = ['term_end', 'ended_at'];

/**
 * Terms that run at the date, trials among them, with `listed`, whether the price list has their plan, and `features`,
 * the event types it entitles to between semicolons (NULL: all).
 */
const entitlements: Pass = {
  name: 'entitlements',
  partials: [],
  from: input => {
    const ends = ENDS.filter(name => input.reads.has(`subscriptions.${name}`));
    const running = ends.map(name => sql`(${raw(name)} is null or ${raw(name)} >= as_of_us)`);
    return sql`select t.*, p.plan is not null as listed,
    ';' || nullif(regexp_replace(trim(p.features), '\\s*;\\s*', ';', 'g'), '') || ';' as features
  from (${visibleRows('subscriptions', input)}) t left join plans p on p.plan = t.plan
  where ${allOf(...running)}`;
  }
};

/** Whether the account's plans entitle it to an event type: true, false, or NULL when the price list cannot tell. */
type Entitled = (type: string, slug: string, use: Use) => Sql;

function entitledBy(mapped: boolean): Entitled {
  if (!mapped) return () => raw('true');
  return (type, slug, use) => {
    const has = sql`r.listed and (r.features is null or contains(r.features, ${`;${type};`}))`;
    const yes = use(countOf({ pass: entitlements, name: `yes_${slug}`, where: has }));
    const listed = use(countOf({ pass: entitlements, name: 'listed', where: raw('r.listed') }));
    const all = use(countOf({ pass: entitlements, name: 'terms', where: raw('true') }));
    return sql`case when ${yes} > 0 then true when ${all} > 0 and ${listed} = ${all} then false end`;
  };
}

/** Key features that the account may use and does not, or does: R30 and R46. */
export function keyFeatures({ has, keyEvents }: FamilyInput): FeatureSpec[] {
  const mapped = has('plans.features') && has('subscriptions.plan');
  const entitled = entitledBy(mapped);
  const terms = ['plan', 'started_at', ...ENDS].map(name => `subscriptions.${name}`).filter(has);
  const reads = [...READS, ...(mapped ? ['plans.plan', 'plans.features', ...terms] : [])];
  const scope = mapped ? ' that its plan has' : '';
  return [
    ...keyEvents.map(
      ({ type, slug }): FeatureSpec => ({
        ...BASE,
        name: `never_used_${slug}`,
        unit: 'flag',
        about: `1 when the account has never had an event of ${type}, a key feature${scope}; 0 when it had${mapped ? ' or the plan lacks it' : ''} (R30).`,
        direction: 'lower_better',
        reads,
        define: use => {
          const used = sql`${orZero(use(lifeSum(typePart(type, slug))))} > 0`;
          return sql`case when ${used} then 0 else cast(${entitled(type, slug, use)} as integer) end`;
        }
      })
    ),
    breadth(keyEvents, { entitled, reads, scope }),
    depth(keyEvents)
  ];
}

type KeyEvents = FamilyInput['keyEvents'];

interface Scope {
  readonly entitled: Entitled;
  readonly reads: readonly string[];
  readonly scope: string;
}

function breadth(keyEvents: KeyEvents, { entitled, reads, scope }: Scope): FeatureSpec {
  return {
    ...BASE,
    name: `key_features_share_${BREADTH_DAYS}d`,
    unit: 'share',
    about: `Share of the key features${scope} that were used in the last ${BREADTH_DAYS} days; undefined without one (R46).`,
    step: 0.1,
    reads,
    windowDays: BREADTH_DAYS,
    ...noKeys(keyEvents),
    define: use => {
      const may = keyEvents.map(({ type, slug }) => sql`cast(${entitled(type, slug, use)} as integer)`);
      const used = keyEvents.map(({ type, slug }, i) => {
        const recent = orZero(use(windowSum(typePart(type, slug), BREADTH_DAYS)));
        return sql`${may[i] as Sql} * case when ${recent} > 0 then 1 else 0 end`;
      });
      const sum = (terms: readonly Sql[]) => raw(terms.map(term => term.text).join(' + '));
      return ratio(sql`(${sum(used)})`, sql`(${sum(may)})`);
    }
  };
}

function depth(keyEvents: KeyEvents): FeatureSpec {
  const part = ofUsers(
    'key_of_users',
    keyEvents.map(({ type }) => type)
  );
  return {
    ...BASE,
    name: `key_events_per_active_user_${BREADTH_DAYS}d`,
    unit: 'events per user',
    about: `Events of key features by identified users in the last ${BREADTH_DAYS} days per active user; undefined without one (R46).`,
    reads: [...READS, 'events.user_id'],
    windowDays: BREADTH_DAYS,
    ...noKeys(keyEvents),
    define: use => ratio(use(windowSum(part, BREADTH_DAYS)), use(activeUsers(BREADTH_DAYS)))
  };
}

function noKeys(keyEvents: KeyEvents) {
  return keyEvents.length === 0 ? { unavailable: 'features.key_events is empty' } : {};
}
