import type { Config } from '../config/types.js';
import type { Frame } from '../datasets/frame.js';
import type { QualityReport, RetentionReport } from '../reports/model.js';
import type { AsOf, Engine, FeatureInfo } from '../types.js';
import type { Effects } from './effects.js';

/** Data of a run, whichever shape they came in. */
export interface Collected {
  readonly frame: Frame;
  /** Features that could be named, also those whose source is absent. */
  readonly infos: readonly FeatureInfo[];
  readonly dates: readonly AsOf[];
  readonly dataHash: string;
  readonly quality: QualityReport;
  readonly notes: readonly string[];
  /** Retention arithmetic of the paid terms; null without subscriptions. */
  readonly retention: RetentionReport | null;
}

export interface CollectContext {
  readonly config: Config;
  readonly engine: Engine;
  readonly effects: Effects;
}
