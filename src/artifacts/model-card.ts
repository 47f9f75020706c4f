import type { ArtifactInput, Calibrator, ModelSpec, ScoringArtifact } from '../types.js';
import { canonicalJson, sha256 } from './canonical.js';
import { sqlObstacle } from './sql-writer.js';

/**
 * The model card as Markdown: what the artifact predicts, on what it was trained, how it is calibrated, what it reads,
 * its limits and how to use it. Depends on the artifact alone; text from data or configuration is escaped.
 */
export function renderModelCard(artifact: ScoringArtifact): string {
  const sections = [
    `# ${escapeMarkdown(artifact.name)}`,
    purpose(artifact),
    training(artifact),
    `## Calibration\n\n${calibration(artifact.calibrator)}`,
    inputTable(artifact.inputs),
    ...(artifact.model.kind === 'manual' ? [factorTable(artifact.model)] : []),
    limits(artifact),
    usage(artifact),
    hashes(artifact)
  ];
  return `${sections.join('\n\n')}\n`;
}

/** Text that Markdown and HTML read as itself: on one line, every mark escaped, no control or direction characters. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/[\p{Cf}\p{Surrogate}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]#+!|~@:$="']/g, mark => `\\${mark}`)
    .replaceAll(/(?<=\p{L})\.(?=\p{L})/gu, '\\.');
}

const OUTCOMES: Readonly<Record<ScoringArtifact['target'], string>> = {
  churn: 'the probability that a paying account churns',
  upsell: 'the probability that an eligible account expands',
  renewal: 'the probability that an account renews',
  health: 'the manual health score of an account and the probability of churn that belongs to it'
};

const KINDS: Readonly<Record<ModelSpec['kind'], string>> = {
  constant: 'the base rate alone (a baseline, the same for every account)',
  logistic: 'a logistic regression over prepared inputs',
  neural: 'a small neural network over prepared inputs',
  manual: 'a manual health score: weighted factors, mapped to a probability'
};

function purpose(artifact: ScoringArtifact): string {
  const { target, horizonDays, bands, model } = artifact;
  const named = bands.map(band => `${escapeMarkdown(band.label)} from ${percent(band.from)}`).join(', ');
  const lines = [
    `Predicts ${OUTCOMES[target]} within ${horizonDays} days after the as-of date. It is ${KINDS[model.kind]}.`,
    ...(named === '' ? [] : [`Bands of the probability: ${named}.`])
  ];
  return lines.join('\n\n');
}

function training(artifact: ScoringArtifact): string {
  const { trainedOn, calibratedOn, backend, seed } = artifact.provenance;
  return [
    '## Trained on',
    '',
    '| | rows | accounts | episodes | as-of dates |',
    '| --- | ---: | ---: | ---: | --- |',
    `| training | ${trainedOn.rows} | ${trainedOn.accounts} | ${trainedOn.episodes} | ${dates(trainedOn)} |`,
    `| calibration | ${calibratedOn.rows} | | ${calibratedOn.episodes} | ${dates(calibratedOn)} |`,
    '',
    `Back end ${escapeMarkdown(backend)}, seed ${seed}. An episode is one outcome of one account, however many rows saw it coming.`
  ].join('\n');
}

function dates(range: { readonly from: string; readonly to: string }): string {
  if (range.from === '' && range.to === '') return 'not dated';
  return `${escapeMarkdown(range.from)} to ${escapeMarkdown(range.to)}`;
}

function calibration(calibrator: Calibrator): string {
  switch (calibrator.kind) {
    case 'identity':
      return 'None: the log-odds of the model are used as they are.';
    case 'intercept':
      return `The log-odds of the model plus ${calibrator.intercept}.`;
    case 'platt':
      return `Platt: ${calibrator.slope} times the log-odds of the model plus ${calibrator.intercept}.`;
    case 'beta':
      return `Beta: a ln(p) - b ln(1 - p) + c with a = ${calibrator.a}, b = ${calibrator.b}, c = ${calibrator.c}.`;
    case 'isotonic':
      return `Isotonic: ${calibrator.z.length} steps over the log-odds of the model.`;
  }
}

function inputTable(inputs: readonly ArtifactInput[]): string {
  const rows = inputs.map(input => {
    const cells = [input.name, input.about, input.unit].map(escapeMarkdown);
    return `| ${cells.join(' | ')} | ${domain(input)} | ${input.nullable ? 'yes' : 'no'} |`;
  });
  return [
    '## Inputs',
    '',
    '| name | meaning | unit | accepted | may be null |',
    '| --- | --- | --- | --- | --- |',
    ...rows
  ].join('\n');
}

function domain(input: ArtifactInput): string {
  if (input.type === 'category') return (input.levels ?? []).map(escapeMarkdown).join(', ');
  const { minimum, maximum } = input;
  if (minimum === undefined && maximum === undefined) return 'any number';
  if (maximum === undefined) return `at least ${minimum}`;
  return minimum === undefined ? `at most ${maximum}` : `${minimum} to ${maximum}`;
}

function factorTable(model: Extract<ModelSpec, { kind: 'manual' }>): string {
  const rows = model.factors.map(factor => {
    const cells = [factor.name, factor.dimension].map(escapeMarkdown);
    return `| ${cells.join(' | ')} | ${percent(factor.weight)} | ${factor.required ? 'yes' : 'no'} |`;
  });
  const scale = model.categories.map(category => `${escapeMarkdown(category.label)} from ${percent(category.from)}`);
  return [
    '## Factors',
    '',
    `Profile ${escapeMarkdown(model.profile)}. Categories: ${scale.join(', ')}; Undefined when less than ${percent(model.minCoverage)} of the weight is known or a required factor is missing. A missing factor counts at its worst.`,
    '',
    '| factor | dimension | weight | required |',
    '| --- | --- | ---: | --- |',
    ...rows
  ].join('\n');
}

function limits(artifact: ScoringArtifact): string {
  const pooled = artifact.preparation.columns.some(column => column.kind === 'other');
  return [
    '## Limits',
    '',
    '- It describes accounts like those it was trained on; check its calibration when the business changes.',
    '- A contribution says what moves the prediction, not what would happen if somebody changed the input.',
    '- A value that is missing where it is not accepted, of another type, not finite or outside its domain is refused, never guessed.',
    `- A level that training did not know is ${pooled ? 'pooled where the input has a column for others, else ' : ''}refused.`,
    '- Numbers far from the training average are clipped before they enter the model.'
  ].join('\n');
}

function usage(artifact: ScoringArtifact): string {
  const obstacle = sqlObstacle(artifact);
  const query =
    obstacle === null
      ? '`score.sql`: one SELECT over a table or view `snapshots` with the inputs as columns (DuckDB).'
      : `SQL: not available, ${obstacle}.`;
  return [
    '## Use',
    '',
    '- `artifact.json`: with this product, `const model = await loadArtifact(directory); model.score(row)`.',
    "- `scorer.mjs`: anywhere JavaScript runs, `import { score } from './scorer.mjs'; score(row)`.",
    `- ${query}`
  ].join('\n');
}

function hashes(artifact: ScoringArtifact): string {
  const { product, runId, dataHash, configHash } = artifact.provenance;
  const rows = [
    ['product', product],
    ['run', runId],
    ['data', dataHash],
    ['configuration', configHash],
    ['artifact.json', sha256(canonicalJson(artifact))]
  ];
  const lines = rows.map(([name, value]) => `| ${name} | ${escapeMarkdown(value ?? '')} |`);
  return ['## Provenance', '', '| what | value or SHA-256 |', '| --- | --- |', ...lines].join('\n');
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(2))} %`;
}
