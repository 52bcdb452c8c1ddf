// bench/ca_service.cc
//
// How many certificates per second can be had over gRPC with TLS on both sides,
// each written to the issuance log on the disk before it is given out; beside
// what OpenSSL alone could do on the same core in the same run.
//
//   ca_service [SECONDS [OUTSTANDING]]     prints one line of JSON
//
// The server is a process of its own on core 0; the client, on core 1, keeps
// OUTSTANDING calls under way on four connections, all with one CSR. Rounds of
// OpenSSL alone and of calls are taken in turn, so that a noisy neighbour slows
// both alike. The log is in $TMPDIR (or /tmp).
//
// "ratio" is of rates. "cpu_ratio" compares the processor time of a signature and
// a check to the server's for a certificate, which says more where others use
// the machine too.
//
// Bar: half of the limit, which is 1 / (1 / signs + 1 / checks).

#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "ca/authority.h"
#include "ca/certificate_service.h"
#include "ca/mesh_authenticator.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "proto/ca/certificate_service.grpc.pb.h"

namespace binnacle {
namespace {

namespace api = istio::v1::auth;

constexpr int kRounds = 5;
constexpr int kConnections = 4;
constexpr int kServerCore = 0;
constexpr int kClientCore = 1;

[[noreturn]] void Fail(const std::string& why) {
  std::fprintf(stderr, "ca_service: %s\n", why.c_str());
  std::exit(1);
}

template <typename T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) Fail(result.status().ToString());
  return *std::move(result);
}

void StayOn(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  sched_setaffinity(0, sizeof(set), &set);
}

double SecondsOf(const timespec& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double ThreadCpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return SecondsOf(time);
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// A directory of the run's own.
class ScratchDirectory {
 public:
  ScratchDirectory() : path_(std::filesystem::temp_directory_path() / "ca_service_XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) Fail("no directory can be made");
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The authority, and all that its client needs. Made before the processes part.
struct Mesh {
  ca::DirectoryStorage storage;
  ca::SystemClock clock;
  std::unique_ptr<ca::Authority> authority;
  ca::PrivateKey key = Must(ca::PrivateKey::Generate(ca::KeyAlgorithm::kEcP256));
  std::string csr;
  std::string chain;

  explicit Mesh(const std::string& directory)
      : storage(Must(ca::DirectoryStorage::Open(directory))),
        authority(Must(ca::Authority::Open({}, storage, clock))) {
    const auto id = Must(ca::SpiffeId::Make("cluster.local", "production", "wordpress"));
    csr = Must(ca::CertificateRequest::Make(key, id));
    const auto issued = Must(
        authority->IssueSvid(Must(ca::CertificateRequest::Parse(csr)), id, absl::ZeroDuration()));
    chain = absl::StrJoin(issued.chain, "");
  }
};

std::shared_ptr<grpc::ServerCredentials> ServerTls(const Mesh& mesh) {
  namespace tls = grpc::experimental;
  const auto key = Must(ca::PrivateKey::Generate(ca::KeyAlgorithm::kEcP256));
  const auto own = Must(mesh.authority->IssueServing(key, {"localhost"}, absl::Hours(1)));
  tls::TlsServerCredentialsOptions options(std::make_shared<tls::StaticDataCertificateProvider>(
      "",
      std::vector<tls::IdentityKeyCertPair>{{key.ToPem().text(), absl::StrJoin(own.chain, "")}}));
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_BUT_DONT_VERIFY);
  return tls::TlsServerCredentials(options);
}

// In a process of its own: tells its port, and serves until it is killed.
[[noreturn]] void Serve(const Mesh& mesh, const std::string& directory, int port_to) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  StayOn(kServerCore);
  const auto log = Must(ca::IssuanceLog::Open(directory + "/issued.db"));
  const auto authenticator = ca::NewMeshAuthenticator(
      {"cluster.local", {}, [&] { return mesh.authority->bundle(); }, {}}, mesh.clock);
  ca::IssuanceLimit limit({1e9, 1e9, 1e9, 1e9}, mesh.clock);
  ca::CertificateService service(
      {*mesh.authority, *authenticator, *log, limit, mesh.clock, nullptr, /*threads=*/1});
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", ServerTls(mesh), &port);
  builder.RegisterService(service.service());
  const auto server = builder.BuildAndStart();
  if (server == nullptr || write(port_to, &port, sizeof(port)) != sizeof(port)) Fail("no server");
  for (;;) pause();
}

class ServerProcess {
 public:
  ServerProcess(const Mesh& mesh, const std::string& directory) {
    int ends[2];
    if (pipe(ends) != 0) Fail("no pipe");
    pid_ = fork();
    if (pid_ == 0) Serve(mesh, directory, ends[1]);
    close(ends[1]);
    if (read(ends[0], &port_, sizeof(port_)) != sizeof(port_)) Fail("the server did not start");
    close(ends[0]);
  }
  ~ServerProcess() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  int port() const { return port_; }
  // Of all its threads.
  double CpuSeconds() const {
    clockid_t clock = 0;
    timespec time{};
    if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &time) != 0)
      Fail("no clock");
    return SecondsOf(time);
  }

 private:
  pid_t pid_ = 0;
  int port_ = 0;
};

// As `openssl speed` does it: one prepared context, a digest of 32 bytes.
class RawOpenSsl {
 public:
  explicit RawOpenSsl(const ca::PrivateKey& key)
      : signing_(EVP_PKEY_CTX_new(key.get(), nullptr)),
        checking_(EVP_PKEY_CTX_new(key.get(), nullptr)) {
    if (EVP_PKEY_sign_init(signing_.get()) != 1 || EVP_PKEY_verify_init(checking_.get()) != 1) {
      Fail(ca::TakeOpenSslErrors());
    }
  }

  struct Result {
    double per_second = 0;
    double cpu_us_each = 0;
  };
  // One signature and one check of it, again and again.
  Result Run(double seconds) {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    const double cpu_start = ThreadCpuSeconds();
    double calls = 0;
    std::chrono::duration<double> passed{};
    for (; passed.count() < seconds; passed = Clock::now() - start, ++calls) Once();
    return {calls / passed.count(), (ThreadCpuSeconds() - cpu_start) * 1e6 / calls};
  }

 private:
  void Once() {
    size_t size = signature_.size();
    if (EVP_PKEY_sign(signing_.get(), signature_.data(), &size, digest_.data(), digest_.size()) !=
            1 ||
        EVP_PKEY_verify(checking_.get(), signature_.data(), size, digest_.data(), digest_.size()) !=
            1) {
      Fail(ca::TakeOpenSslErrors());
    }
  }

  ca::EvpKeyContextPtr signing_;
  ca::EvpKeyContextPtr checking_;
  std::array<unsigned char, 32> digest_ = {1, 2, 3};
  std::array<unsigned char, 80> signature_ = {};
};

// Keeps calls under way for a while, and notes how long each took.
class Load {
 public:
  Load(const Mesh& mesh, int port, int outstanding) : outstanding_(outstanding) {
    request_.set_csr(mesh.csr);
    grpc::SslCredentialsOptions tls{mesh.authority->bundle()->pem(), mesh.key.ToPem().text(),
                                    mesh.chain};
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("localhost");
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    for (int i = 0; i < kConnections; ++i) {
      stubs_.push_back(api::IstioCertificateService::NewStub(grpc::CreateCustomChannel(
          absl::StrCat("127.0.0.1:", port), grpc::SslCredentials(tls), arguments)));
    }
  }

  struct Result {
    double per_second = 0;
    std::vector<double> milliseconds;  // of each call, sorted
  };
  Result Run(double seconds) ABSL_LOCKS_EXCLUDED(mu_) {
    const auto start = std::chrono::steady_clock::now();
    end_ = start + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                       std::chrono::duration<double>(seconds));
    {
      absl::MutexLock lock(&mu_);
      milliseconds_.clear();
      under_way_ = outstanding_;
    }
    for (int i = 0; i < outstanding_; ++i) Ask(*stubs_[static_cast<size_t>(i % kConnections)]);
    const auto ended = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return under_way_ == 0; };
    absl::MutexLock lock(&mu_, absl::Condition(&ended));
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    std::sort(milliseconds_.begin(), milliseconds_.end());
    return {static_cast<double>(milliseconds_.size()) / passed.count(), milliseconds_};
  }

 private:
  struct Call {
    grpc::ClientContext context;
    api::IstioCertificateResponse response;
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  };

  void Ask(api::IstioCertificateService::Stub& stub) {
    auto call = std::make_shared<Call>();
    stub.async()->CreateCertificate(
        &call->context, &request_, &call->response,
        [this, call, &stub](const grpc::Status& status) { Answered(stub, *call, status); });
  }

  void Answered(api::IstioCertificateService::Stub& stub, const Call& call,
                const grpc::Status& status) ABSL_LOCKS_EXCLUDED(mu_) {
    if (!status.ok() || call.response.cert_chain_size() < 2) Fail(status.error_message());
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double, std::milli> took = now - call.start;
    const bool again = now < end_;
    {
      absl::MutexLock lock(&mu_);
      milliseconds_.push_back(took.count());
      if (!again) --under_way_;
    }
    if (again) Ask(stub);
  }

  const int outstanding_;
  api::IstioCertificateRequest request_;
  std::vector<std::unique_ptr<api::IstioCertificateService::Stub>> stubs_;
  std::chrono::steady_clock::time_point end_;
  absl::Mutex mu_;
  int under_way_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<double> milliseconds_ ABSL_GUARDED_BY(mu_);
};

double At(const std::vector<double>& sorted, double part) {
  return sorted[static_cast<size_t>(part * static_cast<double>(sorted.size() - 1))];
}

int Run(double seconds, int outstanding) {
  const ScratchDirectory directory;
  const Mesh mesh(directory.path() + "/ca");
  const ServerProcess server(mesh, directory.path());  // before gRPC has threads here
  RawOpenSsl raw(mesh.key);
  StayOn(kClientCore);
  // Never destroyed: gRPC 1.51 now and then corrupts its heap when its last
  // channel goes just after that channel's last call.
  static Load& load = *new Load(mesh, server.port(), outstanding);
  load.Run(0.2);  // connections, caches

  std::vector<double> limits;
  std::vector<double> raw_cpu;
  std::vector<double> rates;
  std::vector<double> ratios;
  std::vector<double> milliseconds;
  const double cpu_before = server.CpuSeconds();
  for (int round = 0; round < kRounds; ++round) {
    StayOn(kServerCore);  // this thread alone; the server has nothing to do now
    const auto alone = raw.Run(seconds / kRounds / 2);
    StayOn(kClientCore);
    const auto result = load.Run(seconds / kRounds);
    limits.push_back(alone.per_second);
    raw_cpu.push_back(alone.cpu_us_each);
    rates.push_back(result.per_second);
    ratios.push_back(rates.back() / limits.back());
    milliseconds.insert(milliseconds.end(), result.milliseconds.begin(), result.milliseconds.end());
  }
  const double cpu =
      (server.CpuSeconds() - cpu_before) * 1e6 / static_cast<double>(milliseconds.size());
  std::sort(milliseconds.begin(), milliseconds.end());
  std::printf(
      "{\"limit\": %.0f, \"certificates_per_second\": %.0f, \"ratio\": %.3f, "
      "\"openssl_cpu_us_each\": %.1f, \"server_cpu_us_each\": %.1f, \"cpu_ratio\": %.3f, "
      "\"outstanding\": %d, \"p50_ms\": %.2f, \"p99_ms\": %.2f, \"max_ms\": %.2f}\n",
      Median(limits), Median(rates), Median(ratios), Median(raw_cpu), cpu, Median(raw_cpu) / cpu,
      outstanding, At(milliseconds, 0.5), At(milliseconds, 0.99), milliseconds.back());
  return 0;
}

}  // namespace
}  // namespace binnacle

int main(int argc, char** argv) {
  // As binnacled does.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  double seconds = 5;
  int outstanding = 256;
  if (argc > 3 || (argc > 1 && (!absl::SimpleAtod(argv[1], &seconds) || seconds <= 0)) ||
      (argc > 2 && (!absl::SimpleAtoi(argv[2], &outstanding) || outstanding <= 0))) {
    std::fprintf(stderr, "usage: ca_service [SECONDS [OUTSTANDING]]\n");
    return 2;
  }
  return binnacle::Run(seconds, outstanding);
}
