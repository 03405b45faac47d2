/**
 * Lays a history out as lanes: a place at the side for each commit, and lines from each to its parents.
 *
 * Every line from a commit to a parent has a lane of its own from row to row until it meets the parent, so that two
 * lines never lie on each other. A lane that has become free is taken again by what comes next.
 */

export interface INode {
  readonly id: string;
  readonly parents: readonly string[];
}

/** A line in one half of a row, from a lane to a lane; `colour` stays the same along a lane. */
export interface ILine {
  readonly from: number;
  readonly to: number;
  readonly colour: number;
}

/** What is drawn beside one commit. */
export interface IGraphRow {
  readonly lane: number;
  readonly colour: number;
  /** From the upper edge of the row to its middle. */
  readonly above: readonly ILine[];
  /** From its middle to the lower edge. */
  readonly below: readonly ILine[];
}

interface ILane {
  /** The commit that the line goes to. */
  readonly parent: string;
  readonly colour: number;
}

/** Lay out commits that are in order, children before parents; parents may be missing, where older ones are not loaded. */
export function layOut(nodes: readonly INode[]): IGraphRow[] {
  const lanes: (ILane | undefined)[] = [];
  let colours = 0;
  const free = (): number => {
    const place = lanes.findIndex(lane => lane === undefined);
    return place < 0 ? lanes.length : place;
  };
  return nodes.map(({ id, parents }) => {
    const coming = lanes.flatMap((lane, place) => (lane?.parent === id ? [place] : []));
    const lane = coming[0] ?? free();
    const colour = lanes[lane]?.colour ?? colours++;
    const above = linesOf(lanes, place => (coming.includes(place) ? lane : place));
    const passing = lanes.map((found, place) => (coming.includes(place) ? undefined : found));
    lanes.splice(0, lanes.length, ...passing);
    const below = linesOf(lanes, place => place);
    parents.forEach((parent, number) => {
      // The first parent goes on in the lane of its child, so that a branch is one straight line.
      const place = number === 0 ? lane : free();
      const drawn = number === 0 ? colour : colours++;
      lanes[place] = { parent, colour: drawn };
      below.push({ from: lane, to: place, colour: drawn });
    });
    while (lanes.length > 0 && lanes.at(-1) === undefined) {
      lanes.pop();
    }
    return { lane, colour, above, below };
  });
}

/** How many lanes a row needs. */
export function widthOf(row: IGraphRow): number {
  const lines = [...row.above, ...row.below];
  return 1 + Math.max(row.lane, ...lines.map(line => Math.max(line.from, line.to)));
}

function linesOf(lanes: readonly (ILane | undefined)[], to: (place: number) => number): ILine[] {
  return lanes.flatMap((lane, place) =>
    lane ? [{ from: place, to: to(place), colour: lane.colour }] : []
  );
}
