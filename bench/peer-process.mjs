import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Longest that one answer may take, in milliseconds: a peer that hangs is out. */
const PATIENCE = 600_000;

/**
 * A peer's process: `ask` sends a message and gives its answer, or throws what the peer says is wrong.
 *
 * @param {{ command: () => { executable: string, args: string[] }, threads: number, environment?: (threads: number) => Record<string, string> }} peer
 */
export const startPeer = ({ command, threads, environment = () => ({}) }) => {
  const { executable, args } = command();
  const child = spawn(executable, args, { cwd: import.meta.dirname, env: { ...process.env, ...environment(threads) } });
  let said = '';
  let waiting;
  let ended;
  child.stderr.on('data', (text) => {
    said = `${said}${text}`.slice(-8000);
  });
  const settle = (answer) => {
    waiting?.(answer);
    waiting = undefined;
  };
  createInterface({ input: child.stdout }).on('line', (line) => settle(JSON.parse(line)));
  const end = (reason) => {
    ended = reason;
    settle({ error: reason });
  };
  child.on('error', (reason) => end(String(reason)));
  const cause = () => said.split('\n').find((line) => /error/i.test(line)) ?? said.trim().split('\n').at(-1);
  child.on('exit', (code, signal) => end(`its process ended with ${signal ?? code}: ${cause()}`));
  child.stdin.on('error', () => {});
  const ask = async (action, message = {}) => {
    if (ended !== undefined) throw new Error(ended);
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    const answer = await new Promise((resolve) => {
      waiting = resolve;
      child.stdin.write(`${JSON.stringify({ action, ...message })}\n`);
    });
    clearTimeout(timer);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  };
  return {
    ask,
    quit: async () => {
      if (ended !== undefined) return;
      const gone = new Promise((resolve) => child.on('exit', resolve));
      child.stdin.end(`${JSON.stringify({ action: 'quit' })}\n`);
      const timer = setTimeout(() => child.kill('SIGKILL'), 2000);
      await gone;
      clearTimeout(timer);
    },
  };
};
