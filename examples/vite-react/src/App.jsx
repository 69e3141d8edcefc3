import { Chat } from "./Chat.jsx";
import { Clock } from "./Clock.jsx";
import { Greeting } from "./Greeting.jsx";
import { Items } from "./Items.jsx";
import { Login } from "./Login.jsx";

export function App() {
  return (
    <main>
      <Greeting />
      <Login />
      <Items />
      <Chat />
      <Clock />
    </main>
  );
}
