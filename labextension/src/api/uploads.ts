/** The routes of uploads: begun, sent in parts, looked at, previewed, completed, aborted. */

import { type ICarrier, pathOf } from './carrier';
import type {
  Completed,
  IImportAsked,
  IPlace,
  IPreview,
  IPreviewAsked,
  IPreviewRunning,
  IUpload
} from './upload-types';

export interface IPart {
  offset: number;
  bytes: ArrayBuffer;
  /** The SHA-256 of the bytes; left out where the page may not compute it. */
  digest?: ArrayBuffer | undefined;
}

export class Uploads {
  constructor(private readonly transport: ICarrier) {}

  begin(place: IPlace, name: string, size: number, signal?: AbortSignal): Promise<IUpload> {
    return this.post(pathTo(place), { name, size }, signal);
  }

  /** Have the server take a file from where its own file browser shows it; it is here whole with the answer. */
  take(place: IPlace, name: string, path: string, signal?: AbortSignal): Promise<IUpload> {
    return this.post(pathTo(place), { name, path }, signal);
  }

  look(place: IPlace, id: string, signal?: AbortSignal): Promise<IUpload> {
    return this.transport.ask(pathTo(place, id), signal ? { signal } : {});
  }

  part(place: IPlace, id: string, part: IPart, signal?: AbortSignal): Promise<IUpload> {
    const headers: Record<string, string> = part.digest
      ? { 'Content-Digest': `sha-256=:${base64Of(part.digest)}:` }
      : {};
    return this.transport.ask(pathTo(place, id), {
      method: 'PUT',
      query: { offset: part.offset },
      bytes: part.bytes,
      headers,
      ...(signal ? { signal } : {})
    });
  }

  /** Say what an import would come to, however long it takes to find out. */
  async preview(
    place: IPlace,
    id: string,
    asked: IPreviewAsked,
    signal?: AbortSignal
  ): Promise<IPreview> {
    for (;;) {
      const path = pathTo(place, id, 'preview');
      const told = await this.post<IPreview | IPreviewRunning>(path, asked, signal);
      if (!('running' in told)) {
        return told;
      }
    }
  }

  /** Import what is here whole; a file that is refused stays. */
  complete(place: IPlace, id: string, asked: IImportAsked): Promise<Completed> {
    return this.post(pathTo(place, id, 'complete'), asked);
  }

  abort(place: IPlace, id: string): Promise<void> {
    return this.transport.ask(pathTo(place, id), { method: 'DELETE' });
  }

  private post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    return this.transport.ask(path, { method: 'POST', body, ...(signal ? { signal } : {}) });
  }
}

function pathTo({ dataset, ref }: IPlace, ...parts: string[]): string {
  return pathOf('datasets', dataset, 'refs', ref, 'uploads', ...parts);
}

function base64Of(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}
