import { spawn } from 'node:child_process';
import { Agent, type AgentOptions } from 'node:http';
import { Duplex } from 'node:stream';
import { plain } from '@repo/core/text/untrusted';

/** How much of what the program says on its standard error is kept for a message, characters. */
const MOST_SAID = 2_000;

/** An agent whose connections are programs: their standard input and output lead to the daemon. */
export class CommandAgent extends Agent {
  readonly #argv: readonly [string, ...string[]];

  constructor(argv: readonly [string, ...string[]], options: AgentOptions) {
    super(options);
    this.#argv = argv;
  }

  override createConnection(): Duplex {
    return dial(this.#argv);
  }
}

/** Starts the program; destroying the stream ends it. */
function dial([program, ...args]: readonly [string, ...string[]]): Duplex {
  const child = spawn(program, args, { stdio: 'pipe' });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, MOST_SAID);
  });
  const stream = new Duplex({
    read: () => {
      child.stdout.resume();
    },
    write: (chunk, _, done) => {
      // Why it could not be written, the end of the program tells better than EPIPE.
      child.stdin.write(chunk, () => done());
    },
    final: (done) => {
      child.stdin.end(done);
    },
    destroy: (error, done) => {
      child.kill();
      done(error);
    },
  });
  child.stdout.on('data', (chunk) => {
    if (!stream.push(chunk)) child.stdout.pause();
  });
  child.stdin.on('error', () => {});
  child.once('error', (error: NodeJS.ErrnoException) => {
    const missing = error.code === 'ENOENT';
    stream.destroy(
      missing ? Object.assign(new Error(`${program} is not installed`), { code: 'NO_CLI' }) : error,
    );
  });
  child.once('close', (code) => {
    if (code === 0) stream.push(null);
    else stream.destroy(new Error(`${program} ended with ${code}: ${plain(said)}`));
  });
  // What an agent asks of a socket that it keeps open between two requests.
  const same = () => stream;
  return Object.assign(stream, {
    setKeepAlive: same,
    setNoDelay: same,
    setTimeout: same,
    ref: same,
    unref: same,
  });
}
