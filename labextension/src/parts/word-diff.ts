/** What changed between two texts, word by word: a longest common subsequence of words, spaces and signs. */

export interface IPiece {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

const WORDS = /\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu;
/** Words times words that are compared at most: beyond it the middle counts as replaced as a whole. */
const MOST = 4_000_000;

/** Tell two texts apart; the pieces but the added ones are the old text, those but the removed ones the new. */
export function wordDiff(before: string, after: string): IPiece[] {
  const old = before.match(WORDS) ?? [];
  const now = after.match(WORDS) ?? [];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) {
    start += 1;
  }
  let tail = 0;
  while (
    tail < Math.min(old.length, now.length) - start &&
    old[old.length - 1 - tail] === now[now.length - 1 - tail]
  ) {
    tail += 1;
  }
  return joined([
    ...old.slice(0, start).map(text => ({ kind: 'same' as const, text })),
    ...middle(old.slice(start, old.length - tail), now.slice(start, now.length - tail)),
    ...old.slice(old.length - tail).map(text => ({ kind: 'same' as const, text }))
  ]);
}

function middle(old: string[], now: string[]): IPiece[] {
  if (old.length * now.length > MOST) {
    return [
      { kind: 'removed', text: old.join('') },
      { kind: 'added', text: now.join('') }
    ];
  }
  const width = now.length + 1;
  // How long the common subsequence is of what follows each pair of places.
  const lengths = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        old[i] === now[j]
          ? lengths[(i + 1) * width + j + 1]! + 1
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
    }
  }
  const pieces: IPiece[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      pieces.push({ kind: 'same', text: old[i]! });
      i += 1;
      j += 1;
    } else if (
      j >= now.length ||
      (i < old.length && lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!)
    ) {
      pieces.push({ kind: 'removed', text: old[i]! });
      i += 1;
    } else {
      pieces.push({ kind: 'added', text: now[j]! });
      j += 1;
    }
  }
  return pieces;
}

function joined(pieces: IPiece[]): IPiece[] {
  const out: IPiece[] = [];
  for (const piece of pieces) {
    const last = out.at(-1);
    if (last?.kind === piece.kind) {
      out[out.length - 1] = { kind: piece.kind, text: last.text + piece.text };
    } else if (piece.text !== '') {
      out.push(piece);
    }
  }
  return out;
}
