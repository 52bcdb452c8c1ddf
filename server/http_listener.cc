#include "server/http_listener.h"

#include <sys/socket.h>

#include <chrono>
#include <exception>

#include "absl/strings/str_cat.h"
#include "server/http_answer.h"

namespace binnacle::server {
namespace {

constexpr size_t kMaxRequestBody = 1 << 20;
constexpr std::chrono::seconds kReadPatience(5);

}  // namespace

HttpListener::HttpListener(httplib::Server& http, int threads) : http_(http) {
  http.new_task_queue = [threads] { return new httplib::ThreadPool(threads); };
  http.set_payload_max_length(kMaxRequestBody);
  http.set_keep_alive_timeout(1);  // Stop() waits for idle connections
  http.set_read_timeout(kReadPatience);
  http.set_socket_options([](int socket) {
    // Not SO_REUSEPORT, which the library's default sets: a second server on
    // the port must fail.
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  });
  http.set_exception_handler(
      [](const httplib::Request&, httplib::Response& response, const std::exception_ptr&) {
        Answer(response, {{"error", "internal error"}}, 500);
      });
}

absl::StatusOr<std::string> HttpListener::Bind(HostPort address, absl::string_view what_for) {
  const std::string wanted = address.ToString();
  if (address.port == 0) {
    address.port = http_.bind_to_any_port(address.host);
  } else if (!http_.bind_to_port(address.host, address.port)) {
    address.port = -1;
  }
  if (address.port > 0) return address.ToString();
  return absl::UnavailableError(absl::StrCat("cannot listen on ", wanted, " for ", what_for));
}

void HttpListener::Serve() {
  thread_ = std::thread([this] { http_.listen_after_bind(); });
}

bool HttpListener::Stop() {
  if (!thread_.joinable()) return false;
  // stop() does nothing before listen_after_bind() has begun.
  while (!http_.is_running()) std::this_thread::yield();
  http_.stop();
  thread_.join();
  return true;
}

}  // namespace binnacle::server
