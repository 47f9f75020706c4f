/**
 * ISO text of an instant in a time zone, with its offset: `2024-03-01T09:30:00+01:00`; microseconds only when there are any.
 * @param us microseconds since 1970-01-01T00:00Z
 */
export function zonedText(us: number, timezone: string): string {
  const seconds = Math.floor(us / 1_000_000);
  const rest = us - seconds * 1_000_000;
  const parts = new Map(
    formatOf(timezone)
      .formatToParts(new Date(seconds * 1000))
      .map(({ type, value }) => [type, value] as const)
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  const offset = part('timeZoneName').replace('GMT', '');
  const fraction = rest === 0 ? '' : `.${String(rest).padStart(6, '0')}`;
  const day = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
  return `${day}T${part('hour')}:${part('minute')}:${part('second')}${fraction}${offset === '' ? 'Z' : offset}`;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset'
  });
}
