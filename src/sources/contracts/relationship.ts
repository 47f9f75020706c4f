import { flag, instant, integer, later, measure, REQUIRED, type TableContract, text } from './columns.js';

export const touchpoints: TableContract = {
  name: 'touchpoints',
  about: 'contacts between our people and the account',
  key: ['touchpoint_id'],
  eventTime: 'occurred_at',
  spans: [{ start: 'occurred_at', end: 'replied_at' }],
  columns: [
    text('touchpoint_id', REQUIRED),
    text('account_id', REQUIRED),
    instant('occurred_at', REQUIRED),
    text('kind', { ...REQUIRED, allowed: ['call', 'email', 'meeting', 'visit', 'webinar', 'qbr', 'training'] }),
    flag('two_way'),
    text('cancelled_by', { allowed: ['customer', 'vendor'] }),
    text('direction', { allowed: ['inbound', 'outbound'] }),
    text('channel'),
    text('contact_id'),
    later('replied_at'),
    flag('accepted')
  ]
};

export const trainings: TableContract = {
  name: 'trainings',
  about: 'invitations of users to a training, and whether they came',
  key: ['training_id'],
  eventTime: 'invited_at',
  spans: [{ start: 'invited_at', end: 'attended_at' }],
  columns: [
    text('training_id', { nullable: false }),
    text('account_id', REQUIRED),
    text('user_id'),
    instant('invited_at', REQUIRED),
    later('attended_at')
  ]
};

export const campaigns: TableContract = {
  name: 'campaigns',
  about: 'invitations to marketing events and newsletters sent, one record per contact',
  key: ['campaign_id'],
  eventTime: 'sent_at',
  spans: [],
  columns: [
    text('campaign_id', { nullable: false }),
    text('account_id', REQUIRED),
    text('contact_id'),
    text('kind', { ...REQUIRED, allowed: ['event', 'newsletter'] }),
    instant('sent_at', REQUIRED),
    later('attended_at'),
    later('opened_at'),
    later('clicked_at')
  ]
};

/** A tag is known when it is set; it expires at `valid_to`. */
export const tags: TableContract = {
  name: 'tags',
  about: 'confidence and risk tags; an expired tag has no effect',
  key: ['tag_id'],
  eventTime: 'valid_from',
  spans: [{ start: 'valid_from', end: 'valid_to' }],
  columns: [
    text('tag_id', { nullable: false }),
    text('account_id', REQUIRED),
    text('tag', REQUIRED),
    text('polarity', { ...REQUIRED, allowed: ['positive', 'negative'] }),
    text('author'),
    instant('valid_from', REQUIRED),
    instant('valid_to'),
    measure('weight', { decimals: 3, minimum: 0 })
  ]
};

/** What our people noted of the account: a score from 0 (worst) to 10. */
export const sentiments: TableContract = {
  name: 'sentiments',
  about: 'what our people noted of the account, from 0 (worst) to 10',
  key: ['sentiment_id'],
  eventTime: 'recorded_at',
  spans: [{ start: 'recorded_at', end: 'expires_at' }],
  columns: [
    text('sentiment_id', { nullable: false }),
    text('account_id', REQUIRED),
    instant('recorded_at', REQUIRED),
    text('kind', {
      nullable: false,
      allowed: ['sentiment', 'content', 'onboarding', 'renewal_tone', 'rapport', 'relationship']
    }),
    measure('score', { ...REQUIRED, unit: 'points', decimals: 2, minimum: 0 }),
    text('persona', { allowed: ['decision_maker', 'champion', 'business_user', 'economic_buyer'] }),
    text('author'),
    text('touchpoint_id'),
    instant('expires_at')
  ]
};

export const reviews: TableContract = {
  name: 'reviews',
  about: 'public words about us or about the app of the account: reviews, references, referrals, app-store ratings',
  key: ['review_id'],
  eventTime: 'occurred_at',
  spans: [],
  columns: [
    text('review_id', { nullable: false }),
    text('account_id', REQUIRED),
    instant('occurred_at', REQUIRED),
    text('kind', { nullable: false, allowed: ['review', 'app_store', 'referral', 'reference', 'case_study'] }),
    text('source'),
    measure('rating', { unit: 'stars', decimals: 2, minimum: 0 }),
    integer('ratings', { unit: 'ratings' })
  ]
};

export const programmes: TableContract = {
  name: 'programmes',
  about: 'customer success programmes offered to the account',
  key: ['programme_id'],
  eventTime: 'offered_at',
  spans: [{ start: 'offered_at', end: 'joined_at' }],
  columns: [
    text('programme_id', { nullable: false }),
    text('account_id', REQUIRED),
    text('programme'),
    instant('offered_at', REQUIRED),
    later('joined_at'),
    later('milestones_at'),
    integer('milestones', { unit: 'milestones', time: { at: 'milestones_at' } })
  ]
};
