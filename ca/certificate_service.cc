#include "ca/certificate_service.h"

#include <pthread.h>

#include <algorithm>
#include <deque>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "ca/certificate_request.h"
#include "ca/request_metadata.h"
#include "proto/ca/certificate_service.grpc.pb.h"

namespace binnacle::ca {
namespace {

namespace api = istio::v1::auth;

// From arrival to answer. More would only wait longer than agents do.
constexpr size_t kMaxCalls = 4096;

// gRPC's "ipv4:10.0.0.1:4711" and "ipv6:%5B::1%5D:4711".
std::string PeerAddress(const grpc::ServerContextBase& context) {
  const std::string peer = context.peer();
  absl::string_view address = peer;
  absl::ConsumePrefix(&address, "ipv4:");
  if (!absl::ConsumePrefix(&address, "ipv6:")) return std::string(address);
  std::string text(address);
  for (const auto& [code, plain] : {std::pair("%5B", "["), std::pair("%5D", "]")}) {
    if (const size_t at = text.find(code); at != std::string::npos) text.replace(at, 3, plain);
  }
  return text;
}

// What goes wrong on our side is for the operator.
absl::Status NotMade(const absl::Status& status) {
  if (absl::IsInvalidArgument(status)) return status;
  return WithReason(absl::InternalError("the certificate could not be made"),
                    absl::StrCat("the certificate could not be made: ", status.ToString()));
}

}  // namespace

class CertificateService::Impl final : public api::IstioCertificateService::CallbackService {
 public:
  explicit Impl(CertificateServiceParts parts);
  ~Impl() override { Stop(); }

  grpc::ServerUnaryReactor* CreateCertificate(grpc::CallbackServerContext* context,
                                              const api::IstioCertificateRequest* request,
                                              api::IstioCertificateResponse* response) override;
  void Stop() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  class Call;

  // Whether `call` will be worked on; if not, whoever asks answers it.
  absl::Status Admit(std::shared_ptr<Call> call) ABSL_LOCKS_EXCLUDED(mu_);
  void Leave() ABSL_LOCKS_EXCLUDED(mu_);
  void Work() ABSL_LOCKS_EXCLUDED(mu_);

  const CertificateServiceParts parts_;
  absl::Mutex mu_;
  std::deque<std::shared_ptr<Call>> waiting_ ABSL_GUARDED_BY(mu_);
  size_t calls_ ABSL_GUARDED_BY(mu_) = 0;  // admitted and not yet answered
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::thread> threads_;
};

// One call, from its arrival to its answer.
//
// Owner    whoever works on it: the queue, a worker, the log.
// Threads  one after another. What is gRPC's is gone after Finish().
class CertificateService::Impl::Call : public std::enable_shared_from_this<Call> {
 public:
  // Its reactor is the context's own: for one that reacts to nothing, gRPC needs
  // no other thread to tell it that the call is done.
  Call(Impl& service, grpc::CallbackServerContext& context,
       const api::IstioCertificateRequest& request, api::IstioCertificateResponse& response)
      : service_(service),
        parts_(service.parts_),
        context_(context),
        request_(request),
        response_(response),
        reactor_(*context.DefaultReactor()),
        arrived_(absl::Now()) {}

  grpc::ServerUnaryReactor* reactor() const { return &reactor_; }
  // Not admitted.
  void Refuse(const absl::Status& status) {
    event_.peer = PeerAddress(context_);
    Finish(status);
  }
  // On a worker: to the hand-over to the log, or to an answer.
  void Work();
  void Answer(const absl::Status& status);

 private:
  absl::StatusOr<Caller> Authenticate();
  absl::StatusOr<IssuanceRecord> Issue(const Caller& caller);
  void Written(const absl::Status& status);
  void Finish(const absl::Status& status);

  Impl& service_;
  const CertificateServiceParts& parts_;
  grpc::CallbackServerContext& context_;
  const api::IstioCertificateRequest& request_;
  api::IstioCertificateResponse& response_;
  grpc::ServerUnaryReactor& reactor_;
  const absl::Time arrived_;
  IssuanceEvent event_;
  std::vector<std::string> chain_;  // not in the response before it is written down
};

void CertificateService::Impl::Call::Work() {
  event_.peer = PeerAddress(context_);
  if (context_.IsCancelled()) return Answer(absl::CancelledError("the caller has gone"));
  const auto caller = Authenticate();
  if (!caller.ok()) return Answer(caller.status());
  auto record = Issue(*caller);
  if (!record.ok()) return Answer(record.status());
  parts_.log.Append(*std::move(record), [self = shared_from_this()](const absl::Status& status) {
    self->Written(status);
  });
}

absl::StatusOr<Caller> CertificateService::Impl::Call::Authenticate() {
  auto caller = parts_.authenticator.Authenticate(CredentialsOf(context_));
  if (!caller.ok()) return caller;
  event_.identity = caller->id.ToString();
  const std::string& ours = parts_.authority.options().trust_domain;
  if (caller->id.trust_domain() != ours) {
    return WithReason(absl::PermissionDeniedError("the credential is not valid here"),
                      absl::StrCat("identity of trust domain ", caller->id.trust_domain(),
                                   ", the authority is of ", ours));
  }
  return caller;
}

absl::StatusOr<IssuanceRecord> CertificateService::Impl::Call::Issue(const Caller& caller) {
  auto metadata = ReadRequestMetadata(request_.metadata(), caller.id);
  if (!metadata.ok()) return metadata.status();
  event_.node = std::move(metadata->node);
  if (auto taken = parts_.limit.Take(event_.identity); !taken.ok()) return taken;
  const auto csr = CertificateRequest::Parse(request_.csr());
  if (!csr.ok()) return csr.status();
  auto issued =
      parts_.authority.IssueSvid(*csr, caller.id, absl::Seconds(request_.validity_duration()));
  if (!issued.ok()) return NotMade(issued.status());

  event_.serial = issued->certificate.serial();
  chain_ = std::move(issued->chain);
  IssuanceRecord record;
  record.serial = event_.serial;
  record.identity = event_.identity;
  record.caller = caller.credential;
  record.peer = event_.peer;
  record.node = event_.node;
  record.fingerprint = issued->certificate.fingerprint();
  record.issuer_fingerprint = issued->issuer_fingerprint;
  record.issued_at = parts_.clock.Now();
  record.not_before = issued->certificate.not_before();
  record.not_after = issued->certificate.not_after();
  return record;
}

void CertificateService::Impl::Call::Written(const absl::Status& status) {
  if (!status.ok()) {
    event_.serial.clear();  // nobody has it
    return Answer(WithReason(
        absl::UnavailableError("the certificate could not be written down; none is given out"),
        status.message()));
  }
  for (std::string& pem : chain_) response_.add_cert_chain(std::move(pem));
  Answer(status);
}

void CertificateService::Impl::Call::Finish(const absl::Status& status) {
  event_.code = static_cast<grpc::StatusCode>(status.code());
  if (!status.ok()) event_.reason = ReasonForOperator(status);
  event_.took = absl::Now() - arrived_;
  if (parts_.observer) parts_.observer(event_);
  reactor_.Finish(status.ok() ? grpc::Status::OK
                              : grpc::Status(event_.code, std::string(status.message())));
}

void CertificateService::Impl::Call::Answer(const absl::Status& status) {
  Finish(status);
  service_.Leave();
}

CertificateService::Impl::Impl(CertificateServiceParts parts) : parts_(std::move(parts)) {
  int threads = parts_.threads;
  if (threads <= 0) threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

grpc::ServerUnaryReactor* CertificateService::Impl::CreateCertificate(
    grpc::CallbackServerContext* context, const api::IstioCertificateRequest* request,
    api::IstioCertificateResponse* response) {
  const auto call = std::make_shared<Call>(*this, *context, *request, *response);
  // Once admitted it may be answered at any time.
  if (auto admitted = Admit(call); !admitted.ok()) call->Refuse(admitted);
  return call->reactor();
}

absl::Status CertificateService::Impl::Admit(std::shared_ptr<Call> call) {
  absl::MutexLock lock(&mu_);
  if (stopped_) return absl::UnavailableError("the certificate service is stopping");
  if (calls_ >= kMaxCalls) {
    return absl::ResourceExhaustedError("too many requests for certificates are waiting");
  }
  ++calls_;
  waiting_.push_back(std::move(call));
  return absl::OkStatus();
}

void CertificateService::Impl::Leave() {
  absl::MutexLock lock(&mu_);
  --calls_;
}

void CertificateService::Impl::Work() {
  pthread_setname_np(pthread_self(), "ca-sign");
  const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return stopped_ || !waiting_.empty();
  };
  for (;;) {
    mu_.LockWhen(absl::Condition(&ready));
    if (waiting_.empty()) return mu_.Unlock();
    const std::shared_ptr<Call> call = std::move(waiting_.front());
    waiting_.pop_front();
    const bool stopped = stopped_;
    mu_.Unlock();
    if (stopped) {
      call->Answer(absl::UnavailableError("the certificate service is stopping"));
    } else {
      call->Work();
    }
  }
}

void CertificateService::Impl::Stop() {
  {
    absl::MutexLock lock(&mu_);
    stopped_ = true;
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
  // Those that the log still has.
  const auto answered = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return calls_ == 0; };
  absl::MutexLock lock(&mu_, absl::Condition(&answered));
}

CertificateService::CertificateService(CertificateServiceParts parts)
    : impl_(std::make_unique<Impl>(std::move(parts))) {}

CertificateService::~CertificateService() = default;

grpc::Service* CertificateService::service() { return impl_.get(); }

void CertificateService::Stop() { impl_->Stop(); }

}  // namespace binnacle::ca
