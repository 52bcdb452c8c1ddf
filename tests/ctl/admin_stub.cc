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

}  // namespace

AdminStub::AdminStub() {
  http_.new_task_queue = [] { return new httplib::ThreadPool(2); };
  http_.set_keep_alive_timeout(1);
  http_.Get("/debug/objects", AnswerObjects);
  for (const std::string name : {"proxies", "version"}) {
    http_.Get("/debug/" + name, [name](const httplib::Request&, httplib::Response& response) {
      response.set_content(Recorded(name), "application/json");
    });
  }
  for (const std::string type : {"clusters", "endpoints", "listeners", "routes"}) {
    http_.Get("/debug/proxy-config/" + type,
              [type](const httplib::Request& request, httplib::Response& response) {
                AnswerResources(type, request, response);
              });
  }
  address_ = "127.0.0.1:" + std::to_string(http_.bind_to_any_port("127.0.0.1"));
  thread_ = std::thread([this] { http_.listen_after_bind(); });
  while (!http_.is_running()) std::this_thread::yield();
}

AdminStub::~AdminStub() {
  http_.stop();
  thread_.join();
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
