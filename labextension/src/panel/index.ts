export * from './icons';
export { attempt, type IPanelOptions, WorkbenchPanel } from './panel';
export { PanelState } from './state';
export { Words } from './words';
