import type { FeatureList, PlanEntry } from '../pipeline/features.js';
import { renderTable } from './table.js';

/** The catalogue family by family with counts, then what is left out, by reason. */
export function renderFeatures({ features, skipped, families }: FeatureList): string {
  const tables = families
    .filter(({ features: n }) => n > 0)
    .map(({ family, features: n, computed, skipped: out }) => {
      const rows = features
        .filter(feature => feature.family === family)
        .map(({ name, unit, timing, actionable, direction, requires, computed: used, about }) => [
          name,
          used ? 'yes' : 'no',
          unit,
          timing,
          actionable ? 'yes' : 'no',
          direction.replaceAll('_', ' '),
          requires.join(', '),
          about
        ]);
      const header = ['feature', 'computed', 'unit', 'timing', 'actionable', 'direction', 'needs', 'about'];
      return `${family}: ${n} features, ${computed} computed, ${out} left out\n${renderTable(header, rows, { align: 'left' })}`;
    });
  const computed = features.filter(feature => feature.computed).length;
  const total = `In all ${features.length} features, ${computed} computed by this workspace (features.use), ${skipped.length} left out.`;
  return [...tables, leftOut(skipped), total].filter(part => part !== '').join('\n\n');
}

function leftOut(skipped: FeatureList['skipped']): string {
  const reasons = [...new Set(skipped.map(({ reason }) => reason))];
  const lines = reasons.map(reason => {
    const names = skipped.filter(entry => entry.reason === reason).map(({ name }) => name);
    return `  ${reason}: ${names.join(', ')}`;
  });
  return lines.length === 0 ? '' : `Left out:\n${lines.join('\n')}`;
}

/** The steps of a plan in order; with `sql` their statements too. */
export function renderPlan(steps: readonly PlanEntry[], { sql }: { readonly sql: boolean }): string {
  if (sql) {
    return steps.map(({ table, about, sql: text }) => `-- ${table}: ${about}\n${text};`).join('\n\n');
  }
  const rows = steps.map(({ table, features, about }) => [table, String(features.length), about]);
  return `${renderTable(['table', 'features', 'about'], rows, { align: 'left' })}\n\n${steps.length} steps; --sql shows their statements.`;
}
