/** What a line of the engine's log means to us; `undefined` for all that does not concern us. */
export type LogEvent =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'started' }
  /** The user's name is the tag of the outbound. */
  | { readonly kind: 'connection'; readonly id: string; readonly user: string }
  | { readonly kind: 'failure'; readonly id: string; readonly text: string }
  /** It ends because of this. */
  | { readonly kind: 'fatal'; readonly text: string };

/** Reads a line as sing-box writes it: `ERROR[0001] [3239687584 5ms] connection: …`. */
export function readLogLine(line: string): LogEvent | undefined {
  const match = /^([A-Z]+)\[\d+\] (?:\[(\d+) [\d.a-z]+\] )?(.*)$/s.exec(line);
  if (!match) return undefined;
  const [, level, id, text = ''] = match;
  if (level === 'FATAL') return { kind: 'fatal', text };
  if (id === undefined) return readState(text);
  if (level === 'ERROR') return { kind: 'failure', id, text };
  const user = /^inbound\/mixed\[in\]: \[(\w+)\] inbound connection to /.exec(text)?.[1];
  return user === undefined ? undefined : { kind: 'connection', id, user };
}

function readState(text: string): LogEvent | undefined {
  const port = /^inbound\/mixed\[in\]: tcp server started at 127\.0\.0\.1:(\d+)$/.exec(text)?.[1];
  if (port !== undefined) return { kind: 'listening', port: Number(port) };
  return text.startsWith('sing-box started') ? { kind: 'started' } : undefined;
}
