/** The behaviour of a fake engine. */
export interface FakeEngine {
  readonly version?: string;
  /** Rejects every configuration. */
  readonly refuses?: boolean;
  /** Fails to start with an outbound of this tag, and names it. */
  readonly refusesAtStart?: string;
  /** Exits this long after its start. */
  readonly crashesAfterMs?: number;
  /** Never reports its start. */
  readonly hangs?: boolean;
  /** A file to which each start appends its environment and configuration as a line of JSON. */
  readonly recordTo?: string;
}

/** A program that imitates sing-box, with failures on demand. */
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
  if (behaviour.recordTo) require('node:fs').appendFileSync(behaviour.recordTo, JSON.stringify({ environment: process.env, config }) + '\\n');
  if (outbounds.some(({ tag }) => tag === behaviour.refusesAtStart)) {
    console.error('FATAL[0000] start service: start outbound/trojan[' + behaviour.refusesAtStart + ']: no');
    process.exit(1);
  }
  const server = require('node:net').createServer().listen(0, '127.0.0.1', () => {
    if (behaviour.hangs) return;
    console.error('INFO[0000] inbound/mixed[in]: tcp server started at 127.0.0.1:' + server.address().port);
    console.error('INFO[0000] sing-box started (0.00s)');
    if (behaviour.crashesAfterMs !== undefined) setTimeout(() => process.exit(2), behaviour.crashesAfterMs);
  });
}
`;
}
