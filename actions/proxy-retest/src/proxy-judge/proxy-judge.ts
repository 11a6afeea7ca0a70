import { randomBytes } from 'node:crypto';
import type { Attempt } from '../endpoint-test/attempt.ts';
import type { Target } from '../endpoint-test/target.ts';
import type { TestResult } from '../history/history.ts';
import {
  compareResponse,
  findStableFields,
  type JudgeVerdict,
  parseJudgeResponse,
} from './judge-response.ts';

/** Detects proxies that modify requests or responses. */
export interface ProxyJudge {
  /** Whether the judge answered direct requests as expected. */
  readonly isUsable: boolean;
  /** Adds what the judge reports to the result of a proxy that is alive. */
  readonly examine: (
    result: TestResult,
    request: (target: Target) => Promise<Attempt>,
  ) => Promise<TestResult>;
}

const MAX_RESPONSE_BYTES = 65_536;

/** Headers that a proxy must not change. */
const SENT_HEADERS = { 'accept-language': 'en, de;q=0.5', 'user-agent': 'proxy-retest' };

/** Requests the judge twice without a proxy, for comparison with the responses through proxies. */
export async function createProxyJudge(
  target: Target,
  requestDirectly: (target: Target) => Promise<Attempt>,
): Promise<ProxyJudge> {
  const withHeaders = ({ 'user-agent': _, ...headers }: Readonly<Record<string, string>>) => ({
    ...target,
    page: { headers, maxBytes: MAX_RESPONSE_BYTES },
  });
  const requestBaseline = async () => {
    const answer = await requestDirectly(withHeaders(SENT_HEADERS));
    return answer.ok ? parseJudgeResponse(answer.body) : undefined;
  };
  const first = await requestBaseline();
  const second = await requestBaseline();
  if (first === undefined || second === undefined) {
    return { isUsable: false, examine: async (result) => result };
  }
  const baseline = { response: first, stableFields: findStableFields(first, second) };
  return {
    isUsable: true,
    examine: async (result, request) => {
      if (result.state !== 'alive') return result;
      const sent = { ...SENT_HEADERS, 'x-retest-token': randomBytes(12).toString('hex') };
      const answer = await request(withHeaders(sent));
      if (answer.ok) return applyVerdict(result, compareResponse(answer.body, sent, baseline));
      // A proxy that passes the headers and breaks the body has modified the response.
      const { phase, kind, message } = answer.failure;
      return phase === 'body' && kind === 'protocol'
        ? applyVerdict(result, { kind: 'tampered', reason: message })
        : result;
    },
  };
}

function applyVerdict(
  result: Extract<TestResult, { state: 'alive' }>,
  verdict: JudgeVerdict,
): TestResult {
  switch (verdict.kind) {
    case 'honest':
      return { ...result, anonymity: verdict.anonymity };
    case 'tampered':
      return {
        state: 'failed',
        at: result.at,
        phase: 'body',
        kind: 'tampered',
        message: verdict.reason,
        targets: [],
      };
  }
}
