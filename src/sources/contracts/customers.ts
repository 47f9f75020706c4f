import { changing, flag, instant, integer, later, REQUIRED, type TableContract, text } from './columns.js';

export const accounts: TableContract = {
  name: 'accounts',
  about:
    'customer companies; churned tells the state at data end, is compared with the notices and never a feature; an account without created_at exists from its first known subscription on; from merged_at on the records of an account belong to the one in merged_into',
  key: ['account_id'],
  eventTime: 'created_at',
  spans: [],
  columns: [
    text('account_id', REQUIRED),
    instant('created_at'),
    changing('parent_id'),
    changing('industry'),
    changing('country'),
    changing('region'),
    changing('size_band'),
    changing('channel'),
    changing('segment'),
    changing('app_type'),
    changing('csm'),
    changing('cadence'),
    later('merged_at'),
    text('merged_into', { time: { at: 'merged_at' } }),
    flag('churned')
  ]
};

export const users: TableContract = {
  name: 'users',
  about: 'people of an account who can use the product',
  key: ['user_id'],
  eventTime: 'created_at',
  spans: [{ start: 'created_at', end: 'deactivated_at' }],
  columns: [
    text('user_id', REQUIRED),
    text('account_id', REQUIRED),
    instant('created_at', REQUIRED),
    later('deactivated_at'),
    changing('role')
  ]
};

export const contacts: TableContract = {
  name: 'contacts',
  about: 'people of an account whom we deal with, by an opaque id',
  key: ['contact_id'],
  eventTime: 'created_at',
  spans: [
    { start: 'created_at', end: 'left_at' },
    { start: 'main_from', end: 'main_to' }
  ],
  columns: [
    text('contact_id', REQUIRED),
    text('account_id', REQUIRED),
    instant('created_at', REQUIRED),
    later('left_at'),
    text('persona', { allowed: ['decision_maker', 'champion', 'business_user', 'economic_buyer'] }),
    text('department'),
    integer('seniority', { unit: 'level' }),
    later('main_from'),
    later('main_to')
  ]
};
