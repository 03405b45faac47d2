/** The line at the edge of the window, in words. */

import type { IReady } from '../api';
import { shareOf, type StatusModel } from '../models';
import type { Words } from '../panel';

export interface IStatusTold {
  /** What stands in the line. */
  short: string;
  /** What a tooltip and a screen reader tell. */
  long: string;
  isWrong: boolean;
  /** How far the job is, from 0 to 1; undefined where nobody can tell. */
  share?: number | undefined;
}

/** Tell the job that is at work, else the connection. */
export function statusTold(model: StatusModel, words: Words): IStatusTold {
  const { trans } = words;
  const { connection, job, count } = model;
  if (job) {
    const share = job.state === 'running' ? shareOf(job) : undefined;
    const more = count > 1 ? trans.__(' (+%1)', count - 1) : '';
    const far = share === undefined ? '' : ` ${Math.floor(share * 100)} %`;
    const long = trans.__('DSA Workbench: %1: %2', job.about, words.stateOf(job));
    return { short: `${job.about}${far}${more}`, long, isWrong: false, share };
  }
  const told = (short: string, long: string, isWrong = true): IStatusTold => ({
    short: trans.__('DSA: %1', short),
    long: `${trans.__('DSA Workbench')}: ${long}`,
    isWrong
  });
  switch (connection.kind) {
    case 'ready': {
      const { server, database, actor } = connection.server;
      const long = trans.__('connected to %1 as %2 (%3)', database, actor, server);
      return told(hostOf(connection.server) || trans.__('local store'), long, false);
    }
    case 'connecting':
      return model.isAsleep
        ? told(trans.__('asleep'), trans.__('the store starts when it is used'), false)
        : told('…', trans.__('connecting'), false);
    case 'offline':
      return told(trans.__('offline'), trans.__('the server does not answer'));
    case 'missing':
      return told(trans.__('no server part'), trans.__('the server part is missing'));
    case 'older':
      return told(trans.__('old server part'), trans.__('the server part is older than the panel'));
    case 'refused':
      return told(trans.__('no access'), connection.problem.message);
    case 'broken':
      return told(trans.__('store unusable'), connection.problem.message);
  }
}

/** Where the database is; empty where it is on the machine of the server. */
export function hostOf({ database }: Pick<IReady, 'database'>): string {
  const host = /^[\w+]+:\/\/(?:[^@/]*@)?([^/?:]*)/.exec(database)?.[1] ?? '';
  return ['localhost', '127.0.0.1'].includes(host) ? '' : host;
}
