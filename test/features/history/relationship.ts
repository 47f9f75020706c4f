import type { Many } from '../history.js';
import type { Row, World } from '../world.js';
import type { Draw } from './draw.js';

const PERSONAS = ['decision_maker', 'champion', 'business_user', 'economic_buyer', null];
const NOTED = ['sentiment', 'content', 'onboarding', 'renewal_tone', 'relationship', 'rapport', 'rapport'];

/** Contacts, trainings, campaigns, tags, sentiments, reviews and programmes of a random history. */
export function relationshipRows(draw: Draw, many: Many): Partial<World> {
  return {
    contacts: many(5, (account, key) => contactRow(draw, account, key)),
    trainings: many(12, (account, key) => trainingRow(draw, account, key)),
    campaigns: many(12, (account, key) => campaignRow(draw, account, key)),
    tags: many(6, (account, key) => tagRow(draw, account, key)),
    sentiments: many(20, (account, key) => sentimentRow(draw, account, key)),
    reviews: many(6, (account, key) => reviewRow(draw, account, key)),
    programmes: many(4, (account, key) => programmeRow(draw, account, key))
  };
}

/** Later than `us` with chance `p`: some days after it, or at the edge of a window. */
export function later(draw: Draw, us: number, { p, days }: { readonly p: number; readonly days: number }) {
  return draw.maybe(p, draw.chance(0.6) ? draw.after(us, days) : Math.max(us, draw.edge()));
}

function contactRow(draw: Draw, account_id: string, contact_id: string): Row {
  const created_at = draw.when();
  const main_from = later(draw, created_at, { p: 0.6, days: 60 });
  return {
    contact_id,
    account_id,
    created_at,
    left_at: later(draw, created_at, { p: 0.2, days: 300 }),
    persona: draw.of(PERSONAS),
    department: draw.of(['sales', 'finance', null]),
    seniority: draw.maybe(0.8, draw.below(6)),
    main_from,
    main_to: main_from === null ? null : later(draw, main_from, { p: 0.3, days: 200 }),
    known_at: draw.known(created_at)
  };
}

function trainingRow(draw: Draw, account_id: string, training_id: string): Row {
  const invited_at = draw.when();
  return {
    training_id,
    account_id,
    user_id: draw.maybe(0.9, `${account_id}-${draw.below(6)}`),
    invited_at,
    attended_at: later(draw, invited_at, { p: 0.6, days: 40 }),
    known_at: draw.known(invited_at)
  };
}

function campaignRow(draw: Draw, account_id: string, campaign_id: string): Row {
  const sent_at = draw.when();
  const act = () => later(draw, sent_at, { p: 0.4, days: 30 });
  return {
    campaign_id,
    account_id,
    contact_id: draw.maybe(0.9, `${account_id}-${draw.below(3)}`),
    kind: draw.of(['event', 'newsletter']),
    sent_at,
    attended_at: act(),
    opened_at: act(),
    clicked_at: act(),
    known_at: draw.known(sent_at)
  };
}

function tagRow(draw: Draw, account_id: string, tag_id: string): Row {
  const valid_from = draw.when();
  return {
    tag_id,
    account_id,
    tag: draw.of(['champion left', 'case study', 'acquired']),
    polarity: draw.of(['positive', 'negative']),
    author: null,
    valid_from,
    valid_to: later(draw, valid_from, { p: 0.7, days: 200 }),
    weight: draw.maybe(0.6, draw.below(5000)),
    known_at: draw.known(valid_from)
  };
}

function sentimentRow(draw: Draw, account_id: string, sentiment_id: string): Row {
  const recorded_at = draw.when();
  return {
    sentiment_id,
    account_id,
    recorded_at,
    kind: draw.of(NOTED),
    score: draw.below(1001),
    persona: draw.of(PERSONAS),
    author: null,
    touchpoint_id: null,
    expires_at: later(draw, recorded_at, { p: 0.4, days: 200 }),
    known_at: draw.known(recorded_at)
  };
}

function reviewRow(draw: Draw, account_id: string, review_id: string): Row {
  const occurred_at = draw.when();
  return {
    review_id,
    account_id,
    occurred_at,
    kind: draw.of(['review', 'review', 'app_store', 'referral', 'reference', 'case_study']),
    source: draw.of(['g2', 'capterra', null]),
    rating: draw.maybe(0.8, 100 * draw.of([1, 2, 3, 4, 5]) + draw.of([0, 0, -1])),
    ratings: null,
    known_at: draw.known(occurred_at)
  };
}

function programmeRow(draw: Draw, account_id: string, programme_id: string): Row {
  const offered_at = draw.when();
  const joined_at = later(draw, offered_at, { p: 0.6, days: 60 });
  return {
    programme_id,
    account_id,
    programme: null,
    offered_at,
    joined_at,
    milestones_at: joined_at === null ? null : later(draw, joined_at, { p: 0.7, days: 90 }),
    milestones: draw.maybe(0.8, draw.below(5)),
    known_at: draw.known(offered_at)
  };
}
