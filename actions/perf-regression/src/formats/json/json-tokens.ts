interface JsonToken {
  readonly start: number;
  readonly token: string;
}

// The last alternative matches words: numbers, true, NaN.
const TOKEN = /\s+|"[^"\\]*(?:\\[\s\S][^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/y;

/** The tokens of a JSON text, up to an unterminated string, in linear time. */
export function* jsonTokens(text: string): Generator<JsonToken, void, undefined> {
  TOKEN.lastIndex = 0;
  for (let start = 0; start < text.length; ) {
    TOKEN.lastIndex = start;
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) return;
    if (token.trim() !== '') yield { start, token };
    start += token.length;
  }
}

/** The offset of the value at a path, or of its nearest existing parent. */
export function findOffset(text: string, path: readonly (string | number)[]): number {
  // `along`: the number of path steps that the open bracket matches, -1 for another branch.
  const open: { along: number; index: number; key: string | undefined; list: boolean }[] = [];
  let best = 0;
  let bestDepth = -1;
  for (const { start, token } of jsonTokens(text)) {
    const parent = open.at(-1);
    if (token === '}' || token === ']') {
      open.pop();
    } else if (token === ',') {
      if (parent) {
        parent.index++;
        parent.key = undefined;
      }
    } else if (token === ':') {
    } else if (parent && !parent.list && parent.key === undefined) {
      parent.key = unquoted(token);
    } else {
      const step = parent?.list ? parent.index : parent?.key;
      const along = !parent
        ? 0
        : parent.along >= 0 && path[parent.along] === step
          ? parent.along + 1
          : -1;
      if (along > bestDepth) {
        best = start;
        bestDepth = along;
      }
      if (bestDepth === path.length) return best;
      if (token === '{' || token === '[') {
        open.push({ along, index: 0, key: undefined, list: token === '[' });
      }
    }
  }
  return best;
}

/** The offset of the first wrong token of invalid JSON, or its end. */
export function findSyntaxError(text: string): number {
  const open: ('{' | '[')[] = [];
  let expected: 'value' | 'key' | 'colon' | 'comma' = 'value';
  // An empty list or object may be closed at once, but not after a comma.
  let closable = false;
  for (const { start, token } of jsonTokens(text)) {
    const parent = open.at(-1);
    if (token === '}' || token === ']') {
      const fits = parent === (token === '}' ? '{' : '[');
      if (!fits || (expected !== 'comma' && !closable)) return start;
      open.pop();
      expected = 'comma';
    } else if (expected === 'comma') {
      if (token !== ',' || parent === undefined) return start;
      expected = parent === '{' ? 'key' : 'value';
    } else if (expected === 'colon') {
      if (token !== ':') return start;
      expected = 'value';
    } else if (expected === 'key') {
      if (!token.startsWith('"') || !isJson(token)) return start;
      expected = 'colon';
    } else if (token === '{' || token === '[') {
      open.push(token);
      expected = token === '{' ? 'key' : 'value';
      closable = true;
      continue;
    } else {
      if (!isJson(token)) return start;
      expected = 'comma';
    }
    closable = false;
  }
  return text.length;
}

function isJson(token: string): boolean {
  try {
    JSON.parse(token);
    return true;
  } catch {
    return false;
  }
}

function unquoted(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    return token;
  }
}

/** The 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1))
    line++;
  return line;
}
