/** What a grid needs of a translation, so that widgets outside of JupyterLab may give it less than a bundle. */
export interface IGridWords {
  __(text: string, ...values: (string | number)[]): string;
  _n(one: string, many: string, count: number, ...values: (string | number)[]): string;
}
