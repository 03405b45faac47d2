export * from './icons';
export { changesOf, refuseFirst } from './changes';
export { DragSource } from './drag';
export { DropTarget, goalOf, type IDropGoal, sourceOf } from './drop';
export { attempt, type IPanelOptions, WorkbenchPanel } from './panel';
export { refusalOf } from './permission-words';
export type { Row } from './rows';
export { PanelState } from './state';
export { Words } from './words';
