// A chat room: every message goes to everybody in it.
//
//     node backends/chat.mjs [PORT]
//
// The port is the argument, else CHAT_PORT, else 8001.

import { WebSocket, WebSocketServer } from "ws";

const port = Number(process.argv[2] ?? process.env.CHAT_PORT ?? 8001);
const room = new WebSocketServer({ host: "localhost", port, path: "/chat" });

room.on("listening", () => console.log(`chat on ws://localhost:${port}/chat`));
room.on("connection", (socket) => {
  socket.on("error", (error) => console.error(error.message));
  socket.on("message", (data, isBinary) => {
    for (const member of room.clients) {
      if (member.readyState === WebSocket.OPEN) member.send(data, { binary: isBinary });
    }
  });
});
