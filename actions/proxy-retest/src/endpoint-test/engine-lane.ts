import type { Endpoint, EngineEndpoint, NativeEndpoint } from '../endpoint/endpoint.ts';
import type { Engine, EngineSession } from '../engine/engine.ts';
import type { ListEntry } from '../list/list.ts';
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

/** The number of endpoints per engine process. */
const BATCH = 500;

export interface EngineLaneSettings {
  readonly order: readonly ListEntry[];
  readonly readEndpoint: (entry: ListEntry) => Promise<Endpoint | undefined>;
  /** Called once, for the first endpoint that needs an engine. Returns the reason when there is none. */
  readonly loadEngine: () => Promise<Engine | string>;
  /** Sends a request through the local proxy of the engine. */
  readonly request: (via: NativeEndpoint, target: Target, attempt: number) => Promise<Attempt>;
  readonly findAddress: FindAddress;
  readonly connectTimeoutMs: number;
  readonly signal: AbortSignal;
}

export interface EngineLane extends AsyncDisposable {
  readonly request: (entry: ListEntry, target: Target, attempt: number) => Promise<Attempt>;
  /** Loads the engine when an endpoint needs it. Throws as `loadEngine` does, except for an abort. */
  readonly load: () => Promise<void>;
  /** Stops the process of a batch after the last of its endpoints is released. */
  readonly release: (entry: ListEntry) => void;
}

interface Slot {
  readonly batch: Batch;
  readonly index: number;
}

interface Batch {
  readonly entries: readonly ListEntry[];
  left: number;
  session: Promise<EngineSession | string> | undefined;
}

/**
 * Tests endpoints through an engine, in batches. The process of a batch starts with the first request
 * to one of its endpoints and stops with the last.
 */
export function createEngineLane(settings: EngineLaneSettings): EngineLane {
  const { order, readEndpoint, loadEngine, request, findAddress, connectTimeoutMs, signal } =
    settings;
  const slots = new Map<string, Slot>();
  const engineEntries = order.filter((entry) => !isNative(entry));
  const batches: Batch[] = [];
  for (let from = 0; from < engineEntries.length; from += BATCH) {
    const entries = engineEntries.slice(from, from + BATCH);
    const batch: Batch = { entries, left: entries.length, session: undefined };
    batches.push(batch);
    for (const [index, { id }] of entries.entries()) slots.set(id, { batch, index });
  }
  let engine: Promise<Engine | string> | undefined;

  const open = async ({ entries }: Batch): Promise<EngineSession | string> => {
    engine ??= loadEngine();
    const loaded = await engine;
    if (typeof loaded === 'string') return loaded;
    const endpoints = await Promise.all(entries.map(readEndpoint));
    const readable = endpoints.filter(
      (one): one is EngineEndpoint => one !== undefined && !isNative(one),
    );
    if (readable.length < entries.length) return 'the list changed during the run';
    return loaded.open(readable, { findAddress, connectTimeoutMs, signal });
  };
  const close = async (batch: Batch) => {
    const session = await batch.session?.catch(() => undefined);
    if (typeof session === 'object') await session.close();
  };

  return {
    load: async () => {
      if (engineEntries.length === 0) return;
      engine ??= loadEngine();
      try {
        await engine;
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
    request: async ({ id }, target, attempt) => {
      const slot = slots.get(id);
      if (slot === undefined)
        return unusable('engine', 'engine', 'it is not part of an engine batch');
      slot.batch.session ??= open(slot.batch);
      try {
        const session = await slot.batch.session;
        if (typeof session === 'string') return unusable('engine', 'engine', session);
        return await through(session, slot.index, target, (via) => request(via, target, attempt));
      } catch (error) {
        if (signal.aborted) return unusable('engine', 'aborted', 'stopped');
        throw error;
      }
    },
    release: ({ id }) => {
      const batch = slots.get(id)?.batch;
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
  request: (via: NativeEndpoint) => Promise<Attempt>,
): Promise<Attempt> {
  const route = await session.route(index);
  if (route.kind === 'unusable') return { ok: false, failure: route.failure };
  const startedAt = performance.now();
  const answer = await request(route.via);
  // The address of the engine is not the address of the endpoint.
  if (answer.ok) return { ...answer, address: '' };
  if (answer.failure.kind === 'aborted') return answer;
  const observed = answer.failure;
  const firstAnswerIn = target.tls ? 'tls' : 'first-byte';
  return {
    ok: false,
    failure: await session.explain({ index, via: route.via, startedAt, observed, firstAnswerIn }),
  };
}

function unusable(phase: TestPhase, kind: TestFailure['kind'], message: string): Attempt {
  return { ok: false, failure: { phase, kind, message } };
}
