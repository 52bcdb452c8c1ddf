#include "server/admin_socket.h"

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "httplib.h"
#include "server/authority_handlers.h"
#include "server/http_listener.h"

namespace binnacle::server {
namespace {

constexpr int kHttpThreads = 2;
// The library asks for a port even where there is none.
constexpr int kAnyPort = 1;

}  // namespace

class AdminSocket::Http {
 public:
  explicit Http(MeshAuthority& authority) {
    http_.set_address_family(AF_UNIX);
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
    listener_.Serve();
    return absl::OkStatus();
  }

  void Stop() {
    if (listener_.Stop()) unlink(path_.c_str());
  }

 private:
  httplib::Server http_;
  HttpListener listener_{http_, kHttpThreads};
  std::string path_;
};

AdminSocket::AdminSocket(MeshAuthority& authority) : http_(std::make_unique<Http>(authority)) {}

AdminSocket::~AdminSocket() { Stop(); }

absl::Status AdminSocket::Start(const std::string& path) { return http_->Start(path); }

void AdminSocket::Stop() { http_->Stop(); }

}  // namespace binnacle::server
