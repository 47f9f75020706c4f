/** One factor of a profile in YAML; every key can be given. */
export function factorText(keys: Readonly<Record<string, string | number | boolean>>): string {
  const all = {
    name: 'A',
    feature: 'active_days',
    dimension: 'use',
    weight: 1,
    timing: 'leading',
    actionable: true,
    transform: '{ kind: linear, from: 0, to: 1 }',
    ...keys
  };
  const lines = Object.entries(all).map(([key, value]) => `    ${key}: ${value}`);
  return lines.join('\n').replace('    name', '  - name');
}

/** A profile named default with three categories (from 0, 0.4 and 0.7). */
export function profileText(factors: readonly string[]): string {
  return `name: default
purpose: predictor
owner: Ann
approver: Bo
date: 2025-01-01
factors:
${factors.join('\n')}
categories:
  - { label: Weak, color: "#c62828", from: 0 }
  - { label: Moderate, color: "#f9a825", from: 0.4 }
  - { label: Strong, color: "#2e7d32", from: 0.7 }
`;
}
