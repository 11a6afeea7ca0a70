/** A member of a JSON object, by positions within its text. */
interface Member {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/**
 * The text of a JSON object with some members set: values are replaced where they stand, new
 * members come after the last one, written as their neighbours are. Everything else stays as it is,
 * byte for byte.
 *
 * @param text a whole JSON object; Latin-1 or any other text
 */
export function setMembers(text: string, changes: Readonly<Record<string, unknown>>): string {
  const members = membersOf(text);
  const separator = members[0] ? text.slice(members[0].keyEnd, members[0].valueStart) : ': ';
  const isSpaced = /\s$/.test(separator);
  let result = text;
  const added: string[] = [];
  const edits: { readonly start: number; readonly end: number; readonly value: string }[] = [];
  for (const [key, value] of Object.entries(changes)) {
    const written = asciiJson(value, isSpaced);
    // Of two members of one name, readers take the last.
    const member = members.findLast((one) => one.key === key);
    if (member) edits.push({ start: member.valueStart, end: member.valueEnd, value: written });
    else added.push(`${JSON.stringify(key)}${separator}${written}`);
  }
  if (added.length > 0) edits.push(insertion(text, members, added));
  for (const { start, end, value } of edits.toSorted((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + value + result.slice(end);
  }
  return result;
}

function insertion(text: string, members: readonly Member[], added: readonly string[]) {
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

/** JSON that is ASCII alone, as the text around it may be in any encoding. */
function asciiJson(value: unknown, isSpaced: boolean): string {
  const compact = isSpaced ? spaced(value) : JSON.stringify(value);
  return compact.replace(
    /[^\0-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** As Python writes it: `{"a": 1, "b": [2, 3]}`. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}: ${spaced(one)}`).join(', ')}}`;
}

/** The members of the outermost object. The text is known to be JSON. */
function membersOf(text: string): readonly Member[] {
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
