import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// No `server.proxy` here: devcors.toml says where /api, /clock and /chat go.
export default defineConfig({
  plugins: [react()],
  server: { port: Number(process.env.VITE_PORT ?? 5173) },
});
