import { randomBytes } from 'node:crypto';
import type { Attempt } from '../test/attempt.ts';
import { type Judgement, judge, parseSight, steady } from './judgement.ts';

/** A request to the judge with these headers. */
export type AskJudge = (headers: Readonly<Record<string, string>>) => Promise<Attempt>;

/** Looks at a proxy; `undefined` where the judge could not be asked through it. */
export type Examine = (ask: AskJudge) => Promise<Judgement | undefined>;

/** What a proxy has no business with. */
const SENT = { 'accept-language': 'en, de;q=0.5', 'user-agent': 'proxy-retest' };

/** Asks the judge without a proxy first, twice; `undefined` when it does not answer as one should. */
export async function examiner(direct: AskJudge): Promise<Examine | undefined> {
  const one = await see(direct);
  const other = await see(direct);
  if (one === undefined || other === undefined) return undefined;
  const known = { sight: one, steady: steady(one, other) };
  return async (ask) => {
    const sent = { ...SENT, 'x-retest-token': randomBytes(12).toString('hex') };
    const { 'user-agent': _, ...headers } = sent;
    const answer = await ask(headers);
    if (answer.ok) return judge(answer.body, sent, known);
    // Whoever lets the head through and breaks the body has changed what passes.
    return answer.failure.phase === 'body' && answer.failure.kind === 'protocol'
      ? { kind: 'tampered', why: answer.failure.message }
      : undefined;
  };
}

async function see(ask: AskJudge) {
  const { 'user-agent': _, ...headers } = SENT;
  const answer = await ask(headers);
  return answer.ok ? parseSight(answer.body) : undefined;
}
