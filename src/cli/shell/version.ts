import { createRequire } from 'node:module';

/** The version in package.json, which the package finds by its own name from its source and from its build alike. */
export const version = (): string => createRequire(import.meta.url)('deit-oracle/package.json').version;
