/** The positions of a member in the text of a JSON object. */
interface Member {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/**
 * Sets members in the text of a JSON object: existing values are replaced in place, new members are
 * appended in the style of the others. Every other byte stays the same.
 *
 * @param text a complete JSON object in any encoding that extends ASCII
 */
export function setMembers(text: string, changes: Readonly<Record<string, unknown>>): string {
  const members = findMembers(text);
  const separator = members[0] ? text.slice(members[0].keyEnd, members[0].valueStart) : ': ';
  const isSpaced = /\s$/.test(separator);
  let result = text;
  const added: string[] = [];
  const edits: { readonly start: number; readonly end: number; readonly value: string }[] = [];
  for (const [key, value] of Object.entries(changes)) {
    const written = asciiJson(value, isSpaced);
    // JSON parsers use the last of two members with the same name.
    const member = members.findLast((one) => one.key === key);
    if (member) edits.push({ start: member.valueStart, end: member.valueEnd, value: written });
    else added.push(`${JSON.stringify(key)}${separator}${written}`);
  }
  if (added.length > 0) edits.push(createInsertion(text, members, added));
  for (const { start, end, value } of edits.toSorted((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + value + result.slice(end);
  }
  return result;
}

function createInsertion(text: string, members: readonly Member[], added: readonly string[]) {
  const last = members.at(-1);
  if (!last) {
    const at = text.indexOf('{') + 1;
    return { start: at, end: at, value: added.join(', ') };
  }
  const before = members.at(-2);
  const from = before ? text.indexOf(',', before.valueEnd) + 1 : text.indexOf('{') + 1;
  const gap = text.slice(from, last.keyStart);
  const value = added
    .map((one) => `,${gap === '' && before === undefined ? '' : gap}${one}`)
    .join('');
  return { start: last.valueEnd, end: last.valueEnd, value };
}

/** ASCII only, because the encoding of the list is unknown. */
function asciiJson(value: unknown, isSpaced: boolean): string {
  const compact = isSpaced ? toSpacedJson(value) : JSON.stringify(value);
  return compact.replace(
    /[^\0-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The style of Python: `{"a": 1, "b": [2, 3]}`. */
function toSpacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toSpacedJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}: ${toSpacedJson(one)}`).join(', ')}}`;
}

/** The members of the outermost object; the text must be valid JSON. */
function findMembers(text: string): readonly Member[] {
  const members: Member[] = [];
  let at = text.indexOf('{') + 1;
  for (;;) {
    at = skip(text, at, /[\s,]*/y);
    if (text[at] !== '"') return members;
    const keyStart = at;
    const keyEnd = endOfString(text, at);
    const valueStart = skip(text, keyEnd, /\s*:\s*/y);
    const valueEnd = endOfValue(text, valueStart);
    const key: string = JSON.parse(text.slice(keyStart, keyEnd));
    members.push({ key, keyStart, keyEnd, valueStart, valueEnd });
    at = valueEnd;
  }
}

function skip(text: string, at: number, pattern: RegExp): number {
  pattern.lastIndex = at;
  pattern.test(text);
  return pattern.lastIndex;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; ) {
    const character = text[at] ?? '';
    if (character === '"') {
      at = endOfString(text, at);
      if (depth === 0) return at;
      continue;
    }
    if (character === '{' || character === '[') depth++;
    if (character === '}' || character === ']') {
      if (depth === 0) return at;
      depth--;
      if (depth === 0) return at + 1;
    }
    if (depth === 0 && /[\s,]/.test(character)) return at;
    at++;
  }
  return text.length;
}
