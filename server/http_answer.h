// server/http_answer.h
//
// How admin HTTP answers: JSON for programs, one line of text for health checks.
//
// Threads  pure.
#pragma once

#include <string>

#include "httplib.h"
#include "nlohmann/json.hpp"

namespace binnacle::server {

void Answer(httplib::Response& response, const nlohmann::ordered_json& json, int status = 200);
void Say(httplib::Response& response, const std::string& text, int status = 200);

}  // namespace binnacle::server
