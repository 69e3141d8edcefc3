import { useState } from "react";

// Change this text while the page is open: it is replaced in place, and the count below stays.
const TEXT = "Notes, behind devcors";

export function Greeting() {
  const [count, setCount] = useState(0);
  return (
    <header>
      <h1 data-testid="greeting">{TEXT}</h1>
      <button data-testid="count" onClick={() => setCount(count + 1)}>
        {count}
      </button>
    </header>
  );
}
