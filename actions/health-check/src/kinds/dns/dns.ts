import { getServers } from 'node:dns';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { type Expectation, MET } from '@repo/checks/expectations/expectation';
import { dial } from '@repo/checks/kinds/dial';
import type { AttemptContext, Kind, Target } from '@repo/checks/kinds/kind';
import type { Observation } from '@repo/checks/kinds/observation';
import { targetSchema } from '@repo/checks/kinds/target-schema';
import { field } from '@repo/core/config/field';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { oneOf } from '@repo/core/inputs/one-of';
import { peerName } from '@repo/probe/explain';
import * as v from 'valibot';
import type { Question } from './message.ts';
import { queryServer } from './query.ts';
import { RECORD_TYPES, type RecordType } from './record.ts';

interface Server {
  readonly host: string;
  readonly port: number;
}

const TYPE_NAMES = Object.keys(RECORD_TYPES) as RecordType[];
const EXAMPLE =
  'dns://192.0.2.53/example.com?type=MX, or dns:///example.com for the system resolver';

/**
 * The DNS records of a name. The check has its own resolver: the one of Node.js does not return the
 * response code and most TTLs, and hides the failure of a server by trying others.
 */
export const dns: Kind = {
  schema: targetSchema(
    {
      name: v.string(),
      type: v.optional(field(oneOf(TYPE_NAMES)), 'A'),
      server: v.optional(v.string()),
    },
    'A dns check supports name, type and server.',
    ({ name, type, server }) =>
      target(parseQuestion(name, type), server === undefined ? undefined : parseServer(server)),
  ),
  fromUrl: (url) => {
    const [[parameter, type] = ['type', 'A'], ...others] = [...url.searchParams];
    if (parameter !== 'type' || others.length > 0 || !isType(type)) {
      throw new InvalidValue('has an unsupported record type', `Write ${EXAMPLE}.`);
    }
    const question = parseQuestion(decodeURIComponent(url.pathname.slice(1)), type);
    return target(question, url.host === '' ? undefined : parseServer(url.host));
  },
  variables: ['address', 'answers', 'rcode', 'ttl'],
};

function target(question: Question, server: Server | undefined): Target {
  const { name, type } = question;
  const suffix = server === undefined ? '' : ` at ${server.host}`;
  return {
    description: `${type} ${name}${suffix}`,
    secrets: [],
    defaultExpectations: [hasAnswers],
    attempt: (context) =>
      server === undefined
        ? querySystemServers(question, context)
        : dial(server.host, server.port, context, (address, { ms }) =>
            queryServer({ address, port: server.port, resolveMs: ms }, question, context),
          ),
  };
}

const hasAnswers: Expectation = {
  source: 'the name has records',
  reads: ['rcode', 'answers'],
  judge: ({ rcode, answers }) => {
    if (rcode !== 'NOERROR') return { met: false, found: `rcode was ${rcode}` };
    const none = (answers as readonly string[]).length === 0;
    return none ? { met: false, found: 'the name has no records of this type' } : MET;
  },
};

/** Response codes of a resolver that failed; they say nothing about the name. */
const RESOLVER_FAILED = new Set<unknown>(['SERVFAIL', 'NOTIMP', 'REFUSED']);

/**
 * Queries the name servers of this machine in order until one answers, like the system resolver.
 * If all fail, the result is unknown.
 */
async function querySystemServers(
  question: Question,
  context: AttemptContext,
): Promise<readonly Observation[]> {
  const servers = (context.network.nameServers ?? getServers()).map(parseServer);
  const reasons: string[] = [];
  for (const { host, port } of servers) {
    const timeoutMs = context.timeoutMs / servers.length;
    const server = { address: host, port, resolveMs: 0 };
    const observation = await queryServer(server, question, { ...context, timeoutMs });
    if (observation.state !== 'answered') reasons.push(observation.reason);
    else if (!RESOLVER_FAILED.has(observation.facts.rcode)) return [observation];
    else reasons.push(`${peerName(host, port)} returned ${observation.facts.rcode}`);
    if (context.signal.aborted) break;
  }
  const reason =
    servers.length === 0
      ? 'this machine has no name server'
      : `all name servers of this machine failed: ${reasons.join('; ')}`;
  return [{ state: 'unknown', reason, final: false }];
}

/** For PTR, an address becomes its reverse name. @throws InvalidValue */
function parseQuestion(given: string, type: RecordType): Question {
  if (type === 'PTR' && isIP(given) !== 0) return { name: reverseName(given), type };
  const name = toAscii(given.replace(/\.$/, ''));
  const labels = name.split('.');
  const isValid = labels.every((label) => label.length > 0 && label.length <= 63);
  if (!isValid || name.length > 253) {
    throw new InvalidValue('has an invalid domain name', 'Write a domain such as example.com.');
  }
  return { name, type };
}

/** Service names such as `_sip._tcp` are not host names, so IDNA must not reject them. */
function toAscii(name: string): string {
  return /^[\x21-\x7e]*$/.test(name) ? name : domainToASCII(name);
}

function reverseName(address: string): string {
  if (isIP(address) === 4) return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  const [head = [], tail = []] = new URL(`http://[${address}]`).hostname
    .slice(1, -1)
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':')));
  const zeros = Array<string>(8 - head.length - tail.length).fill('0');
  const digits = [...head, ...zeros, ...tail].map((group) => group.padStart(4, '0')).join('');
  return `${[...digits].reverse().join('.')}.ip6.arpa`;
}

/** `192.0.2.53`, `ns.example:5353`, `[2001:db8::53]:53`, `2001:db8::53`. @throws InvalidValue */
function parseServer(given: string): Server {
  if (isIP(given) === 6) return { host: given, port: 53 };
  const text = `dns://${given}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === '' || url.host.toLowerCase() !== given.toLowerCase()) {
    throw new InvalidValue('has an invalid server', 'Write server: 192.0.2.53 or ns.example:5353.');
  }
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || 53 };
}

function isType(text: string): text is RecordType {
  return Object.hasOwn(RECORD_TYPES, text);
}
