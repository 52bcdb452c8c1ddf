// bench_stored_bytes: the limit. A gRPC server that knows nothing: it sends each
// proxy the stored responses to its first requests, from slices that all share.
// No control plane on this gRPC can be faster.
//
// Threads  gRPC's; a stream's state is behind its lock, the responses never change.

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "bench/stored_response.h"
#include "bench/wire.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"

namespace binnacle::bench {
namespace {

// DeltaDiscoveryRequest.
constexpr uint32_t kTypeUrl = 2;
constexpr uint32_t kNonce = 6;

using Responses = std::map<std::string, grpc::ByteBuffer>;  // by type URL

class StoredStream final : public grpc::ServerGenericBidiReactor {
 public:
  explicit StoredStream(const Responses& responses) : responses_(responses) {
    StartRead(&incoming_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Close();
    Answer();
    StartRead(&incoming_);
  }
  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mu_);
    writing_ = false;
    if (ok) WriteNext();
  }
  void OnCancel() override { Close(); }
  void OnDone() override {
    { absl::MutexLock wait(&mu_); }  // whoever called Finish() has let go
    delete this;
  }

 private:
  // The first request of a type is answered; acknowledgements are not.
  void Answer() {
    grpc::Slice whole;
    incoming_.DumpToSingleSlice(&whole);
    const absl::string_view request(reinterpret_cast<const char*>(whole.begin()), whole.size());
    if (!FieldOf(request, kNonce).empty()) return;
    const auto found = responses_.find(std::string(FieldOf(request, kTypeUrl)));
    if (found == responses_.end()) return;
    absl::MutexLock lock(&mu_);
    to_write_.push_back(&found->second);
    WriteNext();
  }
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (writing_ || finished_ || to_write_.empty()) return;
    outgoing_ = *to_write_.front();
    to_write_.erase(to_write_.begin());
    writing_ = true;
    StartWrite(&outgoing_);
  }
  void Close() {
    absl::MutexLock lock(&mu_);
    if (!std::exchange(finished_, true)) Finish(grpc::Status::OK);
  }

  const Responses& responses_;
  grpc::ByteBuffer incoming_;
  absl::Mutex mu_;
  std::vector<const grpc::ByteBuffer*> to_write_ ABSL_GUARDED_BY(mu_);
  grpc::ByteBuffer outgoing_;  // gRPC's from StartWrite to OnWriteDone
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
};

class StoredService final : public grpc::CallbackGenericService {
 public:
  explicit StoredService(const Responses& responses) : responses_(responses) {}

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new StoredStream(responses_);  // deletes itself
  }

 private:
  const Responses& responses_;
};

absl::StatusOr<Responses> Load(const std::string& path) {
  const auto stored = ReadStored(path);
  if (!stored.ok()) return stored.status();
  Responses responses;
  for (const std::string& bytes : *stored) {
    ScannedResponse response;
    if (!ScanResponse(bytes, /*delta=*/true, response)) continue;
    const grpc::Slice slice(bytes);
    responses.try_emplace(std::string(response.type_url), &slice, 1);
  }
  return responses;
}

int Serve(const std::string& file, const std::string& address) {
  const auto responses = Load(file);
  if (!responses.ok()) {
    std::fprintf(stderr, "bench_stored_bytes: %s\n", responses.status().ToString().c_str());
    return 1;
  }
  // Every thread waits with these blocked, so that sigwait() gets them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  StoredService service(*responses);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.SetMaxReceiveMessageSize(-1);
  builder.RegisterCallbackGenericService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) {
    std::fprintf(stderr, "bench_stored_bytes: cannot listen on %s\n", address.c_str());
    return 1;
  }
  std::printf("{\"port\": %d, \"pid\": %d}\n", port, static_cast<int>(getpid()));
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ends, &signal);
  server->Shutdown(std::chrono::system_clock::now());
  return 0;
}

}  // namespace
}  // namespace binnacle::bench

// CLI11 throws while options are declared only if they were declared wrongly.
int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape)
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  CLI::App app("Sends stored configuration to whoever asks: what gRPC alone costs.",
               "bench_stored_bytes");
  app.footer(
      "Example:\n"
      "  bench_xds_load --address 127.0.0.1:21010 --save /tmp/stored open:1\n"
      "  bench_stored_bytes /tmp/stored --address 127.0.0.1:21011 &\n"
      "  bench_xds_load --address 127.0.0.1:21011 --server $! open:100 open:100");
  std::string file;
  std::string address = "127.0.0.1:0";
  app.add_option("FILE", file, "written by bench_xds_load --save (delta)")->required();
  app.add_option("--address", address, "to listen on; prints the port")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return binnacle::bench::Serve(file, address);
}
