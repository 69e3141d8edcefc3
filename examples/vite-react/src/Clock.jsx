import { useEffect, useState } from "react";

const KEPT = 5;

export function Clock() {
  const [ticks, setTicks] = useState([]);
  const [state, setState] = useState("connecting");

  useEffect(() => {
    const stream = new EventSource("/clock");
    stream.onopen = () => setState("open");
    stream.onerror = () => setState("lost, the browser tries again");
    stream.onmessage = ({ data }) => setTicks((before) => [...before, { time: data, arrived: Date.now() }]);
    return () => stream.close();
  }, []);

  return (
    <section>
      <h2>Clock</h2>
      <p data-testid="clock-state">{state}</p>
      <p>
        <span data-testid="clock-count">{ticks.length}</span> events
      </p>
      <ol data-testid="clock-ticks" data-arrived={ticks.map((tick) => tick.arrived).join(" ")}>
        {ticks.slice(-KEPT).map((tick) => (
          <li key={tick.arrived}>{tick.time}</li>
        ))}
      </ol>
    </section>
  );
}
