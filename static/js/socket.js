/**
 * One websocket as a transport: opened once, lost once.
 * @import { OpenTransport } from "./types.js"
 */

import { CLOSE, parse, SUBPROTOCOL } from "./wire.js";

/**
 * Returns a way of opening the websocket at an address.
 * @param {string} url
 * @param {new (url: string, protocol: string) => WebSocket} Socket
 * @returns {OpenTransport}
 */
export function overSocket(url, Socket) {
  return (hello, events) => {
    let open = true;
    const socket = new Socket(url, SUBPROTOCOL);
    /** @param {number} code */
    const lose = (code) => {
      if (!open) return;
      open = false;
      events.lost(code);
    };
    socket.onopen = () => socket.send(JSON.stringify(hello));
    socket.onclose = ({ code }) => lose(code);
    socket.onerror = () => lose(CLOSE.LOST);
    socket.onmessage = ({ data }) => {
      const message = open ? parse(data) : null;
      if (message) events.heard(message);
    };
    return {
      send: (message) => {
        if (open && socket.readyState === 1) socket.send(JSON.stringify(message));
      },
      // Over a dead network the closing handshake takes a minute: what comes after is not heard.
      close: (code) => {
        open = false;
        socket.close(code);
      },
    };
  };
}
