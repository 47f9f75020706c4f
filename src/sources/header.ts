/** Delimiters that are recognised when none is given, in order of preference. */
export const DELIMITERS: readonly string[] = [',', ';', '\t', '|'];

/** Cells of a CSV header line; quotes are removed, doubled quotes become one, a byte-order mark is dropped. */
export function splitHeader(line: string, delimiter: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  const text = line.replace(/^\uFEFF/, '').replace(/\r$/, '');
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (char === '"' && quoted && text[i + 1] === '"') cell += text[++i];
    else if (char === '"' && (quoted || cell === '')) quoted = !quoted;
    else if (char === delimiter && !quoted) {
      cells.push(cell.trim());
      cell = '';
    } else cell += char;
  }
  cells.push(cell.trim());
  return cells;
}

/** The delimiter that splits a header line into most cells; ties go to the order of `DELIMITERS`, none to a comma. */
export function guessDelimiter(line: string): string {
  let best = ',';
  let most = 1;
  for (const delimiter of DELIMITERS) {
    const cells = splitHeader(line, delimiter).length;
    if (cells > most) {
      best = delimiter;
      most = cells;
    }
  }
  return best;
}

/** A delimiter as people write it: `","`, `"\t"`. */
export function showDelimiter(delimiter: string): string {
  return delimiter === '\t' ? '"\\t"' : `"${delimiter}"`;
}
