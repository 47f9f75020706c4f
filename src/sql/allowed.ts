/** Functions and operators that an expression over features or columns may call; a SELECT over files may call more. */
export const EXPRESSION_FUNCTIONS = [
  ...(['+', '-', '*', '/', '%', 'abs', 'floor', 'ceil', 'ceiling', 'round', 'least', 'greatest'] as const),
  ...(['lower', 'upper', 'length', '~~', '!~~', '~~*', '!~~*', 'nullif'] as const)
] as const;

export type ExpressionFunction = (typeof EXPRESSION_FUNCTIONS)[number];

/**
 * Functions that SQL written by a user may call: each gives the same bits for the same cells on any number of threads,
 * reads nothing else (no file, clock, setting, chance or sequence) and grows its input by no more than its arguments.
 * Operators go by their own names. Left out on purpose: floating sums and averages, `first`, `any_value`, `arg_max`,
 * `approx_*`, `string_agg`, `hash`, logarithms and powers, `repeat` and padding.
 */
export const ALLOWED_FUNCTIONS: ReadonlySet<string> = new Set([
  ...EXPRESSION_FUNCTIONS,
  // operators
  ...['//', '||'],
  // texts
  ...['trim', 'ltrim', 'rtrim', 'substring', 'substr', 'left', 'right', 'replace'],
  ...['split_part', 'concat', 'concat_ws', 'contains', 'starts_with', 'prefix', 'ends_with', 'suffix', 'position'],
  ...['strpos', 'strip_accents', 'nfc_normalize', 'regexp_matches', 'regexp_full_match', 'regexp_extract'],
  ...['regexp_replace', 'json_extract_string', '->>'],
  // numbers
  ...['trunc', 'sign', 'isnan', 'isinf', 'isfinite', 'bit_count'],
  // dates and times
  ...['date_trunc', 'date_part', 'date_diff', 'date_sub', 'date_add', 'datediff', 'datetrunc', 'datepart', 'year'],
  ...['quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'dayofweek', 'isodow', 'last_day', 'strptime'],
  ...['try_strptime', 'strftime', 'make_date', 'make_timestamp', 'to_timestamp', 'epoch', 'epoch_ms', 'epoch_us'],
  ...['timezone', 'to_years', 'to_months', 'to_weeks', 'to_days', 'to_hours', 'to_minutes', 'to_seconds']
]);

/** Aggregates whose result does not depend on the order of their rows; a `sum` only of exact numbers. */
export const ALLOWED_AGGREGATES: ReadonlySet<string> = new Set([
  'count',
  'count_star',
  'min',
  'max',
  'sum',
  'bool_and',
  'bool_or'
]);

/** Window functions of their own that give peers the same value. */
export const ALLOWED_RANKS: ReadonlySet<string> = new Set(['rank', 'dense_rank']);

/** Types that a cast may name. */
export const ALLOWED_TYPES: ReadonlySet<string> = new Set([
  ...['BOOLEAN', 'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT', 'UINTEGER'],
  ...['UBIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL', 'VARCHAR', 'DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', 'INTERVAL']
]);

/** Names without brackets that mean a function where no column has them: the clock, users and settings. */
export const VALUE_NAMES: ReadonlySet<string> = new Set([
  ...['current_date', 'current_time', 'current_timestamp', 'localtime', 'localtimestamp', 'current_user'],
  ...['session_user', 'user', 'current_role', 'current_catalog', 'current_schema']
]);
