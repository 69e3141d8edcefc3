import { useEffect, useRef, useState } from "react";

export function Chat() {
  const socket = useRef(null);
  const [state, setState] = useState("connecting");
  const [messages, setMessages] = useState([]);
  const [text, setText] = useState("");

  useEffect(() => {
    const room = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/chat`);
    socket.current = room;
    room.onopen = () => setState("open");
    room.onmessage = ({ data }) => setMessages((before) => [...before, data]);
    room.onclose = ({ code }) => socket.current === room && setState(`closed with ${code}`);
    return () => room.close();
  }, []);

  function send(event) {
    event.preventDefault();
    socket.current.send(text);
    setText("");
  }

  return (
    <section>
      <h2>Chat</h2>
      <p data-testid="chat-state">{state}</p>
      <ul data-testid="chat-messages">
        {messages.map((message, number) => (
          <li key={number} data-testid="chat-message">
            {message}
          </li>
        ))}
      </ul>
      <form onSubmit={send}>
        <input
          data-testid="chat-text"
          aria-label="Message"
          required
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
        <button data-testid="chat-send" disabled={state !== "open"}>
          Send
        </button>
      </form>
    </section>
  );
}
