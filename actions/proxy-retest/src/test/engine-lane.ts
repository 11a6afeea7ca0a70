import type { Endpoint, EngineEndpoint, NativeEndpoint } from '../endpoint/endpoint.ts';
import type { Engine, EngineSession } from '../engine/engine.ts';
import type { Entry } from '../survey.ts';
import type { Attempt } from './attempt.ts';
import type { TestFailure, TestPhase } from './failure.ts';
import type { FindAddress } from './find-address.ts';
import type { Target } from './target.ts';

const NATIVE: ReadonlySet<string> = new Set<NativeEndpoint['protocol']>([
  'http',
  'https',
  'socks4',
  'socks4a',
  'socks5',
]);

export function isNative<E extends { readonly protocol: Endpoint['protocol'] }>(
  endpoint: E,
): endpoint is E & { readonly protocol: NativeEndpoint['protocol'] } {
  return NATIVE.has(endpoint.protocol);
}

/** How many endpoints share a process of the engine. */
const BATCH = 500;

export interface EngineLaneSettings {
  readonly order: readonly Entry[];
  readonly endpointOf: (entry: Entry) => Promise<Endpoint | undefined>;
  /** Called once, when the first endpoint takes an engine; the engine, or why there is none. */
  readonly loadEngine: () => Promise<Engine | string>;
  /** An attempt through the local door of the engine. */
  readonly ask: (via: NativeEndpoint, target: Target, attempt: number) => Promise<Attempt>;
  readonly findAddress: FindAddress;
  /** ms */
  readonly connectTimeoutMs: number;
  readonly signal: AbortSignal;
}

export interface EngineLane extends AsyncDisposable {
  readonly ask: (entry: Entry, target: Target, attempt: number) => Promise<Attempt>;
  /** Finds the engine, where there is something for it. Throws as `loadEngine` does, not for a stop. */
  readonly load: () => Promise<void>;
  /** The endpoint is done with; with the last of its batch the process ends. */
  readonly done: (entry: Entry) => void;
}

interface Seat {
  readonly batch: Batch;
  readonly index: number;
}

interface Batch {
  readonly entries: readonly Entry[];
  left: number;
  session: Promise<EngineSession | string> | undefined;
}

/**
 * Tests through an engine: the endpoints in batches, in their order, each batch behind one process
 * that starts when the first of it is asked for and ends with the last.
 */
export function engineLane(settings: EngineLaneSettings): EngineLane {
  const { order, endpointOf, loadEngine, ask, findAddress, connectTimeoutMs, signal } = settings;
  const seats = new Map<string, Seat>();
  const takers = order.filter((entry) => !isNative(entry));
  const batches: Batch[] = [];
  for (let from = 0; from < takers.length; from += BATCH) {
    const entries = takers.slice(from, from + BATCH);
    const batch: Batch = { entries, left: entries.length, session: undefined };
    batches.push(batch);
    for (const [index, { id }] of entries.entries()) seats.set(id, { batch, index });
  }
  let engine: Promise<Engine | string> | undefined;

  const open = async ({ entries }: Batch): Promise<EngineSession | string> => {
    engine ??= loadEngine();
    const loaded = await engine;
    if (typeof loaded === 'string') return loaded;
    const endpoints = await Promise.all(entries.map(endpointOf));
    const readable = endpoints.filter(
      (one): one is EngineEndpoint => one !== undefined && !isNative(one),
    );
    if (readable.length < entries.length) return 'the list changed while it was read';
    return loaded.open(readable, { findAddress, connectTimeoutMs, signal });
  };
  const close = async (batch: Batch) => {
    const session = await batch.session?.catch(() => undefined);
    if (typeof session === 'object') await session.close();
  };

  return {
    load: async () => {
      if (takers.length === 0) return;
      engine ??= loadEngine();
      try {
        await engine;
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
    ask: async ({ id }, target, attempt) => {
      const seat = seats.get(id);
      if (seat === undefined) return unusable('engine', 'engine', 'it has no place in the engine');
      seat.batch.session ??= open(seat.batch);
      try {
        const session = await seat.batch.session;
        if (typeof session === 'string') return unusable('engine', 'engine', session);
        return await through(session, seat.index, target, (via) => ask(via, target, attempt));
      } catch (error) {
        if (signal.aborted) return unusable('engine', 'aborted', 'stopped');
        throw error;
      }
    },
    done: ({ id }) => {
      const batch = seats.get(id)?.batch;
      if (batch === undefined) return;
      batch.left--;
      if (batch.left === 0) void close(batch);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(batches.map(close));
    },
  };
}

async function through(
  session: EngineSession,
  index: number,
  target: Target,
  ask: (via: NativeEndpoint) => Promise<Attempt>,
): Promise<Attempt> {
  const route = await session.route(index);
  if (route.kind === 'unusable') return { ok: false, failure: route.failure };
  const startedAt = performance.now();
  const answer = await ask(route.via);
  // Where the engine's door is, says nothing of where the endpoint is.
  if (answer.ok) return { ...answer, address: '' };
  if (answer.failure.kind === 'aborted') return answer;
  const seen = answer.failure;
  const firstAnswerIn = target.tls ? 'tls' : 'first-byte';
  return {
    ok: false,
    failure: await session.explain({ index, via: route.via, startedAt, seen, firstAnswerIn }),
  };
}

function unusable(phase: TestPhase, kind: TestFailure['kind'], message: string): Attempt {
  return { ok: false, failure: { phase, kind, message } };
}
