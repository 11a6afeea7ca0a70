import { spawn } from 'node:child_process';
import { Agent, type AgentOptions } from 'node:http';
import { Duplex } from 'node:stream';
import { plain } from '@repo/core/text/untrusted';

/** How much of the standard error of the program an error message contains. */
const MAX_STDERR_CHARS = 2_000;

/** An agent whose connections are child processes, such as `docker system dial-stdio`. */
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

/** Starts the program; destroying the stream kills it. */
function dial([program, ...args]: readonly [string, ...string[]]): Duplex {
  const child = spawn(program, args, { stdio: 'pipe' });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(0, MAX_STDERR_CHARS);
  });
  const stream = new Duplex({
    read: () => {
      child.stdout.resume();
    },
    write: (chunk, _, done) => {
      // The exit of the program explains a failed write better than EPIPE.
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
    else stream.destroy(new Error(`${program} exited with ${code}: ${plain(stderr)}`));
  });
  // The methods that an agent calls on a kept-alive socket.
  const returnStream = () => stream;
  return Object.assign(stream, {
    setKeepAlive: returnStream,
    setNoDelay: returnStream,
    setTimeout: returnStream,
    ref: returnStream,
    unref: returnStream,
  });
}
