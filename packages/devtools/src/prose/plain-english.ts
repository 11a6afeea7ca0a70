import type { TextlintRuleModule } from '@textlint/types';
import { REPLACEMENTS, REQUIREMENT_ID } from './words.ts';

const PHRASES = REPLACEMENTS.map(({ pattern, instead }) => ({
  regex: new RegExp(pattern, 'gi'),
  instead,
}));

/** Reports phrases of the word list, ids of requirements, and a space in front of `%`. */
export const plainEnglish: TextlintRuleModule = ({
  Syntax,
  RuleError,
  report,
  getSource,
  locator,
}) => ({
  [Syntax.Str](node) {
    const text = getSource(node);
    const problem = (index: number, length: number, message: string) =>
      report(node, new RuleError(message, { padding: locator.range([index, index + length]) }));
    for (const { regex, instead } of PHRASES) {
      for (const { 0: found, index } of text.matchAll(regex)) {
        problem(index, found.length, `"${found.trim()}": use "${instead}"`);
      }
    }
    for (const { 0: found, index } of text.matchAll(REQUIREMENT_ID)) {
      problem(
        index,
        found.length,
        `"${found.trim()}": ids of requirements stand in test/contract only`,
      );
    }
    for (const { 0: found, index } of text.matchAll(/\d %(?!\w)/g)) {
      problem(index, found.length, `"${found}": write % without a space`);
    }
  },
});
