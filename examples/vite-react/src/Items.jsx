import { useEffect, useState } from "react";
import { call } from "./api.js";

export function Items() {
  const [items, setItems] = useState([]);
  const [name, setName] = useState("");
  const [problem, setProblem] = useState("");

  async function run(...request) {
    try {
      if (request.length) await call(...request);
      setItems(await call("GET", "/items"));
      setProblem("");
    } catch (error) {
      setProblem(error.message);
    }
  }
  useEffect(() => {
    run();
  }, []);

  function add(event) {
    event.preventDefault();
    run("POST", "/items", { name });
    setName("");
  }

  return (
    <section>
      <h2>Items</h2>
      <ul data-testid="items">
        {items.map((item) => (
          <li key={item.id} data-testid="item">
            <span>{item.name}</span>
            <button aria-label={`Remove ${item.name}`} onClick={() => run("DELETE", `/items/${item.id}`)}>
              Remove
            </button>
          </li>
        ))}
      </ul>
      <form onSubmit={add}>
        <input
          data-testid="item-name"
          aria-label="New item"
          required
          value={name}
          onChange={(e) => setName(e.target.value)}
        />
        <button data-testid="item-add">Add</button>
      </form>
      <p data-testid="items-problem" role="alert">
        {problem}
      </p>
    </section>
  );
}
