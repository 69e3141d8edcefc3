import { useEffect, useState } from "react";
import { call } from "./api.js";

export function Login() {
  const [user, setUser] = useState(undefined); // undefined: not known yet, null: nobody
  const [name, setName] = useState("Ada");

  const look = () => call("GET", "/me").then((me) => setUser(me.name));
  useEffect(() => {
    look().catch(() => setUser(null));
  }, []);

  async function enter(event) {
    event.preventDefault();
    await call("POST", "/login", { name });
    await look();
  }

  async function leave() {
    await call("POST", "/logout");
    setUser(null);
  }

  return (
    <section>
      <h2>Login</h2>
      <p data-testid="login-state" data-user={user ?? ""}>
        {user === undefined ? "Asking" : user === null ? "Nobody is signed in" : `Signed in as ${user}`}
      </p>
      <form onSubmit={enter}>
        <input data-testid="login-name" aria-label="Name" value={name} onChange={(e) => setName(e.target.value)} />
        <button data-testid="login">Log in</button>
        <button data-testid="logout" type="button" onClick={leave}>
          Log out
        </button>
      </form>
    </section>
  );
}
