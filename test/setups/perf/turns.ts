/** Prints the time that `speed.txt` of the checkout has, with noise. */
export const COMMAND =
  'ns=$(cat speed.txt); for i in 1 2 3 4 5; do echo "BenchmarkParse 1 $ns$i ns/op"; done';

/** Inputs that measure the base and the head in turns. */
export const TURNS = {
  results: '',
  mode: 'run',
  format: 'go',
  command: COMMAND,
  rounds: '5',
} as const;

/** The files of main. */
export const FILES = { 'speed.txt': '100' };
export const FASTER = { 'speed.txt': '99' };
export const SLOWER = { 'speed.txt': '150' };
