// Loaded before the action: writes each address that the process dials to the file in RECORD_DIALS.
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';

const file = process.env.RECORD_DIALS;
subscribe('net.client.socket', ({ socket }) => {
  socket.on('connectionAttempt', (address, port) => {
    if (file) appendFileSync(file, `${address} ${port}\n`);
  });
});
