import { changing, instant, later, REQUIRED, type TableContract, text } from './columns.js';

export const accounts: TableContract = {
  name: 'accounts',
  about: 'customer companies; an account without created_at exists from its first known subscription on',
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
    changing('segment')
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
