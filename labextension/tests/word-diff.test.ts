import { wordDiff } from '../src/parts/word-diff';

const TEXTS = [
  '',
  'a',
  'The quick brown fox.',
  'The slow brown fox, again.',
  'Zwölf  Boxkämpfer\njagen',
  'zwölf Boxkämpfer jagen Viktor',
  'a b a b a',
  'b a b'
];

test.each(TEXTS.flatMap(old => TEXTS.map(now => [old, now])))('%j and %j', (old, now) => {
  const pieces = wordDiff(old, now);
  const text = (but: string) =>
    pieces
      .filter(piece => piece.kind !== but)
      .map(piece => piece.text)
      .join('');
  expect([text('added'), text('removed')]).toEqual([old, now]);
});

test('what is the same stays, word by word', () => {
  expect(wordDiff('The quick brown fox.', 'The slow brown fox.')).toEqual([
    { kind: 'same', text: 'The ' },
    { kind: 'removed', text: 'quick' },
    { kind: 'added', text: 'slow' },
    { kind: 'same', text: ' brown fox.' }
  ]);
  expect(wordDiff('same', 'same')).toEqual([{ kind: 'same', text: 'same' }]);
});

test('texts of thousands of words are told apart as far as it is quick', () => {
  const old = Array.from({ length: 5_000 }, (_, index) => `a${index}`).join(' ');
  const now = old.replaceAll('a', 'b');
  expect(wordDiff(`x ${old} y`, `x ${now} y`).map(piece => piece.kind)).toEqual([
    ...['same', 'removed', 'added', 'same']
  ]);
});
