#include "agent/sds_service.h"

#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <chrono>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "agent/server_address.h"
#include "envoy/service/secret/v3/sds.grpc.pb.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"
#include "openssl/crypto.h"

namespace binnacle::agent {
namespace {

using grpc::CallbackServerContext;

// Private keys must not stay behind in messages that were sent.
void Forget(DiscoveryResponse& response) {
  for (auto& resource : *response.mutable_resources()) {
    OPENSSL_cleanse(resource.mutable_value()->data(), resource.value().size());
  }
}
void Forget(DeltaDiscoveryResponse& response) {
  for (auto& resource : *response.mutable_resources()) {
    std::string& value = *resource.mutable_resource()->mutable_value();
    OPENSSL_cleanse(value.data(), value.size());
  }
}

// One stream of Envoy's, from its first request to OnDone().
//
// Owner    itself: OnDone() deletes it.
// Threads  reactions run on gRPC's threads, Offer() on whoever puts a secret.
template <typename Request, typename Response>
class SdsStream final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  explicit SdsStream(const SdsParts& parts)
      : store_(parts.store), subscription_(parts.store, parts.source, parts.acknowledgements) {
    watcher_ = store_.Watch([this] { Offer(); });
    this->StartRead(&request_);
  }

  void OnReadDone(bool ok) override ABSL_LOCKS_EXCLUDED(mu_) {
    const absl::MutexLock lock(&mu_);
    if (!ok) FinishLocked(grpc::Status::OK);
    if (finished_) return;
    if (const absl::Status read = subscription_.OnRequest(request_); !read.ok()) {
      return FinishLocked({grpc::StatusCode::INVALID_ARGUMENT, std::string(read.message())});
    }
    WriteNextLocked();
    this->StartRead(&request_);
  }

  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mu_) {
    const absl::MutexLock lock(&mu_);
    Forget(response_);
    writing_ = false;
    if (!ok) return FinishLocked(grpc::Status::OK);
    WriteNextLocked();
  }

  void OnCancel() override ABSL_LOCKS_EXCLUDED(mu_) {
    const absl::MutexLock lock(&mu_);
    FinishLocked(grpc::Status::CANCELLED);
  }

  void OnDone() override {
    store_.Unwatch(watcher_);              // after this, no Offer() can come
    { const absl::MutexLock wait(&mu_); }  // whoever finished it has let go
    delete this;
  }

 private:
  void Offer() ABSL_LOCKS_EXCLUDED(mu_) {
    const absl::MutexLock lock(&mu_);
    WriteNextLocked();
  }

  void WriteNextLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (finished_ || writing_ || !subscription_.Next(response_)) return;
    writing_ = true;
    this->StartWrite(&response_);
  }

  void FinishLocked(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (finished_) return;
    finished_ = true;
    this->Finish(status);
  }

  SecretStore& store_;
  uint64_t watcher_ = 0;
  absl::Mutex mu_;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  SdsSubscription subscription_ ABSL_GUARDED_BY(mu_);
  Request request_;    // gRPC's from StartRead to OnReadDone
  Response response_;  // gRPC's from StartWrite to OnWriteDone
};

using Spec = envoy::service::secret::v3::SecretDiscoveryService;
using Base = Spec::WithCallbackMethod_StreamSecrets<
    Spec::WithCallbackMethod_DeltaSecrets<Spec::WithCallbackMethod_FetchSecrets<Spec::Service>>>;

}  // namespace

class SdsService::Service final : public Base {
 public:
  explicit Service(const SdsParts& parts) : parts_(parts) {}

  grpc::ServerBidiReactor<DiscoveryRequest, DiscoveryResponse>* StreamSecrets(
      CallbackServerContext* /*context*/) override {
    return new SdsStream<DiscoveryRequest, DiscoveryResponse>(parts_);
  }
  grpc::ServerBidiReactor<DeltaDiscoveryRequest, DeltaDiscoveryResponse>* DeltaSecrets(
      CallbackServerContext* /*context*/) override {
    return new SdsStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>(parts_);
  }

 private:
  const SdsParts parts_;
};

SdsService::SdsService(const SdsParts& parts) : service_(std::make_unique<Service>(parts)) {}

SdsService::~SdsService() { Stop(); }

absl::Status SdsService::Start(const std::string& socket_path) {
  if (socket_path.size() >= sizeof(sockaddr_un{}.sun_path)) {
    return absl::InvalidArgumentError(absl::StrCat(
        socket_path, ": too long for a Unix socket (", sizeof(sockaddr_un{}.sun_path) - 1,
        " bytes at most); choose a shorter --state-dir"));
  }
  grpc::ServerBuilder builder;
  int bound = 0;
  builder.AddListeningPort("unix:" + socket_path, grpc::InsecureServerCredentials(), &bound);
  builder.RegisterService(service_.get());
  const mode_t before = umask(S_IRWXG | S_IRWXO | S_IXUSR);
  server_ = builder.BuildAndStart();
  umask(before);
  if (server_ == nullptr || bound == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", socket_path));
  }
  if (chmod(socket_path.c_str(), S_IRUSR | S_IWUSR) != 0) {
    return absl::ErrnoToStatus(errno, socket_path);
  }
  return absl::OkStatus();
}

void SdsService::Stop() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(500));
  server_->Wait();
  server_ = nullptr;
}

}  // namespace binnacle::agent
