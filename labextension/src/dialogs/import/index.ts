export { chooseFiles } from './choose';
export { Importer } from './importer';
export { ImportWords } from './words';
