export { StatusItem } from './item';
