-- Asks one question after another: the addresses of the requests stand in the file that ADDRESSES names, one a line.
local addresses = {}
for line in io.lines(os.getenv("ADDRESSES")) do
  addresses[#addresses + 1] = line
end
local place = 0

function request()
  place = place % #addresses + 1
  return wrk.format("GET", addresses[place])
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    "\n%d %d %d %d %d %d\n",
    summary.requests, summary.duration, failed, latency:percentile(50), latency:percentile(99), latency.max
  ))
end
