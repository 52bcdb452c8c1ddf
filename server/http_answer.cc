#include "server/http_answer.h"

namespace binnacle::server {

using Json = nlohmann::ordered_json;

void Answer(httplib::Response& response, const Json& json, int status) {
  response.status = status;
  response.set_content(json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n",
                       "application/json");
}

void Say(httplib::Response& response, const std::string& text, int status) {
  response.status = status;
  response.set_content(text + "\n", "text/plain; charset=utf-8");
}

}  // namespace binnacle::server
