-- for wrk: requests the paths that follow `--` in turn, and says at the end what happened, as one line of JSON
local prepared, at = {}, 0

function init(paths)
  for index, path in ipairs(paths) do prepared[index] = wrk.format("GET", path) end
end

function request()
  at = at % #prepared + 1
  return prepared[at]
end

function done(summary, latency, _)
  local e = summary.errors
  local form = '{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "refused": %d, "broken": %d}\n'
  local broken = e.connect + e.read + e.write + e.timeout
  io.write(string.format(form, summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.status, broken))
end
