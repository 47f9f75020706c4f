import type { Row } from '../world.js';
import { daysSince } from './core.js';
import { SURVEY_RULES } from './surveys.js';
import { TOUCHPOINT_RULES } from './touchpoints.js';
import { inLast, num, type Rule, share, sum, type View } from './view.js';

const PERSONAS = ['decision_maker', 'champion', 'business_user', 'economic_buyer'];

const present = (v: View) => v.of('contacts').filter(row => row['left_at'] === null);

function coverage(v: View): number | null {
  const personas = new Set(present(v).flatMap(row => (row['persona'] === null ? [] : [row['persona']])));
  return present(v).length > 0 && personas.size === 0 ? null : personas.size / 4;
}

/** The present main contacts who became it last. */
function main(v: View): Row[] {
  const now = present(v).filter(row => row['main_from'] !== null && row['main_to'] === null);
  const last = Math.max(...now.map(row => num(row['main_from'])));
  return now.filter(row => row['main_from'] === last);
}

const CONTACT_RULES: Record<string, Rule> = {
  contacts_present: [0, v => present(v).length],
  persona_coverage: [0, coverage],
  main_contact_seniority: [
    0,
    v => {
      const levels = main(v).flatMap(row => (row['seniority'] === null ? [] : [num(row['seniority'])]));
      return levels.length === 0 ? null : Math.max(...levels);
    }
  ],
  days_since_main_contact: [0, v => daysSince(v, main(v), 'main_from')],
  new_contact: [
    0,
    v => {
      const days = daysSince(v, main(v), 'main_from');
      return days === null ? null : Number(days < 90);
    }
  ],
  main_contact_vacant: [
    0,
    v => (v.of('contacts').some(row => row['main_from'] !== null) ? Number(main(v).length === 0) : null)
  ]
};

const invitations = (v: View) => inLast(v, v.of('trainings'), 'invited_at', 365);
const attended = (rows: readonly Row[]) => rows.filter(row => row['attended_at'] !== null);

const TRAINING_RULES: Record<string, Rule> = {
  trainings_attended_share_365d: [0, v => share(attended(invitations(v)).length, invitations(v).length)],
  trainings_invited_365d: [0, v => invitations(v).length],
  days_since_training: [0, v => daysSince(v, attended(v.of('trainings')), 'attended_at')],
  active_users_trained_share_28d: [
    0,
    v => {
      const active = [...new Set(inLast(v, v.events, 'occurred_at', 28).map(row => row['user_id']))].filter(
        user => user !== null
      );
      const trained = attended(v.of('trainings')).map(row => row['user_id']);
      return share(active.filter(user => trained.includes(user)).length, active.length);
    }
  ]
};

const sent = (v: View) => inLast(v, v.of('campaigns'), 'sent_at', 90).filter(row => row['contact_id'] !== null);
const came = (row: Row) => row['kind'] === 'event' && row['attended_at'] !== null;
const clicked = (row: Row) => row['kind'] === 'newsletter' && row['clicked_at'] !== null;
const read = (row: Row) => clicked(row) || (row['kind'] === 'newsletter' && row['opened_at'] !== null);
const addressed = (v: View) => new Set(sent(v).map(row => row['contact_id'])).size;
const perContact =
  (act: (row: Row) => boolean): Rule[1] =>
  v =>
    share(sent(v).filter(act).length, addressed(v));

const CAMPAIGN_RULES: Record<string, Rule> = {
  campaign_contacts_90d: [0, addressed],
  campaign_attended_per_contact_90d: [0, perContact(came)],
  newsletters_read_per_contact_90d: [0, perContact(read)],
  newsletters_clicked_per_contact_90d: [0, perContact(clicked)],
  marketing_acts_per_contact_90d: [0, perContact(row => came(row) || read(row))]
};

const activeTags = (v: View) => v.of('tags').filter(row => row['valid_to'] === null || num(row['valid_to']) >= v.t);
const ofPolarity = (v: View, polarity: string) => activeTags(v).filter(row => row['polarity'] === polarity);
const weight = (rows: readonly Row[]) =>
  rows.reduce((total, row) => total + ((row['weight'] as number | null) ?? 1000), 0) / 1000;
const hasTag =
  (tag: string): Rule[1] =>
  v =>
    Number(activeTags(v).some(row => row['tag'] === tag));

const TAG_RULES: Record<string, Rule> = {
  tags_positive: [0, v => ofPolarity(v, 'positive').length],
  tags_negative: [0, v => ofPolarity(v, 'negative').length],
  tags_positive_weight: [0, v => weight(ofPolarity(v, 'positive'))],
  tags_negative_weight: [0, v => weight(ofPolarity(v, 'negative'))],
  tag_champion_left: [0, hasTag('champion left')],
  tag_case_study: [0, hasTag('case study')]
};

const noted = (v: View, kind: string, persona: string | null = null) =>
  v.of('sentiments').filter(row => row['kind'] === kind && (persona === null || row['persona'] === persona));
const holds = (v: View) => (row: Row) =>
  row['expires_at'] === null ? num(row['recorded_at']) >= v.back(90) : num(row['expires_at']) >= v.t;
const lowest = (rows: readonly Row[]) => (rows.length === 0 ? null : Math.min(...rows.map(row => num(row['score']))));
const at = (rows: readonly Row[], place: number) => {
  const instants = [...new Set(rows.map(row => num(row['recorded_at'])))].sort((a, b) => b - a);
  return rows.filter(row => row['recorded_at'] === instants[place]);
};
const lastScore = (v: View, rows: readonly Row[]) => lowest(at(rows, 0).filter(holds(v)));
const scaled = (score: number | null) => (score === null ? null : score / 100);

const sentimentPair = (key: string, rows: (v: View) => readonly Row[]): [string, Rule][] => [
  [`${key}_score`, [0, v => scaled(lastScore(v, rows(v)))]],
  [`days_since_${key}_score`, [0, v => daysSince(v, rows(v), 'recorded_at')]]
];

const SENTIMENT_RULES: Record<string, Rule> = {
  ...Object.fromEntries([
    ...['sentiment', 'content', 'onboarding', 'renewal_tone', 'relationship'].flatMap(kind =>
      sentimentPair(kind, v => noted(v, kind))
    ),
    ...PERSONAS.flatMap(persona => sentimentPair(`rapport_${persona}`, v => noted(v, 'rapport', persona)))
  ]),
  sentiment_change: [
    0,
    v => {
      const [now, before] = [lastScore(v, noted(v, 'sentiment')), lowest(at(noted(v, 'sentiment'), 1))];
      return now === null || before === null ? null : (now - before) / 100;
    }
  ]
};

const praise = (row: Row) =>
  ['referral', 'reference', 'case_study'].includes(row['kind'] as string) ||
  (row['kind'] === 'review' && (row['rating'] === null || num(row['rating']) >= 300));
const acts = (v: View) => v.of('reviews').filter(praise);
const reviewsOf = (v: View) => v.of('reviews').filter(row => row['kind'] === 'review');
const rated = (v: View) => reviewsOf(v).filter(row => row['rating'] !== null);
const lastRated = (v: View): Row | undefined => {
  const latest = Math.max(...rated(v).map(row => num(row['occurred_at'])));
  const name = (row: Row) => (row['source'] as string | null) ?? '~';
  return rated(v)
    .filter(row => row['occurred_at'] === latest)
    .sort((a, b) => num(a['rating']) - num(b['rating']) || (name(a) < name(b) ? -1 : 1))[0];
};

const REVIEW_RULES: Record<string, Rule> = {
  advocacy_acts_365d: [365, v => inLast(v, acts(v), 'occurred_at', 365).length],
  advocate: [0, v => (inLast(v, acts(v), 'occurred_at', 365).length > 0 ? 1 : v.spine.tenureDays >= 365 ? 0 : null)],
  days_since_advocacy: [0, v => daysSince(v, acts(v), 'occurred_at')],
  review_rating_last: [0, v => scaled((lastRated(v)?.['rating'] ?? null) as number | null)],
  reviews_365d: [365, v => inLast(v, reviewsOf(v), 'occurred_at', 365).length],
  days_since_review: [0, v => daysSince(v, rated(v), 'occurred_at')],
  review_source_last: [0, v => (lastRated(v)?.['source'] ?? null) as string | null]
};

const joined = (v: View) => v.of('programmes').filter(row => row['joined_at'] !== null);

const PROGRAMME_RULES: Record<string, Rule> = {
  programmes_offered: [0, v => v.of('programmes').length],
  programmes_joined_share: [0, v => share(joined(v).length, v.of('programmes').length)],
  programme_milestones: [0, v => (joined(v).length === 0 ? null : sum(joined(v), 'milestones'))]
};

/** Starts of terms whose product was bought before and is not under contract then. */
function repeats(v: View): number {
  const starts = new Set(v.terms.map(row => `${row['product'] ?? ''}|${row['started_at']}`));
  return [...starts].filter(start => {
    const [product, at] = start.split('|');
    const earlier = v.terms.filter(row => (row['product'] ?? '') === product && num(row['started_at']) < Number(at));
    const covers = (row: Row) =>
      (row['term_end'] === null || num(row['term_end']) > Number(at)) &&
      (row['ended_at'] === null || num(row['ended_at']) >= Number(at));
    return earlier.length > 0 && !earlier.some(covers);
  }).length;
}

export const RELATIONSHIP_RULES: Readonly<Record<string, Rule>> = {
  ...SURVEY_RULES,
  ...TOUCHPOINT_RULES,
  ...CONTACT_RULES,
  ...TRAINING_RULES,
  ...CAMPAIGN_RULES,
  ...TAG_RULES,
  ...SENTIMENT_RULES,
  ...REVIEW_RULES,
  ...PROGRAMME_RULES,
  repeat_purchase: [0, repeats]
};
