/** The end of an import: what came of it, the job that does it, and who moved the branch meanwhile. */

import {
  type Client,
  type ICommit,
  type ICommitted,
  type IJob,
  type IPlace,
  Problem
} from '../api';
import { problemFrom } from './connection';
import { isActive } from './jobs';

/** What came of an import. */
export interface IOutcome extends IPlace {
  commit: string;
  /** Whether there is a new commit: what changes nothing makes none. */
  created: boolean;
  added: number;
  removed: number;
  changed: number;
}

/** Commits that are looked through for what came since a preview. */
const RECENT = 20;

/** See that a branch is where a preview saw it, before a job takes the files. */
export async function checkHead(
  client: Client,
  { dataset, ref }: IPlace,
  head: string | undefined
): Promise<void> {
  if (head === undefined) {
    return; // there was no branch, perhaps no dataset; the commit itself finds out
  }
  const refs = await client.refs(dataset);
  const now = refs.find(found => found.name === ref)?.commit;
  if (now !== head) {
    const detail = `${dataset}@${ref} was moved since the preview.`;
    throw new Problem(409, 'ref_conflict', detail, '', '', { head: now });
  }
}

/** List what came onto a branch since a commit, latest first; nothing where it cannot be told. */
export async function commitsSince(
  client: Client,
  { dataset, ref }: IPlace,
  head: string | undefined
): Promise<readonly ICommit[]> {
  try {
    const { items } = await client.commits(dataset, ref, RECENT);
    const known = items.findIndex(commit => commit.id === head);
    return known < 0 ? items : items.slice(0, known);
  } catch {
    return []; // that the branch was moved is told without knowing who did it
  }
}

/** Look at a job until it has ended, or is wanted no more. A server that is away is waited for. */
export async function followJob(
  client: Client,
  begun: IJob,
  pause: number,
  note: (job: IJob) => boolean
): Promise<IJob> {
  let job = begun;
  while (note(job) && isActive(job)) {
    await new Promise(resolve => setTimeout(resolve, pause));
    try {
      job = await client.job(job.id);
    } catch (error) {
      if (!problemFrom(error).passes) {
        throw error;
      }
    }
  }
  return job;
}

export function outcomeOf(
  place: IPlace,
  { commit, created, summary }: Pick<ICommitted, 'commit' | 'created' | 'summary'>
): IOutcome {
  const sum = (name: 'added' | 'removed' | 'changed') =>
    Object.values(created ? summary : {}).reduce((total, table) => total + (table[name] ?? 0), 0);
  const counts = { added: sum('added'), removed: sum('removed'), changed: sum('changed') };
  return { ...place, commit, created, ...counts };
}

/** Tell what came of a job that has ended; its error is thrown as a problem. */
export async function outcomeOfJob(client: Client, place: IPlace, job: IJob): Promise<IOutcome> {
  const { result, error } = job;
  if (job.state !== 'succeeded' || !result?.commit) {
    const { code = 'job_failed', message = `Job ${job.id} failed.`, hint = '' } = error ?? {};
    throw new Problem(0, code, message, hint);
  }
  const { summary } = await client.commit(place.dataset, result.commit);
  return outcomeOf(place, { commit: result.commit, created: result.created ?? true, summary });
}
