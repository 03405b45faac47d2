import { type IGraphRow, type ILine, layOut, widthOf } from '../src/models';

interface ICommitNode {
  id: string;
  parents: string[];
}

/** Numbers that look random and are the same each time. */
function randomly(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A history of any shape, children before parents. */
function someHistory(seed: number): ICommitNode[] {
  const random = randomly(seed);
  const count = 1 + Math.floor(random() * 30);
  return Array.from({ length: count }, (_, index) => {
    const parents = new Set<string>();
    for (let number = Math.floor(random() * 4); number > 0; number -= 1) {
      const parent = index + 1 + Math.floor(random() * 6);
      if (parent < count + 2) {
        parents.add(String(parent)); // the last ones may lie beyond what is loaded
      }
    }
    return { id: String(index), parents: [...parents] };
  });
}

/** Follow the lines down from each commit, and say where each ends: a commit, or beyond the last row. */
function followed(nodes: ICommitNode[], rows: IGraphRow[]): [string, string][] {
  const edges: [string, string][] = [];
  nodes.forEach((node, index) => {
    const passing = new Set(
      rows[index]!.above.filter(line => line.from === line.to).map(l => l.to)
    );
    for (const { from, to } of rows[index]!.below) {
      if (from !== rows[index]!.lane || (passing.has(to) && to !== rows[index]!.lane)) {
        continue; // the line of another
      }
      let lane = to;
      let end = '';
      for (let row = index + 1; row < rows.length && end === ''; row += 1) {
        const line = rows[row]!.above.find(found => found.from === lane)!;
        if (line.to === rows[row]!.lane && nodes[row]!.id !== '' && arrives(line, rows[row]!)) {
          end = nodes[row]!.id;
        }
        lane = line.to;
      }
      edges.push([node.id, end]);
    }
  });
  return edges;
}

function arrives(line: ILine, row: IGraphRow): boolean {
  return line.to === row.lane;
}

const sorted = (edges: [string, string][]) => edges.map(edge => edge.join(' → ')).sort();

describe.each(Array.from({ length: 60 }, (_, seed) => seed))('a history (%i)', seed => {
  const nodes = someHistory(seed);
  const known = new Set(nodes.map(node => node.id));
  const rows = layOut(nodes);

  test('has a line from each commit to each of its parents', () => {
    const expected = nodes.flatMap(({ id, parents }) =>
      parents.map((parent): [string, string] => [id, known.has(parent) ? parent : ''])
    );
    expect(sorted(followed(nodes, rows))).toEqual(sorted(expected));
  });

  test('has no two lines in one lane, and lines that go on from row to row', () => {
    rows.forEach((row, index) => {
      const into = row.above.map(line => line.from);
      const out = row.below.map(line => line.to);
      expect(new Set(into).size).toBe(into.length);
      expect(new Set(out).size).toBe(out.length);
      const next = rows[index + 1];
      expect(next ? [...next.above.map(line => line.from)].sort() : []).toEqual(
        next ? [...out].sort() : []
      );
      // A line that passes by never goes through the commit.
      const passing = row.above.filter(line => line.from === line.to && line.to !== row.lane);
      expect(row.below.filter(line => line.from === line.to && line.to !== row.lane)).toEqual(
        passing
      );
      expect(Math.max(row.lane, ...into, ...out)).toBe(widthOf(row) - 1);
    });
  });

  test('keeps the colour of a line from row to row', () => {
    rows.slice(1).forEach((row, index) => {
      for (const line of row.above) {
        const before = rows[index]!.below.find(found => found.to === line.from)!;
        expect(line.colour).toBe(before.colour);
      }
    });
  });
});

test('a merge has two lanes, and what came before it one', () => {
  const rows = layOut([
    { id: 'merge', parents: ['main', 'dev'] },
    { id: 'dev', parents: ['root'] },
    { id: 'main', parents: ['root'] },
    { id: 'root', parents: [] }
  ]);
  expect(rows.map(row => row.lane)).toEqual([0, 1, 0, 0]);
  expect(rows.map(widthOf)).toEqual([2, 2, 2, 2]);
  expect(rows[3]).toMatchObject({ below: [] });
});
