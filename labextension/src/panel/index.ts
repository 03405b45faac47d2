export * from './icons';
export { DragSource } from './drag';
export { DropTarget, goalOf, type IDropGoal, sourceOf } from './drop';
export { attempt, type IPanelOptions, WorkbenchPanel } from './panel';
export type { Row } from './rows';
export { PanelState } from './state';
export { Words } from './words';
