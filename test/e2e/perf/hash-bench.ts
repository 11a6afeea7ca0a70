/**
 * A script that measures real work and prints it like go. It measures CPU time, because the machine
 * is shared.
 *
 * @param extra additional hashes in one of its two cases
 */
export function bench(extra: number): string {
  return `
import { createHash } from 'node:crypto';
const work = (times) => {
  for (let i = 0; i < times; i++) createHash('sha256').update('x'.repeat(200)).digest();
};
const cases = { Hash: ${1000 + extra}, Short: 700 };
work(3000);
for (const [name, times] of Object.entries(cases)) {
  for (let sample = 0; sample < 5; sample++) {
    const start = process.cpuUsage();
    for (let i = 0; i < 3; i++) work(times);
    const { user, system } = process.cpuUsage(start);
    console.log(\`Benchmark\${name} \\t 1 \\t \${(user + system) * 1000} ns/op\`);
  }
}
`;
}
