import { headline, type Notification } from './message.ts';
import type { NotifyTarget } from './notify-target.ts';

/** The limit of Discord, in characters. */
const DISCORD_LENGTH = 2_000;

/** The JSON body for each service. */
export const formats: Readonly<
  Record<NotifyTarget['service'], (notification: Notification) => unknown>
> = {
  slack: (notification) => ({
    text: `*${slackEscape(headline(notification))}*\n${slackEscape(notification.message)}${
      notification.runUrl === ''
        ? ''
        : `\n<${notification.runUrl}|${slackEscape(notification.workflow || 'run')}>`
    }`,
  }),
  discord: (notification) => ({
    content: discordContent(notification),
    // A user name in untrusted text must not notify that user.
    allowed_mentions: { parse: [] },
  }),
  // The format of "Workflows" webhooks, which replaced the retired connectors.
  teams: (notification) => ({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          type: 'AdaptiveCard',
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          version: '1.4',
          body: [
            { type: 'TextBlock', weight: 'Bolder', wrap: true, text: headline(notification) },
            { type: 'TextBlock', wrap: true, text: discordEscape(notification.message) },
          ],
          actions:
            notification.runUrl === ''
              ? []
              : [{ type: 'Action.OpenUrl', title: 'Open the run', url: notification.runUrl }],
        },
      },
    ],
  }),
  webhook: (notification) => notification,
};

/** Slack reads only these three as markup. */
function slackEscape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function discordEscape(text: string): string {
  return text.replace(/[\\*_~`|>[\]()#]/g, '\\$&');
}

/** Cuts the message to Discord's limit, but not the link to the run. */
function discordContent(notification: Notification): string {
  const before = `**${headline(notification)}**\n`;
  const after = notification.runUrl === '' ? '' : `\n${notification.runUrl}`;
  const room = DISCORD_LENGTH - before.length - after.length;
  const message = discordEscape(notification.message);
  if (message.length <= room) return `${before}${message}${after}`;
  // Does not cut a surrogate pair or an escape in half.
  const head = message.slice(0, room - 1).replace(/[\ud800-\udbff]$|(?<!\\)((?:\\\\)*)\\$/, '$1');
  return `${before}${head}…${after}`;
}
