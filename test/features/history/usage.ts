import type { Many } from '../history.js';
import type { Row, World } from '../world.js';
import { berlinMidnight, DAY, dayOf } from '../world.js';
import { type Draw, TYPES } from './draw.js';

const HOUR = 3_600_000_000;
/** A date before which much happens, so that groups are large enough to be told. */
const BUSY = berlinMidnight(dayOf('2024-04-01'));

/** Sessions, page loads, app-store ratings and what plans entitle to of a random history. */
export function usageRows(draw: Draw, many: Many): Partial<World> {
  const key = [...TYPES];
  return {
    plans: [
      { plan: 'free', rank: 0, features: `${key[1]}`, known_at: 0 },
      { plan: 'basic', rank: 1, features: ` ${key[1]} ;${key[2]};${key[4]}`, known_at: 0 },
      { plan: 'pro', rank: 2, features: null, known_at: 0 }
    ],
    sessions: many(120, (account, session_id) => sessionRow(draw, account, session_id)),
    page_loads: many(80, account => loadRow(draw, account)),
    reviews: many(6, (account, review_id) => reviewRow(draw, account, review_id))
  };
}

const busy = (draw: Draw, days: number) => BUSY - draw.below(days * DAY);

/** Mostly hours, at times days long; often over a midnight or beside another session of the same user. */
function sessionRow(draw: Draw, account_id: string, session_id: string): Row {
  const around = draw.chance(0.3)
    ? busy(draw, 14)
    : draw.chance(0.6)
      ? draw.edge() - draw.below(12 * DAY)
      : draw.when();
  const started_at = draw.chance(0.5) ? around - (around % (6 * HOUR)) : around;
  const length = draw.chance(0.1) ? draw.below(3 * DAY) : draw.chance(0.1) ? 0 : draw.below(8 * HOUR);
  const ended_at = started_at + length;
  return {
    session_id,
    account_id,
    user_id: `${account_id}-${draw.below(3)}`,
    started_at,
    ended_at,
    known_at: draw.known(ended_at)
  };
}

function loadRow(draw: Draw, account_id: string): Row {
  const occurred_at = draw.chance(0.5) ? busy(draw, 40) : draw.when();
  const requests = draw.maybe(0.9, draw.below(30));
  return {
    account_id,
    occurred_at,
    page: draw.of(['/', '/report', '/admin']),
    section: draw.maybe(0.7, draw.of(['home', 'work'])),
    load_seconds: draw.maybe(0.9, draw.below(9000)),
    requests,
    requests_succeeded: draw.maybe(0.9, draw.below((requests ?? 20) + 1)),
    known_at: draw.known(occurred_at)
  };
}

function reviewRow(draw: Draw, account_id: string, review_id: string): Row {
  const occurred_at = draw.when();
  return {
    review_id,
    account_id,
    occurred_at,
    kind: draw.of(['app_store', 'app_store', 'review']),
    source: null,
    rating: draw.maybe(0.9, draw.below(551)),
    ratings: draw.maybe(0.8, draw.below(1000)),
    known_at: draw.known(occurred_at)
  };
}
