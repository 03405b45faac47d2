import jupyter from '@jupyter/eslint-plugin';
import prettier from 'eslint-config-prettier';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

// All rules of Jupyter are errors here; left out are those of Galata, which we do not use.
const ours = Object.keys(jupyter.rules).filter(
    name => !name.startsWith('galata-') && name !== 'require-soft-assertions-before-snapshots'
);

export default tseslint.config(
    { ignores: ['lib/', 'node_modules/', 'coverage/', 'style/', '*.mjs', '**/*.cjs'] },
    ...tseslint.configs.recommendedTypeChecked,
    {
        languageOptions: {
            parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname }
        },
        plugins: { jupyter, 'react-hooks': hooks },
        rules: {
            ...hooks.configs.recommended.rules,
            ...Object.fromEntries(ours.map(name => [`jupyter/${name}`, 'error'])),
            '@typescript-eslint/consistent-type-imports': 'error',
            '@typescript-eslint/naming-convention': [
                'error',
                { selector: 'interface', format: ['PascalCase'], prefix: ['I'] }
            ],
            // The panel is drawn when JupyterLab starts, since it may stand open there: nothing of it can wait.
            'jupyter/prefer-lazy-imports': 'off',
            'max-lines': ['error', 350],
            eqeqeq: 'error'
        }
    },
    prettier
);
