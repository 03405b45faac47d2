/** Dates, times and durations as texts, exact to the unit that they are stored in. */

/** How many of a unit make a second: of `s`, `ms`, `us`, `ns`, in the order of Arrow's codes. */
const PER_SECOND = [1n, 1_000n, 1_000_000n, 1_000_000_000n];
const UNITS = ['s', 'ms', 'us', 'ns'];
/** Beyond this many milliseconds from 1970 JavaScript has no dates. */
const MOST = 8_640_000_000_000_000n;

export function dateText(milliseconds: number): string {
  return Math.abs(milliseconds) <= Number(MOST)
    ? new Date(milliseconds).toISOString().split('T')[0]!
    : `${milliseconds} ms`;
}

export function timeText(value: bigint, unit: number): string {
  const [seconds, fraction] = split(value, unit);
  return clock(seconds) + fraction;
}

/** Write a moment as its zone sees it, with the offset; without a zone as it stands. */
export function timestampText(value: bigint, unit: number, zone: string | null): string {
  const [seconds, fraction] = split(value, unit);
  const milliseconds = seconds * 1000n;
  if (milliseconds > MOST || milliseconds < -MOST) {
    return `${value} ${UNITS[unit]}`;
  }
  const offset = zone ? offsetOf(zone, Number(milliseconds)) : 0;
  const shown = Number(milliseconds) + (offset ?? 0) * 1000;
  if (Math.abs(shown) > Number(MOST)) {
    return `${value} ${UNITS[unit]}`;
  }
  const [date, time] = new Date(shown).toISOString().split('T') as [string, string];
  const end = !zone ? '' : offset === null ? 'Z' : offsetText(offset);
  return `${date} ${time.slice(0, 8)}${fraction}${end}`;
}

/** Write a duration as days and time: `-2d 03:04:05.000006`. */
export function durationText(value: bigint, unit: number): string {
  const [seconds, fraction] = split(value < 0n ? -value : value, unit);
  const days = seconds / 86_400n;
  return `${value < 0n ? '-' : ''}${days ? `${days}d ` : ''}${clock(seconds % 86_400n)}${fraction}`;
}

/** Split into whole seconds and the text of what is left, in groups of three digits; nothing where it is zero. */
function split(value: bigint, unit: number): [bigint, string] {
  const per = PER_SECOND[unit]!;
  const rest = ((value % per) + per) % per;
  const seconds = (value - rest) / per;
  if (rest === 0n) {
    return [seconds, ''];
  }
  const digits = rest.toString().padStart(3 * unit, '0');
  return [seconds, `.${digits.replace(/(000)+$/, '')}`];
}

function clock(seconds: bigint): string {
  const two = (n: bigint) => n.toString().padStart(2, '0');
  return `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
}

const formats = new Map<string, Intl.DateTimeFormat | null>();

/** Give the seconds that a zone is ahead of UTC at a moment; null where the browser does not know the zone. */
function offsetOf(zone: string, milliseconds: number): number | null {
  const fixed = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (fixed) {
    return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 3600 + Number(fixed[3]) * 60);
  }
  const format = formatOf(zone);
  if (!format) {
    return null;
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(milliseconds)) {
    part[type] = Number(value);
  }
  const local = new Date(0);
  const year = milliseconds < -62_135_596_800_000 ? 1 - part.year! : part.year!; // before the year 1
  local.setUTCFullYear(year, part.month! - 1, part.day);
  local.setUTCHours(part.hour!, part.minute, part.second);
  return Math.round((local.getTime() - milliseconds) / 1000);
}

function formatOf(zone: string): Intl.DateTimeFormat | null {
  let format = formats.get(zone);
  if (format === undefined) {
    try {
      format = new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        hourCycle: 'h23',
        calendar: 'gregory',
        numberingSystem: 'latn',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric'
      });
    } catch {
      format = null; // no such zone here: the moment is shown in UTC
    }
    formats.set(zone, format);
  }
  return format;
}

function offsetText(offset: number): string {
  const minutes = Math.round(Math.abs(offset) / 60);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
