import type { ArtifactInput, Contribution } from '../../types.js';

const MOST = 3;

/**
 * The inputs that raise the log-odds most, at most three, in words, for example
 * "days since last two-way contact is 73 days (raises the odds 1.8 times)". Effects under half a percent are not told.
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
  const about = input === undefined || input.about === '' ? contribution.input : input.about;
  const { value } = contribution;
  if (value === null) return `${about} is not known`;
  if (typeof value === 'string') {
    return input?.levels?.includes(value) ? `${about} is "${value}"` : `${about} is a value outside the known levels`;
  }
  return `${about} is ${shortNumber(value)}${unitText(input?.unit ?? '')}`;
}

function unitText(unit: string): string {
  if (unit === '' || unit === '1') return '';
  return ` ${unit}`;
}

function times(factor: number): string {
  if (factor < 1.095) return `by ${Math.round(100 * (factor - 1))} %`;
  if (factor > 1000) return 'more than 1000 times';
  return factor >= 9.95 ? `${Math.round(factor)} times` : `${factor.toFixed(1)} times`;
}

function shortNumber(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? String(value) : String(Number(value.toPrecision(4)));
}
