#include "bench/load_steps.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"

namespace binnacle::bench {
namespace {

using nlohmann::json;

// Nothing comes and the server does nothing for this long: it is done.
constexpr absl::Duration kQuiet = absl::Milliseconds(100);
constexpr absl::Duration kQuietCpu = absl::Milliseconds(2);
// Services are changed in turn with this stride, so that neighbours are not.
constexpr int kStride = 37;

double Millis(absl::Duration time) { return absl::ToDoubleMilliseconds(time); }
double Megabytes(uint64_t bytes) { return static_cast<double>(bytes) / 1e6; }

double Quantile(const std::vector<double>& sorted, double part) {
  if (sorted.empty()) return 0;
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<size_t>(std::lround(part * last))];
}

json Spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {{"p50", Quantile(values, 0.5)},
          {"p99", Quantile(values, 0.99)},
          {"max", Quantile(values, 1)}};
}

}  // namespace

int ServiceOfChange(int nth, int services) { return (nth + 1) * kStride % services; }

struct LoadSteps::Start {
  absl::Time time;
  Received received;
  absl::Duration server_cpu;
  absl::Duration own_cpu;
  size_t server_resident = 0;
};

struct LoadSteps::Change {
  double last_ms = 0;              // until the last proxy had it
  std::vector<double> proxies_ms;  // until each had
};

LoadSteps::LoadSteps(LoadClient& client, MeshGenerator mesh, StepOptions options)
    : client_(client), mesh_(std::move(mesh)), options_(std::move(options)) {
  FindServer();
}

void LoadSteps::FindServer() {
  server_.reset();
  if (options_.server.empty()) return;
  if (auto found = ServerProcess::Find(options_.server); found.ok()) server_ = *found;
}

LoadSteps::Start LoadSteps::Begin() {
  Start start;
  start.received = client_.received();
  if (server_.has_value()) {
    start.server_cpu = server_->cpu();
    start.server_resident = server_->resident();
  }
  start.own_cpu = OwnCpu();
  start.time = absl::Now();
  return start;
}

// What has happened since `start`, each time of `times`.
json LoadSteps::End(const Start& start, int times) {
  const Received& now = client_.received();
  const Received& then = start.received;
  json result;
  json resources;
  uint64_t sum = 0;
  for (size_t type = 0; type < kXdsTypes; ++type) {
    const uint64_t count = now.resources[type] - then.resources[type];
    sum += count;
    resources[std::string(kXdsTypeNames[type])] = count / times;
  }
  result["times"] = times;
  result["proxies"] = client_.size();
  result["resources"] = sum / times;
  result["resources_by_type"] = resources;
  result["resources_held_already"] = (now.held_already - then.held_already) / times;
  result["resources_removed"] = (now.removed - then.removed) / times;
  result["responses"] = (now.responses - then.responses) / times;
  result["mb_sent"] = Megabytes(now.bytes - then.bytes) / times;
  result["client_cpu_ms"] = Millis(OwnCpu() - start.own_cpu) / times;
  result["breaks"] = client_.breaks();
  if (!server_.has_value()) return result;
  result["server_cpu_ms"] = Millis(server_->cpu() - start.server_cpu) / times;
  result["server_rss_mb"] = Megabytes(server_->resident());
  result["server_rss_before_mb"] = Megabytes(start.server_resident);
  result["server_peak_mb"] = Megabytes(server_->peak());
  return result;
}

absl::Status LoadSteps::Await(const std::function<bool()>& done, const std::string& what) {
  if (client_.TurnUntil(done, absl::Now() + options_.patience)) return absl::OkStatus();
  if (!client_.failure().ok()) return client_.failure();
  return absl::DeadlineExceededError(absl::StrCat(
      what, " within ", absl::FormatDuration(options_.patience), ": of ", client_.size(),
      " proxies ", client_.complete(), " are complete, ", client_.reached(),
      " have been sent the change, ", client_.open(), " streams are open"));
}

// Turns until nothing comes any more, and the server rests.
void LoadSteps::Settle() {
  const absl::Time deadline = absl::Now() + options_.patience;
  while (absl::Now() < deadline) {
    const absl::Duration cpu = server_.has_value() ? server_->cpu() : absl::ZeroDuration();
    const absl::Time since = absl::Now();
    client_.TurnUntil([] { return false; }, since + kQuiet);
    const absl::Duration used = server_.has_value() ? server_->cpu() - cpu : absl::ZeroDuration();
    if (client_.last_response() < since && used < kQuietCpu) return;
  }
}

absl::StatusOr<json> LoadSteps::Open(int count) {
  const Start start = Begin();
  client_.Add(count, absl::ZeroDuration());
  auto complete = Await([&] { return client_.complete() == client_.size(); },
                        "not every proxy got its first configuration");
  if (!complete.ok()) return complete;
  const double seconds = absl::ToDoubleSeconds(client_.last_response() - start.time);
  Settle();
  json result = End(start, 1);
  result["seconds"] = seconds;
  json held;
  for (size_t type = 0; type < kXdsTypes; ++type) {
    held[std::string(kXdsTypeNames[type])] = client_.held(static_cast<XdsType>(type));
  }
  result["held_by_one"] = held;
  if (result.contains("server_rss_mb")) {
    result["kb_per_proxy"] =
        (result["server_rss_mb"].get<double>() - result["server_rss_before_mb"].get<double>()) *
        1e3 / count;
  }
  return result;
}

absl::StatusOr<LoadSteps::Change> LoadSteps::ChangeOnce(const std::string& what, int service) {
  client_.AwaitMark(what == "endpoint" ? mesh_.ChangeEndpoint(service)
                                       : mesh_.ChangeRoute(service));
  const absl::Time begun = absl::Now();
  if (auto written = mesh_.WriteFileOf(service, options_.policy_dir); !written.ok()) {
    return written;
  }
  auto reached = Await([&] { return client_.reached() == client_.size(); },
                       "a change did not reach every proxy");
  if (!reached.ok()) return reached;
  // What follows in further responses counts too.
  client_.TurnUntil([&] { return absl::Now() > client_.last_response() + kQuiet; },
                    absl::Now() + options_.patience);
  Change change;
  for (const absl::Time time : client_.mark_times()) {
    change.proxies_ms.push_back(Millis(time - begun));
    change.last_ms = std::max(change.last_ms, change.proxies_ms.back());
  }
  return change;
}

absl::StatusOr<json> LoadSteps::ChangeMany(const std::string& what, int count) {
  std::vector<double> last;
  std::vector<double> proxies;
  Settle();
  const Start start = Begin();
  for (int i = 0; i < count; ++i) {
    const int nth = changes_++ % (options_.changed_services > 0 ? options_.changed_services
                                                                : mesh_.shape().services);
    auto change = ChangeOnce(what, ServiceOfChange(nth, mesh_.shape().services));
    if (!change.ok()) return change.status();
    last.push_back(change->last_ms);
    proxies.insert(proxies.end(), change->proxies_ms.begin(), change->proxies_ms.end());
  }
  Settle();
  json result = End(start, count);
  result["last_proxy_ms"] = Spread(std::move(last));
  result["proxy_ms"] = Spread(std::move(proxies));
  return result;
}

absl::StatusOr<json> LoadSteps::Reconnect(int count) {
  Settle();
  std::vector<double> back;
  double gone_cpu = 0;
  const Start start = Begin();
  for (int i = 0; i < count; ++i) {
    const absl::Duration before = server_.has_value() ? server_->cpu() : absl::ZeroDuration();
    client_.Reconnect(options_.within);
    if (server_.has_value()) gone_cpu += Millis(server_->cpu() - before);
    const absl::Time lost = absl::Now();
    auto open =
        Await([&] { return client_.open() == client_.size(); }, "not every stream came back");
    if (!open.ok()) return open;
    back.push_back(Millis(absl::Now() - lost));
    Settle();
  }
  json result = End(start, count);
  result["back_ms"] = Spread(std::move(back));
  // Of server_cpu_ms, what went into noticing that the streams are gone.
  result["closing_cpu_ms"] = gone_cpu / count;
  result["within_ms"] = Millis(options_.within);
  return result;
}

absl::StatusOr<json> LoadSteps::Restart() {
  Settle();
  const uint64_t breaks = client_.breaks();
  std::puts(R"({"event": "restart the server now"})");
  std::fflush(stdout);
  auto broken = Await([&] { return client_.breaks() > breaks; }, "no stream was lost");
  if (!broken.ok()) return broken;
  Start start = Begin();
  start.server_cpu = absl::ZeroDuration();  // the new one's, from its beginning
  auto open = Await(
      [&] {
        return client_.breaks() >= breaks + static_cast<uint64_t>(client_.size()) &&
               client_.open() == client_.size();
      },
      "not every stream came back");
  if (!open.ok()) return open;
  const double back = Millis(absl::Now() - start.time);
  FindServer();
  Settle();
  json result = End(start, 1);
  result["back_ms"] = back;
  return result;
}

absl::StatusOr<json> LoadSteps::Idle(int seconds) {
  const Start start = Begin();
  client_.TurnUntil([] { return false; }, start.time + absl::Seconds(seconds));
  return End(start, 1);
}

absl::StatusOr<json> LoadSteps::Run(const std::string& word) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(word, absl::MaxSplits(':', 1));
  int count = 1;
  if (!parts.second.empty() && (!absl::SimpleAtoi(parts.second, &count) || count < 1)) {
    return absl::InvalidArgumentError(absl::StrCat("step \"", word, "\": how many?"));
  }
  absl::StatusOr<json> result = absl::InvalidArgumentError(absl::StrCat(
      "step \"", word, "\": open, endpoint, virtual-service, reconnect, restart or idle"));
  if (parts.first == "open") result = Open(count);
  if (parts.first == "endpoint" || parts.first == "virtual-service") {
    result = ChangeMany(parts.first, count);
  }
  if (parts.first == "reconnect") result = Reconnect(count);
  if (parts.first == "restart") result = Restart();
  if (parts.first == "idle") result = Idle(count);
  if (result.ok()) (*result)["step"] = word;
  return result;
}

}  // namespace binnacle::bench
