/** A relevant line of the engine's log. */
export type LogEvent =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'started' }
  /** The user name is the tag of the outbound. */
  | { readonly kind: 'connection'; readonly id: string; readonly user: string }
  | { readonly kind: 'failure'; readonly id: string; readonly text: string }
  /** The reason for the exit of the engine. */
  | { readonly kind: 'fatal'; readonly text: string };

/** Parses a log line of sing-box, such as `ERROR[0001] [3239687584 5ms] connection: …`. */
export function parseLogLine(line: string): LogEvent | undefined {
  const match = /^([A-Z]+)\[\d+\] (?:\[(\d+) [\d.a-z]+\] )?(.*)$/s.exec(line);
  if (!match) return undefined;
  const [, level, id, text = ''] = match;
  if (level === 'FATAL') return { kind: 'fatal', text };
  if (id === undefined) return parseStateLine(text);
  if (level === 'ERROR') return { kind: 'failure', id, text };
  const user = /^inbound\/mixed\[in\]: \[(\w+)\] inbound connection to /.exec(text)?.[1];
  return user === undefined ? undefined : { kind: 'connection', id, user };
}

function parseStateLine(text: string): LogEvent | undefined {
  const port = /^inbound\/mixed\[in\]: tcp server started at 127\.0\.0\.1:(\d+)$/.exec(text)?.[1];
  if (port !== undefined) return { kind: 'listening', port: Number(port) };
  return text.startsWith('sing-box started') ? { kind: 'started' } : undefined;
}
