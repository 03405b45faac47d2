// The packages of JupyterLab and Lumino are modules of today, which Jest reads when they are rewritten.
const rewritten = '(@jupyterlab|@jupyter|@lumino|lib0|y-protocols|yjs|nanoid)';

export default {
    testEnvironment: 'node',
    testMatch: ['<rootDir>/tests/**/*.test.ts'],
    transform: {
        '\\.(ts|tsx|js|mjs)$': [
            '@swc/jest',
            {
                jsc: {
                    target: 'es2021',
                    parser: { syntax: 'typescript', tsx: true },
                    transform: { react: { runtime: 'classic' } }
                },
                module: { type: 'commonjs' }
            }
        ]
    },
    transformIgnorePatterns: [`/node_modules/(?!${rewritten})`],
    moduleNameMapper: { '\\.(css|svg)$': '<rootDir>/tests/asset.cjs' }
};
