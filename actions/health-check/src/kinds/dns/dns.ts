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
import { type Question, TYPES, type Type } from './message.ts';
import { ask } from './query.ts';

interface Server {
  readonly host: string;
  readonly port: number;
}

const NAMES = Object.keys(TYPES) as Type[];
const EXAMPLE = 'dns://192.0.2.53/example.com?type=MX, or dns:///example.com for the own resolver';

/**
 * A name has records. Node's own resolver tells neither the response code nor, but for addresses,
 * how long an answer may be kept, and asks other servers where one fails: so this asks by itself.
 */
export const dns: Kind = {
  schema: targetSchema(
    {
      name: v.string(),
      type: v.optional(field(oneOf(NAMES)), 'A'),
      server: v.optional(v.string()),
    },
    'A dns check knows name, type and server.',
    ({ name, type, server }) =>
      target(questionOf(name, type), server === undefined ? undefined : serverOf(server)),
  ),
  fromUrl: (url) => {
    const [[parameter, type] = ['type', 'A'], ...others] = [...url.searchParams];
    if (parameter !== 'type' || others.length > 0 || !isType(type)) {
      throw new InvalidValue('asks for a type that is not known', `Write ${EXAMPLE}.`);
    }
    const question = questionOf(decodeURIComponent(url.pathname.slice(1)), type);
    return target(question, url.host === '' ? undefined : serverOf(url.host));
  },
  variables: ['address', 'answers', 'rcode', 'ttl'],
};

function target(question: Question, server: Server | undefined): Target {
  const { name, type } = question;
  const place = server === undefined ? '' : ` at ${server.host}`;
  return {
    description: `${type} ${name}${place}`,
    secrets: [],
    defaultExpectations: [hasAnswers],
    attempt: (context) =>
      server === undefined
        ? askTheSystems(question, context)
        : dial(server.host, server.port, context, (address, { ms }) =>
            ask({ address, port: server.port, resolveMs: ms }, question, context),
          ),
  };
}

const hasAnswers: Expectation = {
  source: 'it has records',
  reads: ['rcode', 'answers'],
  judge: ({ rcode, answers }) => {
    if (rcode !== 'NOERROR') return { met: false, found: `rcode was ${rcode}` };
    const none = (answers as readonly string[]).length === 0;
    return none ? { met: false, found: 'it has no such records' } : MET;
  },
};

/** Answers by which a resolver says that it could not find out. */
const COULD_NOT_TELL = new Set<unknown>(['SERVFAIL', 'NOTIMP', 'REFUSED']);

/**
 * Asks the name servers of this machine, one after the other until one can tell, as the system's
 * own resolver does. That none can is this machine's trouble, and says nothing about the name.
 */
async function askTheSystems(
  question: Question,
  context: AttemptContext,
): Promise<readonly Observation[]> {
  const servers = (context.network.nameServers ?? getServers()).map(serverOf);
  const reasons: string[] = [];
  for (const { host, port } of servers) {
    const timeoutMs = context.timeoutMs / servers.length;
    const server = { address: host, port, resolveMs: 0 };
    const observation = await ask(server, question, { ...context, timeoutMs });
    if (observation.state !== 'answered') reasons.push(observation.reason);
    else if (!COULD_NOT_TELL.has(observation.facts.rcode)) return [observation];
    else reasons.push(`${peerName(host, port)} says ${observation.facts.rcode}`);
    if (context.signal.aborted) break;
  }
  const reason = `no name server of this machine can tell: ${reasons.join('; ') || 'it has none'}`;
  return [{ state: 'unknown', reason, final: false }];
}

/** The name as it is asked for; that of an address for PTR. @throws InvalidValue */
function questionOf(given: string, type: Type): Question {
  if (type === 'PTR' && isIP(given) !== 0) return { name: reverseName(given), type };
  const name = toAscii(given.replace(/\.$/, ''));
  const labels = name.split('.');
  const isValid = labels.every((label) => label.length > 0 && label.length <= 63);
  if (!isValid || name.length > 253) {
    throw new InvalidValue('names no domain', 'Write a domain: example.com.');
  }
  return { name, type };
}

/** Names of services (`_sip._tcp`) are no host names, but are asked for. */
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
function serverOf(given: string): Server {
  if (isIP(given) === 6) return { host: given, port: 53 };
  const text = `dns://${given}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === '' || url.host.toLowerCase() !== given.toLowerCase()) {
    throw new InvalidValue('names no server', 'Write server: 192.0.2.53, or with a port.');
  }
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || 53 };
}

function isType(text: string): text is Type {
  return Object.hasOwn(TYPES, text);
}
