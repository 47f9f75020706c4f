/** Rows as an aligned text table: the first column to the left, the others to the right, or all to the left. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { align = 'right' }: { readonly align?: 'left' | 'right' } = {}
): string {
  const widths = header.map((title, c) => Math.max(title.length, ...rows.map(row => (row[c] ?? '').length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, c) =>
        c === 0 || align === 'left' ? cell.padEnd(widths[c] as number) : cell.padStart(widths[c] as number)
      )
      .join('  ')
      .trimEnd();
  return [line(header), line(widths.map(width => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
