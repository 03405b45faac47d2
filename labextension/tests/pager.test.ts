/** Pages: asked for when they are looked at, not while one flies over them, and let go of in time. */

import { PageCache } from '../src/parts/grid/cache';
import { PAGE_ROWS, Pager } from '../src/parts/grid/pager';
import { ManualSource, pageOf, settle } from './pages';

interface ILooker {
  source: ManualSource;
  pager: Pager;
  look: (row: number) => void;
}

function looker(rows: number, width = 2): ILooker {
  const source = new ManualSource(rows, width);
  let first = 0;
  const all = source.columns.map((_, index) => index);
  const pager = new Pager(source, () => ({
    firstRow: first,
    lastRow: Math.min(first + 30, rows - 1),
    columns: all.slice(0, 10)
  }));
  const look = (row: number) => {
    first = row;
    pager.find(row, 0);
  };
  return { source, pager, look };
}

beforeEach(() => jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => jest.useRealTimers());

test('the first page is asked for at once, and the next one when it is there', async () => {
  const { source, pager, look } = looker(10_000_000);
  look(0);
  jest.advanceTimersByTime(0);
  expect(source.offsets).toEqual([0]);
  expect(source.requests[0]).toMatchObject({ limit: PAGE_ROWS, names: null });
  await source.answer();
  expect(source.offsets).toEqual([0, PAGE_ROWS]);
  expect(pager.find(7, 1)!.text(1, 7)).toBe('7');
  await source.answer();
  expect(pager.asking).toBe(0);
});

test('whoever flies over pages asks for the one where he rests, and what he left is aborted', async () => {
  const { source, look } = looker(10_000_000);
  look(0);
  jest.advanceTimersByTime(0);
  for (let page = 1; page <= 5; page++) {
    jest.advanceTimersByTime(20);
    look(page * 100 * PAGE_ROWS);
  }
  expect(source.offsets).toEqual([0]);
  jest.advanceTimersByTime(60);
  expect(source.offsets).toEqual([0, 500 * PAGE_ROWS]);
  expect(source.requests[0]!.signal.aborted).toBe(true);
  expect(source.requests[1]!.signal.aborted).toBe(false);
  source.requests[0]!.reject(new Error('aborted'));
  await settle();
  await source.answer();
  expect(source.offsets).toEqual([0, 500 * PAGE_ROWS, 501 * PAGE_ROWS]);
});

test('whoever never rests sees something all the same', () => {
  const { source, look } = looker(10_000_000);
  look(0);
  jest.advanceTimersByTime(0);
  for (let step = 1; step <= 40; step++) {
    look(step * PAGE_ROWS);
    jest.advanceTimersByTime(30);
  }
  expect(source.offsets.length).toBeGreaterThan(3);
  expect(source.offsets.length).toBeLessThan(15);
});

test('the page ahead is the one before, for those who scroll up', async () => {
  const { source, look } = looker(10_000_000);
  look(0);
  jest.advanceTimersByTime(0);
  await source.answer(source.requests[0]);
  look(1000 * PAGE_ROWS);
  jest.advanceTimersByTime(1000);
  look(999 * PAGE_ROWS);
  jest.advanceTimersByTime(1000);
  await source.answer(source.requests.find(request => request.offset === 1000 * PAGE_ROWS));
  await source.answer(source.requests.find(request => request.offset === 999 * PAGE_ROWS));
  expect(source.offsets.at(-1)).toBe(998 * PAGE_ROWS);
});

test('a page that cannot be read says why, and is asked for again only when that is wanted', async () => {
  const { source, pager, look } = looker(100);
  let told = 0;
  pager.landed.connect(() => told++);
  look(0);
  jest.advanceTimersByTime(0);
  const error = Object.assign(new Error('The server does not answer.'), { hint: 'Wait.' });
  source.requests[0]!.reject(error);
  await settle();
  expect(told).toBe(1);
  expect(pager.failure(3, 0)).toEqual({ message: 'The server does not answer.', hint: 'Wait.' });
  expect(pager.failed?.place).toMatchObject({ start: 0, end: 100 });
  look(0);
  jest.advanceTimersByTime(1000);
  expect(source.offsets).toEqual([0]);
  pager.retry();
  expect(source.offsets).toEqual([0, 0]);
  await source.answer();
  expect(pager.failed).toBeNull();
});

test('fewer rows than were promised are an error, not empty cells', async () => {
  const { source, pager, look } = looker(100);
  look(0);
  jest.advanceTimersByTime(0);
  source.requests[0]!.resolve(pageOf(['c0', 'c1'], 0, 60));
  await settle();
  expect(pager.failure(0, 0)?.message).toContain('60 rows came where 100');
});

test('of a wide table those columns are read that are seen', async () => {
  const { source, pager, look } = looker(100, 200);
  look(0);
  jest.advanceTimersByTime(0);
  expect(source.requests[0]!.names).toHaveLength(24);
  await source.answer();
  expect(pager.find(0, 3)!.text(pager.within(3), 0)).toBe('0');
  expect(pager.find(0, 30)).toBeUndefined();
});

test('whoever leaves has nothing under way', () => {
  const { source, pager, look } = looker(100);
  look(0);
  jest.advanceTimersByTime(0);
  pager.dispose();
  expect(source.requests[0]!.signal.aborted).toBe(true);
  look(0);
  jest.advanceTimersByTime(1000);
  expect(source.offsets).toEqual([0]);
});

test('pages that were not used for long go first, by number and by bytes', () => {
  const page = pageOf(['a'], 0, 100);
  const cache = new PageCache({ pages: 3, bytes: 10 * page.bytes });
  for (const key of ['a', 'b', 'c']) {
    cache.put(key, page);
  }
  cache.touch('a');
  cache.put('d', page);
  expect(['a', 'b', 'c', 'd'].filter(key => cache.peek(key))).toEqual(['a', 'c', 'd']);
  expect(cache.bytes).toBe(3 * page.bytes);
  const small = new PageCache({ pages: 100, bytes: 2 * page.bytes });
  for (const key of ['a', 'b', 'c', 'd']) {
    small.put(key, page);
  }
  expect(small.size).toBe(2);
  expect(small.bytes).toBe(2 * page.bytes);
});
