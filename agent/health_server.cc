#include "agent/health_server.h"

#include <sys/socket.h>

#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "httplib.h"

namespace binnacle::agent {
namespace {

constexpr int kThreads = 2;
constexpr char kText[] = "text/plain; charset=utf-8";
constexpr char kMetricsText[] = "text/plain; version=0.0.4; charset=utf-8";

void Answer(httplib::Response& response, int status, const std::string& text) {
  response.status = status;
  response.set_content(text + "\n", kText);
}

}  // namespace

class HealthServer::Http {
 public:
  explicit Http(HealthParts parts) : parts_(std::move(parts)) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server_.set_read_timeout(std::chrono::seconds(5));
    server_.set_keep_alive_timeout(1);
    // httplib's default lets two servers share a port, each seeing half.
    server_.set_socket_options([](int socket) {
      const int on = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    });
    server_.Get("/healthz/ready", [this](const auto&, auto& response) { Ready(response); });
    server_.Get("/healthz/live",
                [](const auto&, auto& response) { Answer(response, 200, "live"); });
    server_.Get("/metrics", [this](const auto&, auto& response) {
      response.set_content(parts_.metrics(), kMetricsText);
    });
  }

  absl::StatusOr<HostPort> Start(const HostPort& address) {
    const int port = address.port == 0
                         ? server_.bind_to_any_port(address.host)
                         : (server_.bind_to_port(address.host, address.port) ? address.port : -1);
    if (port <= 0) {
      return absl::UnavailableError(
          absl::StrCat("cannot listen on ", address.ToString(), " for health checks"));
    }
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    return HostPort{address.host, static_cast<uint16_t>(port)};
  }

  void Stop() {
    if (!thread_.joinable()) return;
    // Until it runs it does not hear stop().
    while (!server_.is_running()) std::this_thread::yield();
    server_.stop();
    thread_.join();
  }

 private:
  void Ready(httplib::Response& response) {
    const absl::Status ready = parts_.ready();
    if (!ready.ok()) return Answer(response, 503, std::string(ready.message()));
    const std::string detail = parts_.detail();
    Answer(response, 200, detail.empty() ? "ready" : absl::StrCat("ready; ", detail));
  }

  const HealthParts parts_;
  httplib::Server server_;
  std::thread thread_;
};

HealthServer::HealthServer(HealthParts parts) : http_(std::make_unique<Http>(std::move(parts))) {}
HealthServer::~HealthServer() { Stop(); }

absl::StatusOr<HostPort> HealthServer::Start(const HostPort& address) {
  return http_->Start(address);
}

void HealthServer::Stop() { http_->Stop(); }

}  // namespace binnacle::agent
