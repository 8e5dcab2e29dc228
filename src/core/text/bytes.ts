const MEBIBYTE = 1024 * 1024;
const GIBIBYTE = 1024 * MEBIBYTE;

/**
 * A number of bytes as people read it: `24.0 MiB`.
 *
 * @example
 * mebibytes(25_165_824) // '24.0 MiB'
 */
export const mebibytes = (bytes: number): string => `${(bytes / MEBIBYTE).toFixed(1)} MiB`;

/**
 * A large number of bytes as people read it: `1.56 GiB`.
 *
 * @example
 * gibibytes(1_677_721_600) // '1.56 GiB'
 */
export const gibibytes = (bytes: number): string => `${(bytes / GIBIBYTE).toFixed(2)} GiB`;
