#include "agent/certificate_keeper.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/renewal.h"
#include "spdlog/spdlog.h"

namespace binnacle::agent {
namespace {

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

std::string DurationText(absl::Duration duration) {
  return absl::FormatDuration(absl::Trunc(duration, absl::Milliseconds(100)));
}

}  // namespace

void CertificateKeeper::Start() {
  {
    const absl::MutexLock lock(&mu_);
    state_.next_try = clock_.Now();
  }
  thread_ = std::thread([this] { KeepOn(); });
}

void CertificateKeeper::Stop() {
  {
    const absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

CertificateKeeper::State CertificateKeeper::state() const {
  const absl::MutexLock lock(&mu_);
  return state_;
}

bool CertificateKeeper::WaitForFirst() {
  const absl::MutexLock lock(&mu_);
  const auto decided = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return stopping_ || state_.certificate != nullptr;
  };
  mu_.Await(absl::Condition(&decided));
  return state_.certificate != nullptr;
}

void CertificateKeeper::KeepOn() {
  while (WaitForNextTry()) Try();
}

// In steps of a few seconds, so that a clock that jumps is seen.
bool CertificateKeeper::WaitForNextTry() {
  const absl::MutexLock lock(&mu_);
  while (!stopping_) {
    const absl::Duration left = state_.next_try - clock_.Now();
    if (left <= absl::ZeroDuration()) return true;
    mu_.AwaitWithTimeout(absl::Condition(&stopping_), std::min(left, absl::Seconds(5)));
  }
  return false;
}

void CertificateKeeper::Try() {
  auto got = request_(state().certificate.get());
  if (got.ok()) {
    Succeeded(*std::move(got));
  } else {
    Failed(got.status());
  }
}

void CertificateKeeper::Succeeded(ca::WorkloadCertificatePtr certificate) {
  const absl::Time not_after = certificate->leaf().not_after();
  const absl::Time next = RenewalTime(certificate->received, not_after, Jitter());
  if (!told_.empty()) spdlog::info("certificate: the control plane is back");
  spdlog::info("certificate {} for {}: valid until {}; will be renewed at {}",
               certificate->leaf().serial(), certificate->name(), TimeText(not_after),
               TimeText(next));
  failures_ = 0;
  told_.clear();
  // Before anybody can wait for it: whoever sees a certificate in the state
  // finds it published too.
  taken_(certificate);
  const absl::MutexLock lock(&mu_);
  state_.certificate = std::move(certificate);
  state_.next_try = next;
  state_.last_error = absl::OkStatus();
  ++state_.issued;
}

void CertificateKeeper::Failed(const absl::Status& why) {
  const ca::WorkloadCertificatePtr current = state().certificate;
  const absl::Time now = clock_.Now();
  const absl::Duration remaining =
      current == nullptr ? absl::ZeroDuration() : current->leaf().not_after() - now;
  const absl::Duration delay = RenewalRetryDelay(++failures_, remaining, Jitter());
  if (!absl::IsCancelled(why)) TellOfFailure(why, current.get(), delay);
  const absl::MutexLock lock(&mu_);
  state_.next_try = now + delay;
  state_.last_error = why;
  ++state_.failed;
}

// Once for each change of what is wrong.
void CertificateKeeper::TellOfFailure(const absl::Status& why,
                                      const ca::WorkloadCertificate* current,
                                      absl::Duration delay) {
  const bool expired = current != nullptr && !current->ValidAt(clock_.Now());
  std::string trouble =
      absl::StrCat(expired ? "expired" : "", static_cast<int>(why.code()), why.message());
  if (trouble == told_) return;
  told_ = std::move(trouble);
  const std::string reason(why.message());
  if (current == nullptr) {
    spdlog::warn("certificate: not yet: {}; trying again in {} and on", reason,
                 DurationText(delay));
  } else if (expired) {
    spdlog::error(
        "certificate: EXPIRED at {}: peers now refuse this proxy; still trying to get another: {}",
        TimeText(current->leaf().not_after()), reason);
  } else {
    spdlog::warn(
        "certificate: cannot be renewed: {}; the present one is valid until {}; trying "
        "again in {} and on",
        reason, TimeText(current->leaf().not_after()), DurationText(delay));
  }
}

}  // namespace binnacle::agent
