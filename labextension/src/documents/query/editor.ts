/** The editor of a query: JupyterLab's own, in SQL, with completion, and a mark on the line with a fault. */

import { type Extension, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view';
import { CodeEditor, type IEditorServices } from '@jupyterlab/codeeditor';
import type { CodeMirrorEditor } from '@jupyterlab/codemirror';
import type { IDisposable } from '@lumino/disposable';

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
    this.host.className = 'jp-dsa-query-editor';
    this.content.sharedModel.setSource(model.text);
    this.editor = services.factoryService.newInlineEditor({
      host: this.host,
      model: this.content,
      config: { lineNumbers: true, lineWrap: true },
      extensions: [
        completing(completer),
        faulty,
        EditorView.contentAttributes.of({ 'aria-label': label })
      ]
    }) as CodeMirrorEditor; // what all factories of JupyterLab make
    this.content.sharedModel.changed.connect(() => {
      model.text = this.content.sharedModel.getSource();
      this.mark(undefined);
    }, this);
    model.textSet.connect((_, text) => this.content.sharedModel.setSource(text), this);
    model.changed.connect(() => this.mark(model.problemLine), this);
  }

  readonly host = document.createElement('div');

  get isDisposed(): boolean {
    return this.editor.isDisposed;
  }

  focus(): void {
    this.editor.focus();
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
    const known = line !== undefined && line <= view.state.doc.lines ? line : undefined;
    if (known !== this.marked) {
      this.marked = known;
      view.dispatch({ effects: markLine.of(known) });
    }
  }

  private readonly content = new CodeEditor.Model({ mimeType: SQL });
  private readonly editor: CodeMirrorEditor;
  private marked: number | undefined;
}

const markLine = StateEffect.define<number | undefined>();
const fault = Decoration.line({ class: 'jp-dsa-query-fault' });

const faulty: Extension = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, transaction) => {
    let now = marks.map(transaction.changes);
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
