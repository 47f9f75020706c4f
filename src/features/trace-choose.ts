/** What one aggregate gives for experiments on the groups of records of one table; values as exact texts, NULL as null. */
export interface Responses {
  /** With every record. */
  readonly all: string | null;
  /** Without any record of the table. */
  readonly none: string | null;
  /** With one group of the table alone, by group. */
  readonly only: readonly (string | null)[];
}

/** How the records of a table enter an aggregate. */
export interface Chosen {
  /** `adds`: alone each gives its part, and the parts give the whole · `decides`: a record alone may give the whole · `together`: neither · `none`: no record matters. */
  readonly how: 'adds' | 'decides' | 'together' | 'none';
  /** Groups that alone change the value. */
  readonly contributing: readonly number[];
  /** Of those, the groups that alone give the whole value. */
  readonly deciding: readonly number[];
  /** Whether every contributing group adds exactly 1. */
  readonly ones: boolean;
}

/** Reads off how an aggregate is made of the groups of a table. */
export function choose({ all, none, only }: Responses): Chosen {
  const groups = [...only.keys()];
  const contributing = groups.filter(group => only[group] !== none);
  const deciding = contributing.filter(group => only[group] === all);
  const parts = contributing.map(group => difference(only[group] ?? null, none));
  const whole = difference(all, none);
  const summed = none !== null || (contributing.length > 1 && !parts.includes(0n));
  const adds = summed && whole !== null && parts.every(part => part !== null) && sum(parts) === whole;
  if (contributing.length === 0 && all === none) return { how: 'none', contributing, deciding, ones: false };
  if (adds) return { how: 'adds', contributing, deciding, ones: none !== null && parts.every(part => part === 1n) };
  return { how: deciding.length > 0 ? 'decides' : 'together', contributing, deciding, ones: false };
}

/** Difference of two whole numbers, an absent one as 0; null when a text is none. */
function difference(a: string | null, b: string | null): bigint | null {
  const whole = /^-?\d+$/;
  if ((a !== null && !whole.test(a)) || (b !== null && !whole.test(b))) return null;
  return BigInt(a ?? 0) - BigInt(b ?? 0);
}

function sum(parts: readonly (bigint | null)[]): bigint {
  return parts.reduce<bigint>((total, part) => total + (part ?? 0n), 0n);
}
