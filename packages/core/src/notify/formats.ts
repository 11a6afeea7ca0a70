import { headline, type Notification } from './message.ts';
import type { NotifyTarget } from './notify-target.ts';

/** The JSON body that each service takes. */
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
    content: cut(
      `**${headline(notification)}**\n${discordEscape(notification.message)}\n${notification.runUrl}`.trim(),
      2_000,
    ),
    // Nobody is notified by a name that a response body carried in.
    allowed_mentions: { parse: [] },
  }),
  // The format of the "Workflows" webhooks; the older connectors were retired.
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

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
