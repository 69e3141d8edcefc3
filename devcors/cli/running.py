"""`status`, `down`, `reload`: what they print."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from devcors.config.problems import Problem
from devcors.daemon.asking import Admin
from devcors.daemon.choosing import choose, matching, meant
from devcors.daemon.overview import Overview, Standing, overview
from devcors.daemon.running import all_running, look, tidy
from devcors.daemon.stopping import stop_all

from .output import console, duration_text, print_json, size_text


def print_status(*, as_json: bool) -> None:
    """All that run, and those that ended without a word."""
    found = overview()
    if as_json:
        print_json(found.to_json())
        return
    _print_gone(found)
    if not found.alive:
        console(stderr=True).print("no devcors runs")
    for standing in found.alive:
        _print_standing(standing)


def _print_gone(found: Overview) -> None:
    for gone in found.gone:
        log = f"; its log: {gone.log}" if gone.log else ""
        where = gone.config or gone.folder
        text = f"gone: the devcors for {where} (pid {gone.process.pid}) was killed, or the machine was stopped{log}"
        console(stderr=True).print(Text(text, "yellow"))


def _print_standing(standing: Standing) -> None:
    out, told = console(), standing.to_json()
    out.print(Text(told["config"] or f"{told['folder']} (no config file)", "bold cyan"))
    facts = [f"pid {told['pid']}", f"up {duration_text(told['uptime_s'])}"]
    if told["memory_bytes"] is not None:
        facts.append(size_text(told["memory_bytes"]))
    lines = {
        "front door": told["front_door"] or f"port {told['port']}",
        "dashboard": told["dashboard"],
        "process": ", ".join(facts),
        "log": told["log"] and told["log"]["path"],
    }
    for name, text in lines.items():
        if text:
            out.print(Text.assemble((f"  {name:<11}", "dim"), text))
    for trouble in (standing.problem, standing.log_trouble and f"log: {standing.log_trouble}"):
        if trouble:
            out.print(Text(f"  ! {trouble}", "yellow"))
    if rows := [*(told["routes"] or ()), *(told.get("intercept") or ())]:
        out.print(_table(rows))


def _table(rows: list[Mapping[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=True)
    for heading in ("ROUTE", "TARGET", "REQUESTS", "ERRORS", "BLOCKED", "HEALTH"):
        table.add_column(heading, overflow="fold", justify="right" if heading.endswith(("S", "ED")) else "left")
    for row in rows:
        health = row["health"]
        state = Text(health["state"], {"up": "green", "down": "red"}.get(health["state"], "dim"))
        if health["error"]:
            state.append(f" ({health['error']})")
        counts = (f"{row[name]:,}" for name in ("requests", "errors", "blocked"))
        table.add_row(row["name"], row["target"] or "(itself)", *counts, state)
    return table


def stop_background(folder: Path | None, config: Path | None, port: int | None, *, everything: bool) -> None:
    """Ends them, and says of each how it ended. 1 where there is nothing to end, or one lives on."""
    err = console(stderr=True)
    seen = look()
    _print_gone(Overview([], seen.gone))
    tidy()
    wanted = meant(folder, config, port)
    if not everything and matching(seen.gone, wanted) and not matching(seen.alive, wanted):
        return  # nothing is left of it, which is what was wanted
    chosen = seen.alive if everything else [choose(seen.alive, wanted, strict=True)]
    if not chosen:
        err.print("no devcors runs")
    outcomes = list(stop_all(chosen))
    for outcome in outcomes:
        where = f"{outcome.running.config or outcome.running.folder} (pid {outcome.running.process.pid})"
        err.print(Text(f"{where}: {outcome.text}", "red" if outcome.failed else ""))
    if any(outcome.failed for outcome in outcomes):
        raise typer.Exit(1)


def reload_background(folder: Path | None, config: Path | None, port: int | None) -> None:
    """Says what has changed. 2 where the config is refused, with its errors as `up` has them."""
    running = choose(all_running(), meant(folder, config, port), strict=False)
    told = Admin(running).post("/api/reload")
    err = console(stderr=True)
    if not told["applied"]:
        for problem in told["problems"]:
            err.print(str(Problem.from_json(problem)))
        err.print(Text("the last good config serves on", "yellow"))
        raise typer.Exit(2)
    for change in told.get("changes", ()):
        err.print(change)
    err.print("reloaded" if told.get("changes") else "reloaded: nothing has changed")
