/** Distribution functions to double precision, both tails computed directly (never as one minus the other). */

const SQRT_2PI = 2.5066282746310002;
const LOG_SQRT_2PI = 0.9189385332046728;
const TAIL = 2;
const TINY = 1e-300;
const EPSILON = 2 ** -53;

/** exp(-z² / 2) with the square split, so that its rounding error is not magnified by |z|². */
function gaussian(z: number): number {
  const high = Math.round(z * 16) / 16;
  return Math.exp((-high * high) / 2) * Math.exp((-(z - high) * (z + high)) / 2);
}

/** Density of the standard normal. */
export function normalDensity(z: number): number {
  return gaussian(z) / SQRT_2PI;
}

/** Mills' ratio P(Z > z) / density(z) by Laplace's continued fraction (modified Lentz), z >= TAIL. */
function millsRatio(z: number): number {
  let f = z;
  let c = z;
  let d = 0;
  for (let k = 1; k < 500; k++) {
    d = 1 / (z + k * d);
    c = z + k / c;
    const factor = c * d;
    f *= factor;
    if (Math.abs(factor - 1) < EPSILON) break;
  }
  return 1 / f;
}

/** P(0 < Z < z) for |z| < TAIL + 1: density times z + z³/3 + z⁵/(3·5) + … (all terms of one sign). */
function centralMass(z: number): number {
  let term = z;
  let sum = z;
  for (let k = 3; Math.abs(term) > EPSILON * Math.abs(sum); k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return normalDensity(z) * sum;
}

/** P(Z > z) of the standard normal; relative error below 1e-13 down to 1e-307. */
export function normalSf(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  if (z >= TAIL) return z > 40 ? 0 : normalDensity(z) * millsRatio(z);
  return z <= -TAIL ? 1 - normalSf(-z) : 0.5 - centralMass(z);
}

/** P(Z <= z) of the standard normal; relative error below 1e-13 down to 1e-307. */
export function normalCdf(z: number): number {
  return normalSf(-z);
}

/** ln P(Z > z), also where P underflows. */
export function logNormalSf(z: number): number {
  if (z >= TAIL) return z === Infinity ? -Infinity : (-z * z) / 2 - LOG_SQRT_2PI + Math.log(millsRatio(z));
  return z < -1 ? Math.log1p(-normalSf(-z)) : Math.log(normalSf(z));
}

/** ln P(Z <= z), also where P underflows. */
export function logNormalCdf(z: number): number {
  return logNormalSf(-z);
}

/** Two-sided p-value of a z statistic. */
export function normalTwoSided(z: number): number {
  return Math.min(1, 2 * normalSf(Math.abs(z)));
}

const CENTRAL = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854
  ]
] as const;
const MIDDLE = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9
  ]
] as const;
const FAR = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
    1.421511758316446e-7, 2.0442631033899397e-15
  ]
] as const;

function ratio([above, below]: readonly [readonly number[], readonly number[]], r: number): number {
  const horner = (c: readonly number[]) => c.reduceRight((sum, x) => sum * r + x, 0);
  return horner(above) / horner(below);
}

/** Inverse of `normalCdf` for p in [0, 1] (Wichura 1988, algorithm AS 241, routine PPND16). */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`expected a probability in [0, 1], got ${p}`);
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(CENTRAL, 0.180625 - q * q);
  const tail = q < 0 ? p : 1 - p;
  if (tail === 0) return q < 0 ? -Infinity : Infinity;
  const r = Math.sqrt(-Math.log(tail));
  const x = r <= 5 ? ratio(MIDDLE, r - 1.6) : ratio(FAR, r - 5);
  return q < 0 ? -x : x;
}

const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400];

/** ln Γ(x) for x > 0: Stirling's series above 12, the recurrence below. */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`expected x > 0, got ${x}`);
  if (x === 1 || x === 2) return 0;
  let product = 1;
  let shifted = x;
  for (; shifted < 12; shifted++) product *= shifted;
  const inverse = 1 / shifted;
  const series = STIRLING.reduceRight((sum, b) => sum * inverse * inverse + b, 0) * inverse;
  return (shifted - 0.5) * Math.log(shifted) - shifted + LOG_SQRT_2PI + series - Math.log(product);
}

function gammaPrefactor(a: number, x: number): number {
  return Math.exp(a * Math.log(x) - x - logGamma(a));
}

function gammaSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let k = 1; Math.abs(term) > EPSILON * Math.abs(sum); k++) {
    term *= x / (a + k);
    sum += term;
  }
  return sum * gammaPrefactor(a, x);
}

function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let h = d;
  for (let k = 1; k < 10_000; k++) {
    const numerator = -k * (k - a);
    b += 2;
    d = 1 / nonZero(numerator * d + b);
    c = nonZero(b + numerator / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < EPSILON * 2) break;
  }
  return h * gammaPrefactor(a, x);
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** Regularised lower incomplete gamma P(a, x), a > 0, x >= 0. */
export function gammaP(a: number, x: number): number {
  requireGamma(a, x);
  if (x === 0) return 0;
  return x < a + 1 ? gammaSeries(a, x) : 1 - gammaFraction(a, x);
}

/** Regularised upper incomplete gamma Q(a, x) = 1 - P(a, x). */
export function gammaQ(a: number, x: number): number {
  requireGamma(a, x);
  if (x === 0) return 1;
  if (x === Infinity) return 0;
  return x < a + 1 ? 1 - gammaSeries(a, x) : gammaFraction(a, x);
}

function requireGamma(a: number, x: number): void {
  if (!(a > 0 && x >= 0)) throw new RangeError(`expected a > 0 and x >= 0, got a = ${a}, x = ${x}`);
}

/** P(χ² > x) with df degrees of freedom. */
export function chiSquareSf(x: number, df: number): number {
  if (x <= 0) return 1;
  return df === 1 ? normalTwoSided(Math.sqrt(x)) : gammaQ(df / 2, x / 2);
}

function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let h = d;
  const step = (numerator: number) => {
    d = 1 / nonZero(1 + numerator * d);
    c = nonZero(1 + numerator / c);
    h *= d * c;
    return Math.abs(d * c - 1) < EPSILON * 2;
  };
  for (let m = 1; m < 10_000; m++) {
    step((m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)));
    if (step((-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)))) break;
  }
  return h;
}

/** Regularised incomplete beta I_x(a, b), a and b > 0, x in [0, 1]. */
export function betaI(a: number, b: number, x: number): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1))
    throw new RangeError(`expected a, b > 0 and x in [0, 1], got ${a}, ${b}, ${x}`);
  if (x === 0 || x === 1) return x;
  const log = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
  return x < (a + 1) / (a + b + 2)
    ? (Math.exp(log) * betaFraction(a, b, x)) / a
    : 1 - (Math.exp(log) * betaFraction(b, a, 1 - x)) / b;
}
