/** What anywidget hands to a module: the traits of the widget in the kernel, and the line to it. */

export interface IAnyModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown, callbacks?: unknown, buffers?: (ArrayBuffer | ArrayBufferView)[]): void;
  on(event: string, heard: (content: unknown, buffers?: readonly DataView[]) => void): void;
  off(event: string, heard: (content: unknown, buffers?: readonly DataView[]) => void): void;
}

export interface IRenderProps {
  model: IAnyModel;
  el: HTMLElement;
}

/** Draws a widget into an element, and gives what ends that. */
export type Draw = (props: IRenderProps) => () => void;

/** Hear messages of the kernel until the returned function is called. */
export function hear(
  model: IAnyModel,
  heard: (content: Record<string, unknown>, buffers: readonly DataView[]) => void
): () => void {
  const each = (content: unknown, buffers: readonly DataView[] = []) => {
    if (typeof content === 'object' && content !== null) {
      heard(content as Record<string, unknown>, buffers);
    }
  };
  model.on('msg:custom', each);
  return () => model.off('msg:custom', each);
}

/** Give the bytes of a buffer that came with a message. */
export function bytesOf(buffer: DataView | undefined): Uint8Array<ArrayBuffer> {
  return buffer
    ? new Uint8Array(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array();
}
