/** A phrase that the prose style avoids, and the words that replace it. */
export interface Replacement {
  /** Matched without regard to case. */
  readonly pattern: string;
  readonly instead: string;
}

const HEALTH_WORDS = '(?! known| formed| defined| supported| maintained| below| above| within)';

/** The phrases that the prose style avoids. This file is the only place where they may stand. */
export const REPLACEMENTS: readonly Replacement[] = [
  {
    pattern: '(?<!user |unprivileged: )\\bnobody\\b|\\b(?:somebody|whoever|anybody)\\b',
    instead: 'name the thing: another run, the owner',
  },
  { pattern: '\\bbears? it out\\b', instead: 'the confidence interval' },
  {
    pattern: '\\b(?:is|are|was|were|be|been|being) told\\b',
    instead: 'is reported, receives, prints',
  },
  { pattern: '\\btold\\b', instead: 'reported, printed, published' },
  { pattern: '\\b(?:is|are) no (?=[a-z])', instead: 'is not a' },
  { pattern: '\\bsays? so\\b', instead: 'the message states it' },
  { pattern: '\\b(?:of|none of) (?:ours|theirs|yours)\\b', instead: 'our, their, your' },
  { pattern: '\\b(?:brings?|bringing) (?:it |them |that )?back\\b', instead: 'restore' },
  { pattern: '\\bbrought back\\b', instead: 'restored' },
  {
    pattern: `\\b(?:is|are|was|were|be|been|becomes?|became) (?:well|ill|sick)\\b${HEALTH_WORDS}`,
    instead: 'healthy, unhealthy',
  },
  { pattern: '\\b(?:went|goes|go|going) well\\b', instead: 'succeeds' },
  { pattern: '(?<!self-)\\bheals?\\b|\\bhealed\\b', instead: 'repairs' },
  { pattern: '\\bpass(?:ed|es) over\\b|\\bpassing over\\b', instead: 'skips' },
  { pattern: '\\bseen from\\b', instead: 'relative to' },
  { pattern: '\\byet to come\\b', instead: 'in the future' },
  { pattern: '\\bleaves? (?:it|them|that) away\\b', instead: 'remove' },
  { pattern: '\\bputs? (?:it )?right\\b', instead: 'repairs' },
  { pattern: '\\bwish(?:es)?\\b', instead: 'request' },
  { pattern: '\\bstrangers?\\b', instead: 'untrusted, outside' },
  { pattern: '\\bthe world\\b', instead: 'the environment, outside' },
  { pattern: '\\bmend(?:s|ed|ing)?\\b', instead: 'fix' },
  { pattern: '\\b(?:as|so) often as (?:he|she|it) likes\\b', instead: 'without a limit' },
  {
    pattern: '\\bwho (?:had|names|deploys|began|begins) ',
    instead: 'name the run, the release or the process',
  },
  { pattern: '\\bwants? to hear\\b', instead: 'subscribes, receives' },
  { pattern: '\\bfor want of\\b', instead: 'because of missing' },
  { pattern: '\\bcannot be told\\b|\\bcannot tell\\b', instead: 'cannot be determined' },
  { pattern: '\\bcomes? to (?:an|no) (?:answer|end)\\b', instead: 'finishes, has a result' },
  {
    pattern: '\\bwhat is there\\b|\\bwhat was there\\b',
    instead: 'the current release, the existing file',
  },
  { pattern: '\\ball the same\\b', instead: 'still' },
  {
    pattern: '\\bby and by\\b|\\bat all events\\b|\\blest\\b|\\bthereof\\b|\\bwhereof\\b',
    instead: 'plain words',
  },
];

/** An id of the requirements, which only `test/contract/requirements.ts` may name. */
export const REQUIREMENT_ID =
  /\((?:[REHPDX]\d{1,2})(?:[,–-] ?[REHPDX]\d{1,2})*\)|^[REHPDX]\d{1,2}(?:[ ,][ REHPDX\d,]*)?: /g;
