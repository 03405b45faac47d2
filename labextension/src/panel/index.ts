export * from './icons';
export { DropTarget, goalOf, type IDropGoal, sourceOf } from './drop';
export { attempt, type IPanelOptions, WorkbenchPanel } from './panel';
export { PanelState } from './state';
export { Words } from './words';
