#include "agent/envoy_process.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "agent/backoff.h"
#include "agent/child_process.h"
#include "spdlog/spdlog.h"

namespace binnacle::agent {
namespace {

std::string SecondsText(absl::Duration duration) {
  return absl::FormatDuration(absl::Trunc(duration, absl::Milliseconds(1)));
}

}  // namespace

EnvoyProcess::EnvoyProcess(std::vector<std::string> command, RestartPolicy policy)
    : command_(std::move(command)), policy_(policy), wake_file_(eventfd(0, EFD_CLOEXEC)) {}

EnvoyProcess::~EnvoyProcess() {
  Stop(absl::ZeroDuration(), [] {});
  close(wake_file_);
}

void EnvoyProcess::Start() {
  thread_ = std::thread([this] { KeepOn(); });
}

void EnvoyProcess::Stop(absl::Duration drain, const std::function<void()>& begin_drain) {
  if (!thread_.joinable()) return;
  if (drain > absl::ZeroDuration() && state().running) {
    begin_drain();
    const auto ended = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return !state_.running; };
    const absl::MutexLock lock(&mu_);
    mu_.AwaitWithTimeout(absl::Condition(&ended), drain);
  }
  {
    const absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  const uint64_t once = 1;
  [[maybe_unused]] const ssize_t woken = write(wake_file_, &once, sizeof(once));
  thread_.join();
}

EnvoyProcess::State EnvoyProcess::state() const {
  const absl::MutexLock lock(&mu_);
  return state_;
}

bool EnvoyProcess::stopping() const {
  const absl::MutexLock lock(&mu_);
  return stopping_;
}

void EnvoyProcess::KeepOn() {
  Backoff backoff(policy_.first_wait, policy_.longest_wait);
  while (true) {
    absl::Duration lived;
    if (!RunOnce(lived)) return;
    if (lived >= policy_.healthy_after) backoff.Reset();
    const absl::Duration wait = backoff.Next();
    spdlog::error("envoy: {}; starting it again in {}", state().last_end, SecondsText(wait));
    const absl::MutexLock lock(&mu_);
    if (mu_.AwaitWithTimeout(absl::Condition(&stopping_), wait)) return;
  }
}

bool EnvoyProcess::RunOnce(absl::Duration& lived) {
  auto child = ChildProcess::Start(command_);
  if (!child.ok()) {
    const absl::MutexLock lock(&mu_);
    state_.last_end = std::string(child.status().message());
    return !stopping_;
  }
  spdlog::info("envoy: started, process {}", child->pid());
  const absl::Time start = absl::Now();
  {
    const absl::MutexLock lock(&mu_);
    state_.running = true;
    state_.pid = child->pid();
    ++state_.starts;
  }
  std::optional<std::string> end;
  while (!end.has_value() && !stopping()) end = child->WaitForEnd(absl::Hours(1), wake_file_);
  const bool by_itself = end.has_value();
  if (!by_itself) {
    child->Signal(SIGTERM);
    end = child->WaitForEnd(policy_.end_patience);
  }
  if (!end.has_value()) {
    spdlog::warn("envoy: does not end; killing it");
    child->Signal(SIGKILL);
    while (!end.has_value()) end = child->WaitForEnd(absl::Seconds(1));
  }
  lived = absl::Now() - start;
  const absl::MutexLock lock(&mu_);
  state_.running = false;
  state_.pid = 0;
  state_.last_end = "ended with " + *end;
  if (!by_itself) spdlog::info("envoy: ended with {}", *end);
  return by_itself && !stopping_;
}

}  // namespace binnacle::agent
