#include "tests/ctl/admin_stub.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <utility>

#include "ctl/json.h"
#include "ctl/json_field.h"

namespace binnacle::ctl {
namespace {

std::string Recorded(const std::string& name) {
  std::ifstream file(std::string(BINNACLE_CTL_RECORDED) + "/" + name + ".json");
  return {std::istreambuf_iterator<char>(file), {}};
}

bool Fits(const Json& object, const httplib::Request& request) {
  const auto asks = [&](const char* parameter, const std::string& value) {
    return !request.has_param(parameter) || request.get_param_value(parameter) == value;
  };
  return asks("kind", Text(object, "kind")) && asks("name", Text(object, "metadata.name")) &&
         asks("namespace", Text(object, "metadata.namespace"));
}

void AnswerObjects(const httplib::Request& request, httplib::Response& response) {
  Json fitting = Json::array();
  for (const Json& object : Json::parse(Recorded("objects"))) {
    if (Fits(object, request)) fitting.push_back(object);
  }
  response.set_content(fitting.dump(), "application/json");
}

void AnswerResources(const std::string& type, const httplib::Request& request,
                     httplib::Response& response) {
  Json resources = Json::parse(Recorded(type));
  if (request.get_param_value("proxy") != "reviews-v1.default") resources = Json::array();
  for (Json& resource : resources) {
    if (!request.has_param("origins")) resource.erase("origins");
  }
  response.set_content(resources.dump(), "application/json");
}

// A service by its host or the first labels of it, for a proxy that is connected.
void AnswerTlsCheck(const httplib::Request& request, httplib::Response& response) {
  const std::string host = request.get_param_value("host");
  Json rows = Json::array();
  for (const Json& row : Json::parse(Recorded("tls_check"))) {
    const std::string name = Text(row, "host");
    if (host.empty() || name == host || name.rfind(host + ".", 0) == 0) rows.push_back(row);
  }
  if (rows.empty()) {
    response.status = 404;
    rows = {{"error", "there is no service \"" + host + "\""}};
  }
  response.set_content(rows.dump(), "application/json");
}

}  // namespace

AdminStub::AdminStub() {
  socket_path_ = directory_.path() + "/admin.sock";
  ServeAdmin();
  ServeOrders();
  address_ = "127.0.0.1:" + std::to_string(http_.bind_to_any_port("127.0.0.1"));
  thread_ = std::thread([this] { http_.listen_after_bind(); });
  orders_.bind_to_port(socket_path_, 1);
  orders_thread_ = std::thread([this] { orders_.listen_after_bind(); });
  while (!http_.is_running() || !orders_.is_running()) std::this_thread::yield();
}

void AdminStub::ServeAdmin() {
  http_.new_task_queue = [] { return new httplib::ThreadPool(2); };
  http_.set_keep_alive_timeout(1);
  http_.Get("/debug/objects", AnswerObjects);
  http_.Get("/debug/tls-check", AnswerTlsCheck);
  const std::pair<const char*, const char*> kRecordings[] = {
      {"/debug/proxies", "proxies"}, {"/debug/ca", "ca"}, {"/debug/ca/issued", "issued"}};
  for (const auto& [path, name] : kRecordings) {
    http_.Get(path, [name = name](const httplib::Request&, httplib::Response& response) {
      response.set_content(Recorded(name), "application/json");
    });
  }
  http_.Get("/debug/version", [this](const httplib::Request&, httplib::Response& response) {
    Json version = Json::parse(Recorded("version"));
    version["socket"] = socket_path_;
    response.set_content(version.dump(), "application/json");
  });
  http_.Get("/debug/ca/root", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
                         "application/x-pem-file");
  });
  for (const std::string type : {"clusters", "endpoints", "listeners", "routes"}) {
    http_.Get("/debug/proxy-config/" + type,
              [type](const httplib::Request& request, httplib::Response& response) {
                AnswerResources(type, request, response);
              });
  }
}

void AdminStub::ServeOrders() {
  orders_.new_task_queue = [] { return new httplib::ThreadPool(2); };
  orders_.set_keep_alive_timeout(1);
  orders_.set_address_family(AF_UNIX);
  AddOrder("/token", R"({"token": "ey.J.x", "expires": "2026-03-01T10:00:00Z"})");
  AddOrder("/ca/rotate", Recorded("ca"));
}

void AdminStub::AddOrder(const std::string& path, const std::string& answer) {
  orders_.Post(path,
               [this, path, answer](const httplib::Request& request, httplib::Response& response) {
                 ordered_ = path + " " + request.body;
                 if (refused_ == path) {
                   response.status = refusal_status_;
                   response.set_content(refusal_, "application/json");
                 } else {
                   response.set_content(answer, "application/json");
                 }
               });
}

void AdminStub::Refuse(const std::string& path, int status, const std::string& body) {
  refused_ = path;
  refusal_status_ = status;
  refusal_ = body;
}

AdminStub::~AdminStub() {
  http_.stop();
  orders_.stop();
  thread_.join();
  orders_thread_.join();
}

void AdminStub::Answer(const std::string& path, int status, const std::string& body) {
  http_.set_pre_routing_handler(
      [path, status, body](const httplib::Request& request, httplib::Response& response) {
        if (request.path != path) return httplib::Server::HandlerResponse::Unhandled;
        response.status = status;
        response.set_content(body, "text/plain");
        return httplib::Server::HandlerResponse::Handled;
      });
}

std::string DeadAddress() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(socket, generic, size) != 0 || getsockname(socket, generic, &size) != 0) std::abort();
  close(socket);
  return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

}  // namespace binnacle::ctl
