import type { ArtifactInput, Contribution } from '../../types.js';

const MOST = 3;

/**
 * The inputs that raise the log-odds most, at most three, in words, for example
 * "Days since the last two-way contact: 73 days (raises the odds 1.8 times)". Effects under half a percent are not told.
 */
export function reasonsOf(contributions: readonly Contribution[], inputs: readonly ArtifactInput[]): string[] {
  return contributions
    .filter(contribution => Math.exp(contribution.logOdds) >= 1.005)
    .sort((a, b) => b.logOdds - a.logOdds)
    .slice(0, MOST)
    .map(contribution => {
      const input = inputs.find(candidate => candidate.name === contribution.input);
      return `${describe(contribution, input)} (raises the odds ${times(Math.exp(contribution.logOdds))})`;
    });
}

function describe(contribution: Contribution, input: ArtifactInput | undefined): string {
  const label = labelOf(input === undefined || input.about === '' ? contribution.input : input.about);
  const { value } = contribution;
  if (value === null) return `${label}: not known`;
  if (typeof value === 'string') {
    return input?.levels?.includes(value) ? `${label}: "${value}"` : `${label}: a value outside the known levels`;
  }
  return `${label}: ${measure(value, input?.unit ?? '')}`;
}

/** The sentence about an input up to what it says of special cases, without its full stop. */
function labelOf(about: string): string {
  return (about.split(/[;(]/)[0] as string).trim().replace(/\.$/, '');
}

function measure(value: number, unit: string): string {
  if (unit === 'share') return `${shortNumber(100 * value)} %`;
  return unit === '' || unit === '1' ? shortNumber(value) : `${shortNumber(value)} ${unit}`;
}

function times(factor: number): string {
  if (factor < 1.095) return `by ${Math.round(100 * (factor - 1))} %`;
  if (factor > 1000) return 'more than 1000 times';
  return factor >= 9.95 ? `${Math.round(factor)} times` : `${factor.toFixed(1)} times`;
}

function shortNumber(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? String(value) : String(Number(value.toPrecision(4)));
}
