const find = (id) => document.querySelector(`[data-testid="${id}"]`);

function show(state, sentence, body = "") {
  find("outcome").dataset.state = state;
  find("outcome").textContent = sentence;
  find("body").textContent = body;
}

find("put").addEventListener("click", async () => {
  show("running", "Waiting for the answer");
  try {
    const response = await fetch("https://api.example.test/profile", {
      method: "PUT",
      credentials: "include",
      headers: { "Content-Type": "application/json", "X-Demo": "1" },
      body: JSON.stringify({ name: "Ada" }),
    });
    show(response.ok ? "ok" : "error", `The page can read the answer: ${response.status}`, await response.text());
  } catch (error) {
    show("blocked", "No answer for this page: the browser blocked it, or nobody was reached", String(error));
  }
});
