/** Versions as they are shown. */

/** Shorten whole commit ids. */
export function nameOf(version: string): string {
  return version.replace(/^[0-9a-f]{64}/, id => id.slice(0, 10));
}
