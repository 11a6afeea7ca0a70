/** How the stand-in of an engine behaves. */
export interface FakeEngine {
  readonly version?: string;
  /** It takes no configuration at all. */
  readonly refuses?: boolean;
  /** Outbounds with this tag make its start fail, and it names them. */
  readonly refusesAtStart?: string;
  /** It ends this long after it has started, ms. */
  readonly crashesAfter?: number;
  /** It never says that it has started. */
  readonly hangs?: boolean;
  /** A file that each start writes its environment and configuration into, a line of JSON. */
  readonly tells?: string;
}

/** A program that answers as sing-box does, for what the real one does not do on demand. */
export function fakeEngine(behaviour: FakeEngine): string {
  return `#!${process.execPath}
const behaviour = ${JSON.stringify({ version: '1.14.1', ...behaviour })};
const [command] = process.argv.slice(2).filter((word) => !word.startsWith('-'));
if (command === 'version') {
  console.log('sing-box version ' + behaviour.version + '\\n\\nTags: with_quic,with_utls');
} else if (behaviour.refuses) {
  console.error('FATAL[0000] decode config at stdin: dns: no');
  process.exit(1);
} else {
  let text = '';
  process.stdin.on('data', (chunk) => { text += chunk; });
  process.stdin.on('end', () => command === 'run' && run(JSON.parse(text)));
}
function run(config) {
  const { outbounds } = config;
  if (behaviour.tells) require('node:fs').appendFileSync(behaviour.tells, JSON.stringify({ environment: process.env, config }) + '\\n');
  if (outbounds.some(({ tag }) => tag === behaviour.refusesAtStart)) {
    console.error('FATAL[0000] start service: start outbound/trojan[' + behaviour.refusesAtStart + ']: no');
    process.exit(1);
  }
  const server = require('node:net').createServer().listen(0, '127.0.0.1', () => {
    if (behaviour.hangs) return;
    console.error('INFO[0000] inbound/mixed[in]: tcp server started at 127.0.0.1:' + server.address().port);
    console.error('INFO[0000] sing-box started (0.00s)');
    if (behaviour.crashesAfter !== undefined) setTimeout(() => process.exit(2), behaviour.crashesAfter);
  });
}
`;
}
