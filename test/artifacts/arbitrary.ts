import fc from 'fast-check';
import type { ArtifactInput, Calibrator, FactorTransform, PreparedColumn, ScoringArtifact } from '../../src/types.js';
import { artifactOf, categoryInput, factor, manualModel, numberColumn, numberInput } from './helpers.js';

const double = (min: number, max: number) => fc.double({ min, max, noNaN: true });

const calibrators: fc.Arbitrary<Calibrator> = fc.oneof(
  fc.constant<Calibrator>({ kind: 'identity' }),
  fc.record({ kind: fc.constant('intercept' as const), intercept: double(-3, 3) }),
  fc.record({ kind: fc.constant('platt' as const), slope: double(0.1, 3), intercept: double(-3, 3) }),
  fc.record({ kind: fc.constant('beta' as const), a: double(0, 3), b: double(0, 3), c: double(-3, 3) }),
  fc
    .uniqueArray(double(-5, 5), { minLength: 1, maxLength: 12 })
    .chain(z => fc.tuple(fc.constant(z), fc.array(double(0, 1), { minLength: z.length, maxLength: z.length })))
    .map(
      ([z, p]): Calibrator => ({
        kind: 'isotonic',
        z: [...z].sort((a, b) => a - b),
        probability: [...p].sort((a, b) => a - b)
      })
    )
);

/** A name with the marks that SQL and JSON give a meaning; `tag` keeps names distinct. */
const name = (tag: number) =>
  fc.string({ unit: 'grapheme', maxLength: 8 }).map(text => `${text.replaceAll('\0', '')}_${tag}`);

interface Drawn {
  readonly input: ArtifactInput;
  readonly columns: readonly PreparedColumn[];
}

const numberDrawn = (tag: number): fc.Arbitrary<Drawn> =>
  fc
    .record({
      name: name(tag),
      nullable: fc.boolean(),
      transform: fc.constantFrom('identity' as const, 'log1p' as const, 'signed_log1p' as const),
      domain: fc.constantFrom({}, { minimum: 0 }, { minimum: 0, maximum: 50 }, { maximum: 1e300 }),
      center: double(-5, 20),
      scale: double(0.05, 30),
      clip: fc.constantFrom(3, 6, 1e6)
    })
    .map(({ name: input, nullable, transform, domain, center, scale, clip }) => ({
      input: numberInput(input, { nullable, ...domain }),
      columns: [
        numberColumn(input, { transform, center, scale, clip }),
        { name: 'missing', input, kind: 'missing', center: 0.1, scale: 0.3, clip: 6 }
      ]
    }));

const categoryDrawn = (tag: number): fc.Arbitrary<Drawn> =>
  fc
    .record({
      name: name(tag),
      levels: fc.uniqueArray(
        fc.string({ maxLength: 6 }).map(text => text.replaceAll('\0', '')),
        { maxLength: 4 }
      ),
      pooled: fc.boolean()
    })
    .map(({ name: input, levels, pooled }) => {
      const common = { name: 'level', input, center: 0.25, scale: 0.4, clip: Number.MAX_VALUE };
      const other: PreparedColumn[] = pooled ? [{ ...common, kind: 'other' }] : [];
      return {
        input: categoryInput(input, levels),
        columns: [...levels.map((level): PreparedColumn => ({ ...common, kind: 'level', level })), ...other]
      };
    });

const linearArtifacts: fc.Arbitrary<ScoringArtifact> = fc
  .tuple(fc.tuple(numberDrawn(0), numberDrawn(1), categoryDrawn(2), categoryDrawn(3)), calibrators)
  .chain(([drawn, calibrator]) => {
    const columns = drawn.flatMap(part => part.columns);
    return fc
      .record({
        intercept: double(-4, 4),
        coefficients: fc.array(double(-2, 2), { minLength: columns.length, maxLength: columns.length })
      })
      .map(({ intercept, coefficients }) =>
        artifactOf({
          inputs: drawn.map(part => part.input),
          columns,
          model: { kind: 'logistic', intercept, coefficients },
          calibrator
        })
      );
  });

const transforms: fc.Arbitrary<FactorTransform> = fc.oneof(
  fc.record({ kind: fc.constant('linear' as const), from: double(-10, 0), to: double(1, 60) }),
  fc.record({ kind: fc.constant('linear' as const), from: double(1, 60), to: double(-10, 0) }),
  fc.record({ kind: fc.constant('percentile' as const), lowerBetter: fc.boolean() }),
  fc
    .tuple(double(0, 1), fc.uniqueArray(fc.integer({ min: -5, max: 60 }), { maxLength: 4 }), double(0, 1))
    .map(([below, at, s]) => ({
      kind: 'thresholds' as const,
      below,
      steps: [...at].sort((a, b) => a - b).map((edge, i) => ({ at: edge, s: (s * (i + 1)) / at.length }))
    }))
);

const manualArtifacts: fc.Arbitrary<ScoringArtifact> = fc
  .tuple(
    fc.array(fc.tuple(transforms, double(0.1, 1), fc.boolean()), { minLength: 1, maxLength: 6 }),
    double(0, 1),
    calibrators
  )
  .map(([drawn, minCoverage, calibrator]) => {
    const total = drawn.reduce((sum, [, weight]) => sum + weight, 0);
    const inputs = drawn.map((_, i) => numberInput(`f"${i}`, i % 2 === 0 ? { minimum: 0, maximum: 100 } : {}));
    const factors = drawn.map(([transform, weight, odd], i) =>
      factor(`f"${i}`, weight / total, { transform, required: odd && i === 3 })
    );
    return artifactOf({ inputs, model: manualModel(factors, minCoverage), calibrator });
  });

/** Artifacts that SQL can express: logistic and manual with every transform and calibrator. */
export const artifacts = fc.oneof(linearArtifacts, manualArtifacts);

const inside = fc.oneof(double(0, 50), fc.integer({ min: 0, max: 50 }));
const numbers = fc.oneof(
  { arbitrary: inside, weight: 20 },
  { arbitrary: fc.integer({ min: -5, max: 100 }), weight: 2 },
  { arbitrary: fc.double(), weight: 1 },
  {
    arbitrary: fc.constantFrom(
      0,
      -0,
      50,
      1e308,
      -1e308,
      5e-324,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY
    ),
    weight: 1
  }
);

/** Rows for an artifact: one value or null per input, extremes and values that must be refused among them. */
export function rowsFor(artifact: ScoringArtifact): fc.Arbitrary<Record<string, number | string | null>> {
  const cells = artifact.inputs.map(input => {
    const known: fc.Arbitrary<number | string> =
      input.type === 'number'
        ? numbers
        : fc.oneof(
            { arbitrary: fc.constantFrom(...(input.levels ?? []), ''), weight: 8 },
            { arbitrary: fc.string({ maxLength: 3 }), weight: 1 }
          );
    return fc
      .option(known, { freq: 8, nil: null })
      .map(value => [input.name, typeof value === 'string' ? value.replaceAll('\0', '') : value] as const);
  });
  return fc.tuple(...cells).map(entries => Object.fromEntries(entries));
}
