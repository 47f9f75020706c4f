/**
 * The candidate nearest to `name` by edit distance (insert, delete, replace, swap of neighbours; case and `-` against
 * `_` cost nothing), or null when none is within a third of the name's length (at least 2 edits). Ties go to the
 * smaller text by code units.
 */
export function suggest(name: string, candidates: readonly string[]): string | null {
  const limit = Math.max(2, Math.floor(name.length / 3));
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of [...candidates].sort(byCodeUnits)) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(plain(name), plain(candidate));
    if (distance < bestDistance && distance < Math.max(name.length, candidate.length)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `did you mean X?` when something is near, else the whole list (at most 20 names). */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const near = suggest(name, candidates);
  if (near !== null) return `did you mean ${near}?`;
  if (candidates.length === 0) return 'there is none to choose from';
  const shown = candidates.slice(0, 20).join(', ');
  return `expected one of ${shown}${candidates.length > 20 ? `, … (${candidates.length} in all)` : ''}`;
}

/** Optimal string alignment distance of two texts, in UTF-16 code units. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length]!;
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll('-', '_');
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
