#include "agent/bundle_stream.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "agent/backoff.h"
#include "agent/secret_resource.h"
#include "envoy/extensions/transport_sockets/tls/v3/secret.pb.h"
#include "envoy/service/secret/v3/sds.grpc.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"
#include "spdlog/spdlog.h"

namespace binnacle::agent {
namespace {

using envoy::service::discovery::v3::DiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryResponse;
using envoy::service::secret::v3::SecretDiscoveryService;
using EnvoySecret = envoy::extensions::transport_sockets::tls::v3::Secret;

constexpr absl::Duration kFirstRetry = absl::Milliseconds(500);
constexpr absl::Duration kLongestRetry = absl::Seconds(15);
constexpr absl::Duration kLook = absl::Milliseconds(200);
// A stream lives with the certificate that it was opened with until this part
// of the certificate's life is left.
constexpr double kLifeLeft = 0.1;

const std::string& RootsName() {
  static const auto* const name = new std::string(kTrustedRoots);
  return *name;
}

// The PEM of the bundle in a response. A response without it changes nothing
// and is taken as such: nullopt.
absl::StatusOr<std::optional<std::string>> BundleIn(const DiscoveryResponse& response) {
  for (const auto& resource : response.resources()) {
    EnvoySecret secret;
    if (!resource.UnpackTo(&secret)) return absl::InvalidArgumentError("a resource is no Secret");
    if (secret.name() != kTrustedRoots) continue;
    const auto& roots = secret.validation_context().trusted_ca();
    return roots.inline_bytes().empty() ? roots.inline_string() : roots.inline_bytes();
  }
  return std::nullopt;
}

}  // namespace

// One stream, from StartCall() to OnDone().
//
// Threads  reactions on gRPC's threads, Acknowledge() on any. A hold keeps
//          OnDone() away while others may start writes.
class BundleStream::Session final
    : public grpc::ClientBidiReactor<DiscoveryRequest, DiscoveryResponse> {
 public:
  Session(BundleStream& owner, ca::WorkloadCertificatePtr certificate)
      : owner_(owner),
        certificate_(std::move(certificate)),
        stub_(SecretDiscoveryService::NewStub(ca::DialService(
            owner.parts_.server.service(), owner.parts_.server_roots(), certificate_.get()))) {}

  void Start() {
    request_.mutable_node()->CopyFrom(owner_.parts_.node);
    request_.set_type_url(std::string(kSecretTypeUrl));
    request_.add_resource_names(RootsName());
    stub_->async()->StreamSecrets(&context_, this);
    {
      const absl::MutexLock lock(&mu_);
      AddHold();
      writing_ = true;
      StartWrite(&request_);
    }
    StartRead(&response_);
    StartCall();
  }

  void Cancel() { context_.TryCancel(); }
  bool WaitForEnd(absl::Duration patience) {
    return done_.WaitForNotificationWithTimeout(patience);
  }
  absl::Status end() const { return end_; }  // after its end
  const ca::WorkloadCertificate& certificate() const { return *certificate_; }

  // Answers the bundle that waits, if the local Envoy has by now.
  void Acknowledge() ABSL_LOCKS_EXCLUDED(mu_) {
    const absl::MutexLock lock(&mu_);
    if (!pending_.has_value()) return;
    const auto verdict = owner_.parts_.acknowledgements.Of(RootsName(), pending_->secret_version);
    if (verdict.answer == Acknowledgements::Answer::kWaiting) return;
    const Pending settled = *std::exchange(pending_, std::nullopt);
    if (verdict.answer == Acknowledgements::Answer::kRefused) {
      return RefuseLocked(settled.nonce, absl::StrCat("the proxy refuses it: ", verdict.why));
    }
    taken_version_ = settled.version;
    owner_.NoteAcknowledged(settled.version);
    AnswerLocked(settled.nonce, "");
  }

  void OnReadDone(bool ok) override ABSL_LOCKS_EXCLUDED(mu_) {
    if (!ok) {
      const absl::MutexLock lock(&mu_);
      ended_ = true;
      return RemoveHold();
    }
    Take(response_);
    StartRead(&response_);
    Acknowledge();
  }

  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mu_) {
    const absl::MutexLock lock(&mu_);
    writing_ = false;
    if (ok) WriteNextLocked();
  }

  void OnDone(const grpc::Status& status) override {
    end_ = ca::StatusOf(status, owner_.parts_.server.service());
    done_.Notify();
  }

 private:
  struct Pending {
    std::string nonce;
    std::string version;         // the control plane's
    std::string secret_version;  // of our ROOTCA that holds it
  };

  // Not under mu_: taking a bundle tells the streams of the local Envoy.
  void Take(const DiscoveryResponse& response) ABSL_LOCKS_EXCLUDED(mu_) {
    const auto pem = BundleIn(response);
    const bool bundle = pem.ok() && pem->has_value();
    auto taken = bundle ? owner_.parts_.take(**pem) : absl::StatusOr<std::string>("");
    if (!pem.ok()) taken = pem.status();
    if (taken.ok()) owner_.NoteTaken(response.version_info());
    const absl::MutexLock lock(&mu_);
    if (!taken.ok()) return RefuseLocked(response.nonce(), std::string(taken.status().message()));
    if (!bundle) return AnswerLocked(response.nonce(), "");
    pending_ = Pending{response.nonce(), response.version_info(), *std::move(taken)};
  }

  void RefuseLocked(const std::string& nonce, const std::string& why)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    spdlog::error("trust bundle: refused: {}", why);
    AnswerLocked(nonce, why);
  }

  void AnswerLocked(const std::string& nonce, const std::string& why)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    DiscoveryRequest& answer = next_.emplace();
    answer.set_type_url(std::string(kSecretTypeUrl));
    answer.add_resource_names(RootsName());
    answer.set_response_nonce(nonce);
    answer.set_version_info(taken_version_);
    if (!why.empty()) {
      answer.mutable_error_detail()->set_code(static_cast<int>(absl::StatusCode::kInvalidArgument));
      answer.mutable_error_detail()->set_message(why);
    }
    WriteNextLocked();
  }

  void WriteNextLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (ended_ || writing_ || !next_.has_value()) return;
    request_ = *std::exchange(next_, std::nullopt);
    writing_ = true;
    StartWrite(&request_);
  }

  BundleStream& owner_;  // outlives it: waits for its end
  const ca::WorkloadCertificatePtr certificate_;
  grpc::ClientContext context_;
  const std::unique_ptr<SecretDiscoveryService::Stub> stub_;
  DiscoveryResponse response_;  // gRPC's from StartRead to OnReadDone
  DiscoveryRequest request_;    // gRPC's from StartWrite to OnWriteDone
  mutable absl::Mutex mu_;
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;  // no more writes
  std::optional<Pending> pending_ ABSL_GUARDED_BY(mu_);
  std::optional<DiscoveryRequest> next_ ABSL_GUARDED_BY(mu_);
  std::string taken_version_ ABSL_GUARDED_BY(mu_);
  absl::Status end_;  // written before done_
  absl::Notification done_;
};

BundleStream::BundleStream(BundleStreamParts parts) : parts_(std::move(parts)) {}

BundleStream::~BundleStream() { Stop(); }

void BundleStream::Start() {
  parts_.acknowledgements.SetListener([this] { OnAcknowledgement(); });
  thread_ = std::thread([this] { KeepOn(); });
}

void BundleStream::Stop() {
  if (!thread_.joinable()) return;
  {
    const absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  thread_.join();
  parts_.acknowledgements.SetListener({});
}

BundleStream::State BundleStream::state() const {
  const absl::MutexLock lock(&mu_);
  return state_;
}

void BundleStream::KeepOn() {
  Backoff backoff(kFirstRetry, kLongestRetry);
  while (true) {
    const absl::Status ended = RunSession();
    if (!ended.ok()) TellOfEnd(ended);
    const absl::MutexLock lock(&mu_);
    if (std::exchange(state_.connected, false)) backoff.Reset();
    const absl::Duration wait = ended.ok() ? absl::ZeroDuration() : backoff.Next();
    if (mu_.AwaitWithTimeout(absl::Condition(&stopping_), wait)) return;
  }
}

// OK: ended by ourselves, to connect again with a newer certificate, or at
// Stop().
absl::Status BundleStream::RunSession() {
  ca::WorkloadCertificatePtr certificate = parts_.certificate();
  if (certificate == nullptr || !certificate->ValidAt(parts_.clock.Now())) {
    return absl::FailedPreconditionError("there is no valid certificate to connect with");
  }
  const absl::Time renew_at = certificate->leaf().not_after() -
                              (certificate->leaf().not_after() - certificate->received) * kLifeLeft;
  const auto session = std::make_shared<Session>(*this, certificate);
  {
    const absl::MutexLock lock(&mu_);
    session_ = session;
  }
  session->Start();
  bool by_us = false;
  while (!session->WaitForEnd(kLook)) {
    const bool outdated = parts_.clock.Now() >= renew_at && parts_.certificate() != certificate;
    const absl::MutexLock lock(&mu_);
    by_us = by_us || outdated || stopping_;
    if (by_us) session->Cancel();
  }
  {
    const absl::MutexLock lock(&mu_);
    session_ = nullptr;
  }
  if (by_us) return absl::OkStatus();
  const absl::Status end = session->end();
  return end.ok() ? absl::UnavailableError("the control plane ended the stream") : end;
}

void BundleStream::TellOfEnd(const absl::Status& why) {
  const absl::MutexLock lock(&mu_);
  std::string trouble(why.message());
  if (!state_.connected && trouble == told_) return;
  told_ = std::move(trouble);
  spdlog::warn("trust bundle: the stream {}: {}; keeping what there is",
               state_.connected ? "broke" : "cannot be had", told_);
}

void BundleStream::OnAcknowledgement() {
  std::shared_ptr<Session> session;
  {
    const absl::MutexLock lock(&mu_);
    session = session_;
  }
  if (session != nullptr) session->Acknowledge();
}

void BundleStream::NoteTaken(const std::string& version) {
  const absl::MutexLock lock(&mu_);
  if (!state_.connected) spdlog::info("trust bundle: the control plane's stream is up");
  state_.connected = true;
  state_.version = version;
}

void BundleStream::NoteAcknowledged(const std::string& version) {
  const absl::MutexLock lock(&mu_);
  state_.acknowledged = version;
}

}  // namespace binnacle::agent
