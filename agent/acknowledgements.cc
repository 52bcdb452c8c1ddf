#include "agent/acknowledgements.h"

#include <utility>

namespace binnacle::agent {

uint64_t Acknowledgements::Join() {
  const absl::MutexLock lock(&mu_);
  streams_.try_emplace(++last_stream_);
  return last_stream_;
}

void Acknowledgements::Leave(uint64_t stream) {
  {
    const absl::MutexLock lock(&mu_);
    streams_.erase(stream);
  }
  Tell();
}

void Acknowledgements::Subscribed(uint64_t stream, const std::string& name,
                                  const std::string& held) {
  {
    const absl::MutexLock lock(&mu_);
    streams_[stream].insert_or_assign(name, Held{held, "", ""});
  }
  Tell();
}

void Acknowledgements::Unsubscribed(uint64_t stream, const std::string& name) {
  {
    const absl::MutexLock lock(&mu_);
    streams_[stream].erase(name);
  }
  Tell();
}

void Acknowledgements::Taken(uint64_t stream, const std::string& name, const std::string& version) {
  {
    const absl::MutexLock lock(&mu_);
    streams_[stream].insert_or_assign(name, Held{version, "", ""});
  }
  Tell();
}

void Acknowledgements::Refused(uint64_t stream, const std::string& name, const std::string& version,
                               const std::string& why) {
  {
    const absl::MutexLock lock(&mu_);
    Held& held = streams_[stream][name];
    held.refused = version;
    held.why = why;
  }
  Tell();
}

Acknowledgements::Verdict Acknowledgements::Of(const std::string& name,
                                               const std::string& version) const {
  const absl::MutexLock lock(&mu_);
  Verdict verdict;
  for (const auto& [id, stream] : streams_) {
    const auto held = stream.find(name);
    if (held == stream.end()) continue;
    if (held->second.refused == version) return {Answer::kRefused, held->second.why};
    if (held->second.taken != version) verdict.answer = Answer::kWaiting;
  }
  return verdict;
}

size_t Acknowledgements::streams() const {
  const absl::MutexLock lock(&mu_);
  return streams_.size();
}

void Acknowledgements::SetListener(std::function<void()> changed) {
  const absl::MutexLock lock(&listener_mu_);
  listener_ = std::move(changed);
}

void Acknowledgements::Tell() {
  const absl::MutexLock lock(&listener_mu_);
  if (listener_) listener_();
}

}  // namespace binnacle::agent
