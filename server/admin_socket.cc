#include "server/admin_socket.h"

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "httplib.h"
#include "server/authority_handlers.h"
#include "server/http_answer.h"

namespace binnacle::server {
namespace {

constexpr int kHttpThreads = 2;
constexpr size_t kMaxRequestBody = 1 << 20;
// The library asks for a port even where there is none.
constexpr int kAnyPort = 1;

}  // namespace

class AdminSocket::Http {
 public:
  explicit Http(MeshAuthority& authority) {
    http_.new_task_queue = [] { return new httplib::ThreadPool(kHttpThreads); };
    http_.set_payload_max_length(kMaxRequestBody);
    http_.set_keep_alive_timeout(1);  // Stop() waits for idle connections
    http_.set_read_timeout(std::chrono::seconds(5));
    http_.set_address_family(AF_UNIX);
    http_.set_exception_handler(
        [](const httplib::Request&, httplib::Response& response, const std::exception_ptr&) {
          Answer(response, {{"error", "internal error"}}, 500);
        });
    AddAuthorityOrders(http_, authority);
  }

  absl::Status Start(const std::string& path) {
    if (path.size() >= sizeof(sockaddr_un::sun_path)) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": too long for a socket (", sizeof(sockaddr_un::sun_path) - 1,
                       " characters at most); choose a shorter --data-dir"));
    }
    unlink(path.c_str());
    // Made for its owner alone from the first moment on.
    const mode_t before = umask(S_IRWXG | S_IRWXO | S_IXUSR);
    const bool bound = http_.bind_to_port(path, kAnyPort);
    umask(before);
    if (!bound) return absl::UnavailableError(absl::StrCat("cannot listen on ", path));
    path_ = path;
    thread_ = std::thread([this] { http_.listen_after_bind(); });
    return absl::OkStatus();
  }

  void Stop() {
    if (!thread_.joinable()) return;
    // stop() does nothing before listen_after_bind() has begun.
    while (!http_.is_running()) std::this_thread::yield();
    http_.stop();
    thread_.join();
    unlink(path_.c_str());
  }

 private:
  httplib::Server http_;
  std::string path_;
  std::thread thread_;
};

AdminSocket::AdminSocket(MeshAuthority& authority) : http_(std::make_unique<Http>(authority)) {}

AdminSocket::~AdminSocket() { Stop(); }

absl::Status AdminSocket::Start(const std::string& path) { return http_->Start(path); }

void AdminSocket::Stop() { http_->Stop(); }

}  // namespace binnacle::server
