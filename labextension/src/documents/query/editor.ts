/** The editor of a query: JupyterLab's own, in SQL, with completion, and a mark on the line with a fault. */

import { closeCompletion } from '@codemirror/autocomplete';
import { type Extension, Prec, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, keymap } from '@codemirror/view';
import { CodeEditor, type IEditorServices } from '@jupyterlab/codeeditor';
import type { CodeMirrorEditor } from '@jupyterlab/codemirror';
import type { IDisposable } from '@lumino/disposable';

import type { Problem } from '../../api';
import type { QueryModel, SqlCompleter } from '../../models';
import { completing } from './completing';

/** The dialect whose words and quotes are nearest to those of DuckDB. */
const SQL = 'text/x-pgsql';

export interface ISqlEditorOptions {
  model: QueryModel;
  services: IEditorServices;
  completer: SqlCompleter;
  label: string;
}

export class SqlEditor implements IDisposable {
  constructor({ model, services, completer, label }: ISqlEditorOptions) {
    const run = () => {
      void model.run();
      return true;
    };
    this.host.className = 'jp-dsa-query-editor';
    this.content.sharedModel.setSource(model.text);
    this.editor = services.factoryService.newInlineEditor({
      host: this.host,
      model: this.content,
      config: { lineNumbers: true, lineWrap: true },
      extensions: [
        completing(completer),
        // CodeMirror has another use for these keys, before those of JupyterLab are asked.
        Prec.highest(keymap.of([{ key: 'Mod-Enter', run }])),
        faulty,
        EditorView.contentAttributes.of({ 'aria-label': label })
      ]
    }) as CodeMirrorEditor; // what all factories of JupyterLab make
    this.content.sharedModel.changed.connect(() => {
      model.text = this.content.sharedModel.getSource();
    }, this);
    model.textSet.connect((_, text) => this.content.sharedModel.setSource(text), this);
    model.changed.connect(() => {
      if (model.isRunning) {
        closeCompletion(this.editor.editor);
      }
      if (model.problem !== this.told) {
        this.told = model.problem;
        this.mark(model.problemLine);
      }
    }, this);
  }

  readonly host = document.createElement('div');

  get isDisposed(): boolean {
    return this.editor.isDisposed;
  }

  /** Take the focus, or take it once there is a place. */
  focus(): void {
    this.wantsFocus = !this.host.isConnected;
    this.editor.focus();
  }

  /** Stand somewhere. */
  attach(parent: HTMLElement): void {
    parent.append(this.host);
    if (this.wantsFocus) {
      this.focus();
    }
  }

  dispose(): void {
    if (!this.isDisposed) {
      this.editor.dispose();
      this.content.dispose();
    }
  }

  /** Mark the line with a fault, or none. */
  private mark(line: number | undefined): void {
    const view = this.editor.editor;
    const isThere = line !== undefined && line <= view.state.doc.lines;
    view.dispatch({ effects: markLine.of(isThere ? line : undefined) });
  }

  private readonly content = new CodeEditor.Model({ mimeType: SQL });
  private readonly editor: CodeMirrorEditor;
  private wantsFocus = false;
  private told: Problem | null = null;
}

const markLine = StateEffect.define<number | undefined>();
const fault = Decoration.line({ class: 'jp-dsa-query-fault' });

const faulty: Extension = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, transaction) => {
    // What was written since may have mended it.
    let now = transaction.docChanged ? Decoration.none : marks;
    for (const effect of transaction.effects) {
      if (effect.is(markLine)) {
        const { doc } = transaction.state;
        now =
          effect.value === undefined
            ? Decoration.none
            : Decoration.set(fault.range(doc.line(effect.value).from));
      }
    }
    return now;
  },
  provide: field => EditorView.decorations.from(field)
});
