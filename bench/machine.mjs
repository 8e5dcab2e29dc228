import { cpus, loadavg, totalmem } from 'node:os';

/** What the figures were measured on, and how busy it was. */
export const machine = () => ({
  processor: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  load: loadavg()[0],
});

/** A machine on which others work too gives figures that say nothing. */
export const isBusy = ({ load, cores }) => load > 0.25 * cores;
